import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

@Suite struct MultipartTests {
    private func send(_ text: String, _ number: Int, _ upload: MultipartUpload, _ artifacts: Artifacts) async throws
        -> String
    {
        let part = try await artifacts.uploadPart(number, of: upload.id, secret: upload.secret)
        try Data(text.utf8).withUnsafeBytes { try part.append($0) }
        return try await part.finish()
    }

    private func waiting(_ artifacts: Artifacts) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: artifacts.root.appending(path: ArtifactPath.incoming).path)
    }

    @Test func `Parts that arrive at once make one file, in the log and on the disk`() async throws {
        try await withTracking { _, artifacts, caller in
            let path = try ArtifactPath("1/run/artifacts/file")
            let upload = try await artifacts.beginMultipart(to: path, parts: 20, by: caller)
            let tags = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 1...20 {
                    for text in ["no", "part \(number);"] {
                        group.addTask {
                            let tag = try await send(text, number, upload, artifacts)
                            return (text == "no" ? 0 : number, tag)
                        }
                    }
                }
                var tags: [Int: String] = [:]
                for try await (number, tag) in group { tags[number] = tag }
                return tags
            }
            // Which of two that arrived at once stands is not said; the one that is named must.
            for number in 1...20 { _ = try await send("part \(number);", number, upload, artifacts) }
            let parts = (1...20).map { ($0, tags[$0] ?? "") }
            try await artifacts.completeMultipart(upload.id, to: path, parts: parts, by: caller)
            let expected = (1...20).map { "part \($0);" }.joined()
            #expect(try await artifacts.read("\(path)") == Data(expected.utf8))
            #expect(try waiting(artifacts).isEmpty)
            await #expect(throws: ArtifactError.noUpload(upload.id)) {
                try await artifacts.completeMultipart(upload.id, to: path, parts: parts, by: caller)
            }
        }
    }

    @Test func `A sealed folder takes no parts, and a seal that comes between refuses the file`() async throws {
        try await withTracking { _, artifacts, caller in
            try await artifacts.write(Data("1".utf8), to: "m/a/MLmodel", by: caller)
            let path = try ArtifactPath("m/a/late")
            let upload = try await artifacts.beginMultipart(to: path, parts: 1, by: caller)
            let tag = try await send("late", 1, upload, artifacts)
            try await artifacts.seal(directory: "m/a", by: caller)
            await #expect(throws: ArtifactError.sealed(path: "m/a/late", prefix: "m/a")) {
                try await artifacts.completeMultipart(upload.id, to: path, parts: [(1, tag)], by: caller)
            }
            await #expect(throws: ArtifactError.sealed(path: "m/a/late", prefix: "m/a")) {
                try await artifacts.beginMultipart(to: path, parts: 1, by: caller)
            }
            #expect(try waiting(artifacts) == ["parts-\(upload.id)"])
            try await artifacts.abortMultipart(upload.id, to: path, by: caller)
            #expect(try waiting(artifacts).isEmpty)
        }
    }

    @Test func `Parts together are no larger than a file may be`() async throws {
        try await withTracking { _, artifacts, caller in
            let path = try ArtifactPath("1/big")
            let upload = try await artifacts.beginMultipart(to: path, parts: 3, by: caller)
            let half = String(repeating: "x", count: 600 << 10)
            _ = try await send(half, 1, upload, artifacts)
            _ = try await send(half, 1, upload, artifacts)
            await #expect(throws: ArtifactError.self) { _ = try await send(half, 2, upload, artifacts) }
            _ = try await send("small", 2, upload, artifacts)
            // The next process counts what waits.
            let next = try Artifacts(root: artifacts.root, store: artifacts.store, sizeLimit: artifacts.sizeLimit)
            await #expect(throws: ArtifactError.tooLarge(path: "1/big", limit: 1 << 20)) {
                _ = try await send(half, 3, upload, next)
            }
            _ = try await send("smaller", 1, upload, next)
            _ = try await send(half, 3, upload, next)
            let folder = next.root.appending(path: "\(ArtifactPath.incoming)/parts-\(upload.id)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
        }
    }

    @Test func `A part that is finished after its upload was given up leaves nothing`() async throws {
        try await withTracking { _, artifacts, caller in
            let path = try ArtifactPath("1/late")
            let upload = try await artifacts.beginMultipart(to: path, parts: 2, by: caller)
            _ = try await send("first", 1, upload, artifacts)
            let part = try await artifacts.uploadPart(2, of: upload.id, secret: upload.secret)
            try Data("second".utf8).withUnsafeBytes { try part.append($0) }
            try await artifacts.abortMultipart(upload.id, to: path, by: caller)
            await #expect(throws: ArtifactError.noUpload(upload.id)) { try await part.finish() }
            #expect(try waiting(artifacts).isEmpty)
        }
    }

    @Test func `An upload whose time has run out takes nothing, and is swept`() async throws {
        try await withTracking { _, artifacts, caller in
            let path = try ArtifactPath("1/old")
            let old = try await artifacts.beginMultipart(to: path, parts: 2, by: caller)
            let other = try await artifacts.beginMultipart(to: path, parts: 1, by: caller)
            for upload in [old, other] { _ = try await send("x", 1, upload, artifacts) }
            try await artifacts.store.change(AuditAction("test", "age"), by: caller) {
                try $0.execute("UPDATE artifact_uploads SET expires_at = 1 WHERE id = ?", [.text(old.id)])
            }
            await #expect(throws: ArtifactError.linkRefused) { _ = try await send("x", 2, old, artifacts) }
            await #expect(throws: ArtifactError.noUpload(old.id)) {
                try await artifacts.completeMultipart(old.id, to: path, parts: [(1, ""), (2, "")], by: caller)
            }
            try await artifacts.sweepParts(by: caller)
            #expect(try waiting(artifacts) == ["parts-\(other.id)"])
            try await artifacts.store.change(AuditAction("test", "age"), by: caller) {
                try $0.execute("UPDATE artifact_uploads SET expires_at = 1")
            }
            let new = try await artifacts.beginMultipart(to: path, parts: 1, by: caller)
            #expect(try waiting(artifacts).isEmpty, "the next upload clears the dead ones away")
            _ = try await send("x", 1, new, artifacts)
        }
    }

    @Test func `No more uploads are open at once than there is room for`() async throws {
        try await withTracking { _, artifacts, caller in
            try await artifacts.store.change(AuditAction("test", "fill"), by: caller) { db in
                for number in 1..<Artifacts.mostUploads {
                    try db.execute(
                        "INSERT INTO artifact_uploads (id, path, parts, secret_hash, begun_by, begun_at, expires_at) "
                            + "VALUES (?, 'x', 1, '', '', 0, ?)",
                        [.text("\(number)"), .integer(db.now + 1_000_000)])
                }
            }
            let path = try ArtifactPath("1/x")
            let last = try await artifacts.beginMultipart(to: path, parts: 1, by: caller)
            await #expect(throws: ArtifactError.tooManyUploads(limit: Artifacts.mostUploads)) {
                try await artifacts.beginMultipart(to: path, parts: 1, by: caller)
            }
            try await artifacts.abortMultipart(last.id, to: path, by: caller)
            _ = try await artifacts.beginMultipart(to: path, parts: 1, by: caller)
        }
    }

    @Test func `A link is good for its file and its time alone`() async throws {
        try await withTracking { _, artifacts, _ in
            let link = artifacts.link(to: try ArtifactPath("1/a"))
            try artifacts.verify(link)
            var (later, other, unsigned) = (link, link, link)
            later.expiresAt += 1
            other.path = try ArtifactPath("1/b")
            unsigned.signature = ""
            for link in [later, other, unsigned] {
                #expect(throws: ArtifactError.linkRefused) { try artifacts.verify(link) }
            }
        }
    }
}
