import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

@Suite struct ArtifactStoreTests {
    @Test func `A file is stored whole, listed, read and deleted`() async throws {
        try await withTracking { _, artifacts, caller in
            let sha256 = try await artifacts.write(
                Data("hello".utf8), to: "mlflow-artifacts:/1/run/artifacts/a/b.txt", by: caller)
            #expect(sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
            #expect(try await artifacts.read("1/run/artifacts/a/b.txt") == Data("hello".utf8))
            #expect(try artifacts.list(.root).map(\.name) == ["1"])
            let files = try artifacts.list(try ArtifactPath("1/run/artifacts/a"))
            #expect(files.map(\.name) == ["b.txt"] && files.first?.sizeInBytes == 5)
            #expect(try artifacts.list(try ArtifactPath("nowhere")).isEmpty)
            await #expect(throws: ArtifactError.nameTaken("1/run")) {
                try await artifacts.write(Data(), to: "1/run", by: caller)
            }
            await #expect(throws: ArtifactError.nameTaken("1/run/artifacts/a/b.txt/c")) {
                try await artifacts.write(Data(), to: "1/run/artifacts/a/b.txt/c", by: caller)
            }
            await #expect(throws: ArtifactError.tooLarge(path: "big", limit: 1 << 20)) {
                try await artifacts.write(Data(count: (1 << 20) + 1), to: "big", by: caller)
            }
            try await artifacts.delete(try ArtifactPath("1/run"), by: caller)
            await #expect(throws: ArtifactError.notFound("1/run/artifacts/a/b.txt")) {
                try await artifacts.read("1/run/artifacts/a/b.txt")
            }
            let incoming = artifacts.root.appending(path: ArtifactPath.incoming)
            #expect(try FileManager.default.contentsOfDirectory(atPath: incoming.path).isEmpty)
        }
    }

    @Test func `A sealed folder takes no upload and no deletion, its neighbours do`() async throws {
        try await withTracking { _, artifacts, caller in
            try await artifacts.write(Data("1".utf8), to: "m/artifacts/MLmodel", by: caller)
            let digest = try await artifacts.seal(directory: "mlflow-artifacts:/m/artifacts", by: caller)
            #expect(digest.fileCount == 1 && digest.bytes == 1)
            #expect(try await artifacts.sealedDigest(of: "m/artifacts") == digest.sha256)
            for path in ["m/artifacts/MLmodel", "m/artifacts/new", "m/artifacts/a/b"] {
                await #expect(throws: ArtifactError.sealed(path: path, prefix: "m/artifacts")) {
                    try await artifacts.write(Data("2".utf8), to: path, by: caller)
                }
            }
            for path in ["m", "m/artifacts", "m/artifacts/MLmodel"] {
                await #expect(throws: ArtifactError.sealed(path: path, prefix: "m/artifacts")) {
                    try await artifacts.delete(try ArtifactPath(path), by: caller)
                }
            }
            try await artifacts.write(Data("2".utf8), to: "m/artifacts2/x", by: caller)
            #expect(try await artifacts.read("m/artifacts/MLmodel") == Data("1".utf8))
        }
    }

    @Test func `A folder that changes while it is sealed is not sealed`() async throws {
        try await withTracking { _, artifacts, caller in
            try await artifacts.write(Data("1".utf8), to: "m/a", by: caller)
            let digest = try await artifacts.digest(of: "m")
            try await artifacts.write(Data("2".utf8), to: "m/a", by: caller)
            await #expect(throws: ArtifactError.changedMeanwhile(prefix: "m")) {
                try await artifacts.store.change(AuditAction("test", "seal"), by: caller) {
                    try Artifacts.recordSeal("m", digest, in: $0)
                }
            }
            await #expect(throws: ArtifactError.nothingToSeal("none")) { try await artifacts.digest(of: "none") }
        }
    }

    @Test func `A folder that loses a file while it is sealed is not sealed, whatever goes elsewhere`() async throws {
        try await withTracking { _, artifacts, caller in
            for path in ["m/a", "m/b", "other/a"] { try await artifacts.write(Data("1".utf8), to: path, by: caller) }
            let digest = try await artifacts.digest(of: "m")
            try await artifacts.delete(try ArtifactPath("m/b"), by: caller)
            await #expect(throws: ArtifactError.changedMeanwhile(prefix: "m")) {
                try await artifacts.store.change(AuditAction("test", "seal"), by: caller) {
                    try Artifacts.recordSeal("m", digest, in: $0)
                }
            }
            let rest = try await artifacts.digest(of: "m")
            try await artifacts.delete(try ArtifactPath("other"), by: caller)
            try await artifacts.store.change(AuditAction("test", "seal"), by: caller) {
                try Artifacts.recordSeal("m", rest, in: $0)
            }
            #expect(try await artifacts.sealedDigest(of: "m") == rest.sha256)
        }
    }

    @Test func `A disk that fails is not taken for a name that is taken`() async throws {
        try await withTracking { _, artifacts, caller in
            let upload = try await artifacts.upload(to: try ArtifactPath("1/a"))
            // What has arrived is gone when it should get its name.
            let incoming = artifacts.root.appending(path: ArtifactPath.incoming)
            for name in try FileManager.default.contentsOfDirectory(atPath: incoming.path) {
                try FileManager.default.removeItem(at: incoming.appending(path: name))
            }
            let error = await #expect(throws: ArtifactError.self) { try await upload.finish(by: caller) }
            #expect(error?.code == .temporarilyUnavailable)
            #expect(try artifacts.list(try ArtifactPath("1")).isEmpty)
        }
    }

    @Test func `A location that names a host is refused, however it is written`() {
        for location in [
            "http://h/a", "HTTPS://h/a", " http://h/a", "ht\ntp://h/a", "hdfs:/a", "mlflow-artifacts://h/a",
            "MLflow-Artifacts://h/a", "mlflow-artifacts:///a",
        ] {
            #expect(!ArtifactLocation.problems(location).isEmpty, "\(location)")
        }
        for location in ["mlflow-artifacts:/a", "s3://bucket/a", "/a", "a", "file:///a"] {
            #expect(ArtifactLocation.problems(location).isEmpty, "\(location)")
        }
    }

    @Test func `A link out of the store is not followed`() async throws {
        try await withTracking { _, artifacts, caller in
            let link = artifacts.root.appending(path: "link")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: URL(filePath: "/etc"))
            await #expect(throws: ArtifactError.leadsOutside("link/passwd")) {
                try await artifacts.read("link/passwd")
            }
            await #expect(throws: ArtifactError.leadsOutside("link/x")) {
                try await artifacts.write(Data(), to: "link/x", by: caller)
            }
        }
    }
}
