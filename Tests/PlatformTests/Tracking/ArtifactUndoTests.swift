import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import Synchronization
import TestKit
import Testing

/// Files move before their change is committed, and it may never be.
@Suite struct ArtifactUndoTests {
    private func waiting(_ artifacts: Artifacts) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: artifacts.root.appending(path: ArtifactPath.incoming).path)
    }

    private func remove(_ path: String, _ artifacts: Artifacts, _ caller: Caller) async throws {
        try await artifacts.delete(try ArtifactPath(path), by: caller)
    }

    @Test func `Files that a change moved are as they were when its commit fails`() async throws {
        try await withTracking { _, artifacts, caller in
            for path in ["a/one", "a/b/two", "c"] { try await artifacts.write(Data("1".utf8), to: path, by: caller) }
            // By hand, so no row knows it.
            try Data("hands".utf8).write(to: try artifacts.localURL("a/hands"))
            try await artifacts.store.failCommits(by: caller)
            await #expect(throws: StoreError.self) { try await remove("a", artifacts, caller) }
            await #expect(throws: StoreError.self) { try await remove("c", artifacts, caller) }
            await #expect(throws: StoreError.self) {
                try await artifacts.write(Data("2".utf8), to: "a/one", by: caller)
            }
            await #expect(throws: StoreError.self) {
                try await artifacts.write(Data("2".utf8), to: "new/file", by: caller)
            }
            #expect(try waiting(artifacts).isEmpty)
            for path in ["a/one", "a/b/two", "c"] {
                #expect(try await artifacts.read(path) == Data("1".utf8), "\(path)")
            }
            #expect(try await artifacts.read("a/hands") == Data("hands".utf8))
            await #expect(throws: ArtifactError.notFound("new/file")) { try await artifacts.read("new/file") }
            try await artifacts.store.letCommits(by: caller)
            try await artifacts.write(Data("3".utf8), to: "a/one", by: caller)
            #expect(try await artifacts.read("a/one") == Data("3".utf8))
            try await remove("a", artifacts, caller)
            #expect(try artifacts.list(.root).map(\.name) == ["c"])
            #expect(try waiting(artifacts).isEmpty)
        }
    }

    @Test func `Changes of the same files that fail together are undone from the last to the first`() async throws {
        try await withStore { artifacts, caller in
            try await artifacts.write(Data("1".utf8), to: "a/file", by: caller)
            try await artifacts.store.failCommits(by: caller)
            let gate = Gate()
            defer { gate.open() }
            let store = artifacts.store
            let first = Task(executorPreference: OwnThreads.shared) {
                try await store.change(AuditAction("test", "wait"), by: caller) { _ in gate.stop() }
            }
            try await gate.reached()
            async let removed = failure { try await remove("a", artifacts, caller) }
            while store.waiting < 1 { try await Task.sleep(for: .milliseconds(1)) }
            async let written = failure { try await artifacts.write(Data("2".utf8), to: "a/file", by: caller) }
            while store.waiting < 2 { try await Task.sleep(for: .milliseconds(1)) }
            gate.open()
            try await first.value
            let errors = [await removed, await written]
            #expect(errors.allSatisfy { $0 is StoreError })
            #expect(try await artifacts.read("a/file") == Data("1".utf8))
            #expect(try waiting(artifacts).isEmpty)
        }
    }

    @Test func `What moved before the process ended is put back at the next start, unless it was committed`()
        async throws
    {
        try await withStore { artifacts, caller in
            for path in ["gone/a", "gone/b", "over"] {
                try await artifacts.write(Data("1".utf8), to: path, by: caller)
            }
            let (before, after) = (Gate(), Gate())
            defer {
                before.open()
                after.open()
            }
            let store = artifacts.store
            let first = Task(executorPreference: OwnThreads.shared) {
                try await store.change(AuditAction("test", "wait"), by: caller) { _ in before.stop() }
            }
            try await before.reached()
            async let removed: Void = remove("gone", artifacts, caller)
            while store.waiting < 1 { try await Task.sleep(for: .milliseconds(1)) }
            async let replaced = artifacts.write(Data("2".utf8), to: "over", by: caller)
            while store.waiting < 2 { try await Task.sleep(for: .milliseconds(1)) }
            async let added = artifacts.write(Data("2".utf8), to: "new", by: caller)
            while store.waiting < 3 { try await Task.sleep(for: .milliseconds(1)) }
            async let last: Void = store.change(AuditAction("test", "wait"), by: caller) { _ in after.stop() }
            while store.waiting < 4 { try await Task.sleep(for: .milliseconds(1)) }
            before.open()
            // All have moved their files now, and none is committed: what a process leaves that ends here.
            try await after.reached()
            let new = try artifacts.localURL("new").path
            #expect(FileManager.default.fileExists(atPath: new))
            let folder = artifacts.root.deletingLastPathComponent()
            let copies = try ["undone", "committed"].map { name in
                let copy = folder.appending(path: name)
                try FileManager.default.copyItem(at: artifacts.root, to: copy)
                return copy
            }
            let undone = try Artifacts(root: copies[0], store: store)
            for path in ["gone/a", "gone/b", "over"] {
                #expect(try await undone.read(path) == Data("1".utf8), "\(path)")
            }
            #expect(try undone.list(.root).map(\.name) == ["gone", "over"])
            #expect(try waiting(undone).isEmpty)
            after.open()
            try await first.value
            _ = try await (removed, replaced, added, last)
            let committed = try Artifacts(root: copies[1], store: store)
            #expect(try committed.list(.root).map(\.name) == ["new", "over"])
            #expect(try await committed.read("over") == Data("2".utf8))
            #expect(try waiting(committed).isEmpty)
        }
    }

    /// Files over a store that commits nothing before all that waits has run.
    private func withStore(_ body: (Artifacts, Caller) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let store = try Store(
                at: folder.appending(path: "metadata.sqlite"),
                identity: AuditIdentity(workspaceID: "test", key: try LogSigningKey.generate(name: "martlet.test")),
                durability: .normal, longestRun: .seconds(60))
            try await body(try Artifacts(root: folder.appending(path: "artifacts"), store: store), .anyone)
            try await store.close()
        }
    }

    private func failure(_ body: () async throws -> Void) async -> (any Error)? {
        do {
            try await body()
            return nil
        } catch { return error }
    }
}

/// Stops a change where it is.
private final class Gate: Sendable {
    private let isReached = Atomic(false)
    private let semaphore = DispatchSemaphore(value: 0)

    func stop() {
        isReached.store(true, ordering: .relaxed)
        semaphore.wait()
    }

    func reached() async throws {
        while !isReached.load(ordering: .relaxed) { try await Task.sleep(for: .milliseconds(1)) }
    }

    func open() { semaphore.signal() }
}

/// Runs each step of a task on a thread of its own, because a change that stops would keep one that all tests share.
private final class OwnThreads: TaskExecutor {
    static let shared = OwnThreads()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let thread = Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        thread.start()
    }
}

extension Store {
    /// From now on whatever changes the rows of files fails when it is committed.
    func failCommits(by caller: Caller) async throws {
        try await change(AuditAction("test", "fail_commits"), by: caller) { db in
            try db.execute(
                "CREATE TABLE unfit (name TEXT REFERENCES sequences (name) DEFERRABLE INITIALLY DEFERRED)")
            for event in ["INSERT", "UPDATE", "DELETE"] {
                try db.execute(
                    "CREATE TRIGGER unfit_\(event) AFTER \(event) ON artifact_files "
                        + "BEGIN INSERT INTO unfit (name) VALUES ('no such sequence'); END")
            }
        }
    }

    func letCommits(by caller: Caller) async throws {
        try await change(AuditAction("test", "let_commits"), by: caller) { db in
            for event in ["INSERT", "UPDATE", "DELETE"] { try db.execute("DROP TRIGGER unfit_\(event)") }
        }
    }
}
