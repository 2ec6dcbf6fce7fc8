import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

struct WorkspaceTests {
    /// A governed workspace with something in it, closed; then what opening it again throws.
    private func reopening(
        after damage: (Workspace) async throws -> Void, _ check: (any MartletError, Workspace) throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let workspace = Workspace(folder)
            let platform = try await Platform.open(workspace, creating: .governed, durability: .normal)
            _ = try await platform.identity.createUser("author", roles: [.contributor], by: .setup)
            try await platform.close()
            try await damage(workspace)
            let before = try listing(folder)
            let error = await #expect(throws: (any Error).self) {
                try await Platform.open(workspace, durability: .normal).close()
            }
            let told = try #require(error as? any MartletError, "\(String(describing: error))")
            try check(told, workspace)
            #expect(try listing(folder) == before)
        }
    }

    private func listing(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
        }
        .sorted()
    }

    @Test func `A workspace is open once`() async throws {
        try await withWorkspace { platform in
            let folder = platform.workspace.folder
            await #expect(throws: WorkspaceError.inUse(folder.path)) { try await Platform.open(Workspace(folder)) }
            // The refused one took nothing with it.
            try await platform.importText("id\n1\n", as: "shop.sales")
            await #expect(throws: WorkspaceError.inUse(folder.path)) { try await Platform.open(Workspace(folder)) }
        }
    }

    @Test func `A workspace that was closed opens as it was`() async throws {
        try await withTemporaryFolder { folder in
            let first = try await Platform.open(Workspace(folder), creating: .governed, durability: .normal)
            let token = try await first.identity.createUser("author", roles: [.contributor], by: .setup)
            let checkpoint = try await first.audit.checkpoint()
            let name = first.configuration.workspace
            try await first.close()
            let second = try await Platform.open(Workspace(folder), creating: .open, durability: .normal)
            #expect(second.configuration.policy == .governed && second.configuration.workspace == name)
            #expect(try await second.identity.user(presenting: token).name == "author")
            #expect(try await second.audit.checkpoint() == checkpoint)
            #expect(try await second.audit.verify().isIntact)
            try await second.close()
        }
    }

    @Test func `A workspace whose signing key is gone is not given another`() async throws {
        try await reopening { workspace in
            try FileManager.default.removeItem(at: workspace.signingKeyFile)
        } _: { error, workspace in
            #expect(error.message.contains("log.key"), "\(error)")
            #expect(!FileManager.default.fileExists(atPath: workspace.signingKeyFile.path))
        }
    }

    @Test func `A signing key of another workspace is noticed`() async throws {
        try await reopening { workspace in
            try FileManager.default.removeItem(at: workspace.signingKeyFile)
            try LogSigningKey.generate(name: "martlet/other").store(at: workspace.signingKeyFile)
        } _: { error, _ in
            #expect(error.message.contains("key"), "\(error)")
        }
    }

    @Test func `A governed workspace whose configuration is gone does not become an open one`() async throws {
        try await reopening { workspace in
            try FileManager.default.removeItem(at: workspace.configurationFile)
        } _: { error, workspace in
            #expect(
                (error as? WorkspaceError)?.code == .invalidState && error.message.contains("martlet.yaml"), "\(error)")
            #expect(!FileManager.default.fileExists(atPath: workspace.configurationFile.path))
        }
    }

    @Test(arguments: [
        "", "workspace: [", "workspace: w\npolicy: {}\nengine: {memory_limit_mb: much, threads: 2}\n",
        "workspace: w\npolicy: {production: {min_auk: 0.7}}\nengine: {memory_limit_mb: 512, threads: 2}\n",
        "workspace: w\npolicy: {produktion: {}}\nengine: {memory_limit_mb: 512, threads: 2}\n",
        "workspace: w\npolicy: {production: {min_auc: 7}}\nengine: {memory_limit_mb: 512, threads: 2}\n",
        "workspace: w\npolicy: {production: {sign_offs: [boss]}}\nengine: {memory_limit_mb: 512, threads: 2}\n",
        "workspace: w\npolicy: {}\nengine: {memory_limit_mb: -1, threads: 2}\n",
        "workspace: w\npolicy: {}\nengine: {memory_limit_mb: 9223372036854775807, threads: 2}\n",
        "workspace: w\npolicy: {}\nengine: {memory_limit_mb: 512, threads: 0}\n",
    ])
    func `A damaged configuration opens nothing`(text: String) async throws {
        try await reopening { workspace in
            try Data(text.utf8).write(to: workspace.configurationFile)
        } _: { error, _ in
            #expect(!error.message.isEmpty)
        }
    }

    @Test func `A workspace of a newer Martlet is left alone`() async throws {
        try await reopening { workspace in
            let key = try LogSigningKey(file: workspace.signingKeyFile)
            let name = try WorkspaceConfiguration.read(workspace).workspace
            let store = try Store(
                at: workspace.metadataFile, identity: AuditIdentity(workspaceID: name, key: key), durability: .normal)
            try await store.change(AuditAction("test", "newer", [:]), by: .setup) { db in
                _ = try db.execute("INSERT INTO schema_migrations (number, name, applied_at) VALUES (999, 'later', 0)")
            }
            try await store.close()
        } _: { error, _ in
            guard case StoreError.newerSchema(found: 999, known: _) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func `A metadata file that is no database is not opened`() async throws {
        try await reopening { workspace in
            try Data(repeating: 0x41, count: 4_096).write(to: workspace.metadataFile)
            for suffix in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: workspace.metadataFile.path + suffix)
            }
        } _: { error, _ in
            #expect(error.code == .dataLoss, "\(error)")
        }
    }

    @Test func `A folder that cannot be a workspace is refused in words`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "file")
            try Data("x".utf8).write(to: file)
            for place in [file, file.appending(path: "below"), URL(fileURLWithPath: "/proc/nowhere")] {
                let error = await #expect(throws: WorkspaceError.self) { try await Platform.open(Workspace(place)) }
                guard case .notWritable = error else { throw try #require(error) }
                #expect(
                    error?.message.contains("NSCocoaErrorDomain") == false && error?.message.contains("..") == false)
            }
        }
    }

    @Test(arguments: [
        ("identity: foo", "identity: 'foo' is none of: open, users"),
        ("engine: {threads: many, memory_limit_mb: 1}", "engine.threads: a whole number is expected there"),
        ("engine: 7", "engine: "), ("scoring: {log_share: 2}", "log_share"), ("workspace: [", "line "),
        ("identty: users", "there is no setting 'identty'"),
    ])
    func `A fault of martlet.yaml is told by its place and not by a type of the program`(
        line: String, told: String
    ) async throws {
        try await reopening { workspace in
            let key = line.prefix { $0 != ":" }
            var lines = try String(contentsOf: workspace.configurationFile, encoding: .utf8).split(separator: "\n")
            lines.removeAll { $0.hasPrefix("\(key):") }
            if key == "engine" { lines.removeAll { $0.contains("memory_limit_mb") || $0.contains("threads") } }
            if key == "scoring" { lines.removeAll { $0.contains("log_share") || $0.contains("history") } }
            try Data((lines.joined(separator: "\n") + "\n" + line + "\n").utf8).write(to: workspace.configurationFile)
        } _: { error, _ in
            #expect(error.message.contains(told), "\(error.message)")
            for word in ["DecodingError", "IdentityMode", "Cannot initialize", "..", "CodingKeys", "Context("] {
                #expect(!error.message.contains(word), "\(error.message)")
            }
        }
    }
}
