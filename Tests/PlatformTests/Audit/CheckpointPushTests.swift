import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import Subprocess
import SystemPackage
import TestKit
import Testing

@Suite struct CheckpointPushTests {
    private func shell(_ arguments: [String], in folder: URL) async throws -> String {
        let done = try await Subprocess.run(
            .name(arguments[0]), arguments: Arguments(Array(arguments.dropFirst())),
            workingDirectory: FilePath(folder.path), output: .string(limit: 1 << 20))
        return done.standardOutput
    }

    /// What every target must do, whatever it is.
    private func check(
        _ target: String, environment: [String: String] = [:], reading read: () async throws -> String?
    ) async throws {
        try await withWorkspace { platform in
            let audit = platform.audit.pushing(with: environment)
            await #expect(throws: AuditError.self) { try await audit.push(to: target, by: .anyone) }
            let first = try await audit.publish(because: "request", by: .anyone)
            #expect(try await audit.push(to: target, by: .anyone) == .pushed)
            #expect(try await read() == first.note)
            #expect(try await audit.push(to: target, by: .anyone) == .present)
            _ = try await platform.tracking.createExperiment(name: "one", by: .anyone)
            let second = try await audit.publish(because: "request", by: .anyone)
            #expect(try await audit.push(to: target, by: .anyone) == .pushed)
            #expect(try await read() == second.note)
            let pushed = try await platform.auditEntries().filter { $0.actionName == "push_checkpoint" }
            #expect(pushed.map(\.response.statusCode) == [200, 200])

            // The log went back: an older checkpoint is not pushed over a newer one.
            let push = CheckpointPush(key: audit.verificationKey, environment: environment) { _, _ in [] }
            let place = try CheckpointTarget(target)
            await #expect(throws: AuditError.self) { try await push.push(first.note, to: place) }
            #expect(try await read() == second.note)

            // Another history: there is no proof that it begins with what is there.
            let key = try LogSigningKey(file: platform.workspace.signingKeyFile)
            let forged = try Checkpoint(
                origin: key.name, size: second.size + 9, root: MerkleTree.leafHash([7])
            ).signed(by: key)
            await #expect(throws: AuditError.self) { try await push.push(forged, to: place) }
            #expect(try await read() == second.note)

            // Another log.
            let stranger = try LogSigningKey.generate(name: "other.example/log")
            let foreign = try Checkpoint(origin: stranger.name, size: 99, root: MerkleTree.leafHash([7]))
                .signed(by: stranger)
            let other = CheckpointPush(key: stranger.verificationKey, environment: environment) { _, _ in [] }
            await #expect(throws: AuditError.self) { try await other.push(foreign, to: place) }
            #expect(try await read() == second.note)
        }
    }

    @Test func `A folder takes checkpoints, and only newer ones of the same log`() async throws {
        try await withTemporaryFolder { folder in
            try await check(folder.path) {
                let file = folder.appending(path: "checkpoint")
                return FileManager.default.fileExists(atPath: file.path)
                    ? try String(contentsOf: file, encoding: .utf8) : nil
            }
            let missing = folder.appending(path: "not-mounted").path
            try await withWorkspace { platform in
                _ = try await platform.audit.publish(because: "request", by: .anyone)
                await #expect(throws: AuditError.self) { try await platform.audit.push(to: missing, by: .anyone) }
            }
        }
    }

    @Test func `A git repository takes checkpoints as commits that are never forced`() async throws {
        try await withTemporaryFolder { folder in
            let repository = folder.appending(path: "kept.git")
            _ = try await shell(["git", "init", "--quiet", "--bare", repository.path], in: folder)
            try await check("git+\(repository.path)#audit") {
                try await shell(["git", "-C", repository.path, "show", "audit:checkpoint"], in: folder)
            }
            let log = try await shell(["git", "-C", repository.path, "log", "--format=%s", "audit"], in: folder)
            #expect(log.split(separator: "\n").count == 2)
        }
    }

    @Test func `An object store takes checkpoints by signed and conditional puts`() async throws {
        try await ObjectStoreDouble.with { store in
            try await check("s3://audit-test/some where/kept", environment: store.environment) {
                store.object("/audit-test/some%20where/kept/checkpoint")
            }
            #expect(store.refusals.isEmpty)
        }
    }

    @Test func `A writer that comes in between is seen, and judged as whatever is there`() async throws {
        try await ObjectStoreDouble.with { store in
            let key = try LogSigningKey.generate(name: "example.com/log")
            let leaves = (0..<3).map { MerkleTree.leafHash([$0]) }
            func note(_ size: Int) throws -> String {
                try Checkpoint(origin: key.name, size: size, root: MerkleTree.root(of: leaves.prefix(size))).signed(
                    by: key)
            }
            let push = CheckpointPush(key: key.verificationKey, environment: store.environment) { _, to in
                try MerkleTree.consistencyProof(from: 1, to: to) { level, index in
                    MerkleTree.root(of: leaves[index << level..<(index + 1) << level])
                }
            }
            let (target, path) = (try CheckpointTarget("s3://kept"), "/kept/checkpoint")
            let (one, newer) = (Data(try note(1).utf8), Data(try note(3).utf8))
            store.beforeNextPut { $0[path] = one }
            #expect(try await push.push(note(2), to: target) == .pushed)
            #expect(store.object(path) == (try note(2)))
            let another = CheckpointPush(key: key.verificationKey, environment: store.environment) { _, _ in [] }
            store.beforeNextPut { $0["/kept/b/checkpoint"] = newer }
            let elsewhere = try CheckpointTarget("s3://kept/b")
            await #expect(throws: AuditError.self) { try await another.push(note(2), to: elsewhere) }
            #expect(store.object("/kept/b/checkpoint") == (try note(3)))
        }
    }

    @Test func `Without credentials, or with wrong ones, nothing is pushed and the reason is said`() async throws {
        try await ObjectStoreDouble.with { store in
            let key = try LogSigningKey.generate(name: "example.com/log")
            let note = try Checkpoint(origin: key.name, size: 1, root: MerkleTree.leafHash([])).signed(by: key)
            for (name, value) in [("AWS_ACCESS_KEY_ID", nil), ("AWS_SECRET_ACCESS_KEY", "wrong")] as [(String, String?)]
            {
                var environment = store.environment
                environment[name] = value
                let push = CheckpointPush(key: key.verificationKey, environment: environment) { _, _ in [] }
                await #expect(throws: AuditError.self) { try await push.push(note, to: CheckpointTarget("s3://kept")) }
            }
            #expect(store.refusals == ["the signature does not fit what arrived"])
        }
    }

    @Test func `Requests are signed as the published example is`() throws {
        // "Authenticating Requests: Using the Authorization Header", example: GET Object.
        let signature = RequestSignature(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            region: "us-east-1")
        let url = try #require(URL(string: "https://examplebucket.s3.amazonaws.com/test.txt"))
        let headers = signature.headers(
            method: "GET", url: url, headers: ["range": "bytes=0-9"], body: [], at: 1_369_353_600_000)
        #expect(
            headers["authorization"]
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
        #expect(headers["x-amz-date"] == "20130524T000000Z")
    }

    @Test func `Targets are read strictly, and a password in one is never shown`() throws {
        #expect(try CheckpointTarget("s3://bucket/a//b/") == .objectStore(bucket: "bucket", prefix: "a/b"))
        #expect(try CheckpointTarget("git+https://h/r.git") == .git(url: "https://h/r.git", branch: "main"))
        #expect(try CheckpointTarget("git+https://u:secret@h/r.git#x").name == "git+https://h/r.git#x")
        for text in ["", "s3://", "s3://UP/x", "git+", "git+--upload-pack=x", "git+r#", "git+r#-x", "http://x/y"] {
            #expect(throws: InvalidRequest.self, "\(text)") { try CheckpointTarget(text) }
        }
    }
}
