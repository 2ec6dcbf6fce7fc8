import Foundation
import MartletDomain
import Metadata
import Platform
import Testing

import AuditLog

struct SealTests {
    @Test func `A seal's root is that of RFC 6962 over sha256sum's lines`() async throws {
        try await RegistryFixture.with(.open) { fixture in
            let version = try await register(fixture, ["b": "2", "a": "1", "sub/c": "3"])
            let seal = try await fixture.registry.seal(of: version.id)
            #expect(seal.state == .intact && seal.files.map(\.path) == ["a", "b", "sub/c"])
            let leaves = seal.files.map { MerkleTree.leafHash(Array("\($0.sha256)  \($0.path)\n".utf8)) }
            let root = MerkleTree.nodeHash(MerkleTree.nodeHash(leaves[0], leaves[1]), leaves[2])
            #expect(seal.root == root.hex)
            #expect(seal.files.map(\.bytes) == [1, 1, 1])
        }
    }

    private func register(_ fixture: RegistryFixture, _ files: [String: String]) async throws -> ModelVersion {
        let caller = RegistryFixture.author
        if (try? await fixture.registry.model("m")) == nil { try await fixture.registry.createModel("m", by: caller) }
        let id = "m-\(UUID().uuidString.lowercased())"
        for (name, text) in files {
            try await fixture.artifacts.write(Data(text.utf8), to: "0/models/\(id)/artifacts/\(name)", by: caller)
        }
        return try await fixture.registry.createVersion(of: "m", source: "models:/\(id)", runID: "run", by: caller)
    }

    @Test func `A changed, added or missing file is named, and nothing goes in front of callers`() async throws {
        try await RegistryFixture.with(.open) { fixture in
            let (registry, caller) = (fixture.registry, RegistryFixture.author)
            let version = try await register(fixture, ["a": "1", "b": "2"])
            let folder = try fixture.artifacts.localURL(try #require(version.artifactPath))
            let cases: [(SealDifference, () throws -> Void, () throws -> Void)] = [
                (
                    .changed(path: "a", from: sha("1"), to: sha("x")),
                    { try Data("x".utf8).write(to: folder.appending(path: "a")) },
                    { try Data("1".utf8).write(to: folder.appending(path: "a")) }
                ),
                (
                    .added(path: "c"), { try Data("x".utf8).write(to: folder.appending(path: "c")) },
                    { try FileManager.default.removeItem(at: folder.appending(path: "c")) }
                ),
                (
                    .missing(path: "b"), { try FileManager.default.removeItem(at: folder.appending(path: "b")) },
                    { try Data("2".utf8).write(to: folder.appending(path: "b")) }
                ),
                (
                    .added(path: "l"),
                    {
                        try FileManager.default.createSymbolicLink(
                            atPath: folder.appending(path: "l").path, withDestinationPath: "a")
                    }, { try FileManager.default.removeItem(at: folder.appending(path: "l")) }
                ),
            ]
            for (difference, break_, mend) in cases {
                try break_()
                let broken = SealBroken(subject: "m/1", differences: [difference])
                for stage in [Stage.staging, .production] {
                    await #expect(throws: broken) { try await registry.transition("m", "1", to: stage, by: caller) }
                }
                await #expect(throws: broken) { try await registry.setAlias("champion", of: "m", to: "1", by: caller) }
                #expect(try await registry.seal(of: version.id).problems == [difference.sentence])
                try mend()
                #expect(try await registry.seal(of: version.id).state == .intact)
            }
            _ = try await registry.transition("m", "1", to: .production, by: caller)
        }
    }

    private func sha(_ text: String) -> String { Data(text.utf8).sha256 }

    @Test func `A change that keeps size and time of a file is found all the same`() async throws {
        try await RegistryFixture.with(.open) { fixture in
            let version = try await register(fixture, ["a": "one"])
            let file = try fixture.artifacts.localURL(try #require(version.artifactPath)).appending(path: "a")
            #expect(try await fixture.registry.seal(of: version.id).state == .intact)
            let before = try FileManager.default.attributesOfItem(atPath: file.path)
            let handle = try FileHandle(forWritingTo: file)
            try handle.write(contentsOf: Data("two".utf8))
            try handle.close()
            try FileManager.default.setAttributes(
                [.modificationDate: before[.modificationDate] as Any], ofItemAtPath: file.path)
            #expect(try await fixture.registry.seal(of: version.id).state == .broken)
        }
    }

    @Test func `Files that are known to be the same are not read again`() async throws {
        try await RegistryFixture.with(.open) { fixture in
            let version = try await register(fixture, ["a": "one", "b": "two"])
            // Only files whose last change is some time ago are remembered.
            try await Task.sleep(for: .milliseconds(2_300))
            _ = try await fixture.registry.seal(of: version.id)
            let read = fixture.artifacts.hashedFiles
            for _ in 0..<5 { #expect(try await fixture.registry.seal(of: version.id).state == .intact) }
            #expect(fixture.artifacts.hashedFiles == read)
        }
    }

    @Test func `Nobody uploads to a sealed version's folder`() async throws {
        try await RegistryFixture.with(.open) { fixture in
            let version = try await register(fixture, ["a": "one"])
            let path = try #require(version.artifactPath)
            for name in ["a", "new", "sub/new"] {
                await #expect(throws: ArtifactError.sealed(path: "\(path)/\(name)", prefix: path)) {
                    try await fixture.artifacts.write(Data("x".utf8), to: "\(path)/\(name)", by: RegistryFixture.author)
                }
            }
            #expect(try await fixture.registry.seal(of: version.id).state == .intact)
        }
    }
}
