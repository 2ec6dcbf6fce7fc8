import AuditLog
import Foundation
import GRDB
import MartletDomain
import Metadata
import Testing

@Suite struct StoreFailureTests {
    @Test func `A full disk fails the group, says so, and leaves the store as it was`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await store.write("before")
            try await store.limitPages(toMore: 8)
            let large = String(repeating: "x", count: 200_000)
            let errors = try await store.together([
                { try await $0.write("neighbour") }, { try await $0.write(large) },
            ])
            for error in errors {
                guard case .notDurable(let reason) = error as? StoreError else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(reason.contains("full"))
            }
            #expect(try await store.notes() == ["before"])
            try await store.limitPages(toMore: 1_000_000)
            #expect(try await store.write("after") == 2)
            #expect(try await store.notes() == ["before", "after"])
            try await store.close()
            #expect(try temporary.verify().isIntact)
        }
    }

    @Test func `A change that takes no notice of a rollback writes nothing unlogged`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await store.write("before")
            try await store.limitPages(toMore: 8)
            await #expect(throws: StoreError.self) {
                try await store.change(AuditAction("notes", "write"), by: engineer) { db in
                    _ = try? db.write(String(repeating: "x", count: 200_000))
                    _ = try? db.write("small")
                }
            }
            #expect(try await store.notes() == ["before"])
            try await store.limitPages(toMore: 1_000_000)
            try await store.write("after")
            try await store.close()
            let found = try temporary.verify()
            #expect(found.isIntact && found.size == 4)
        }
    }

    @Test func `A commit that fails undoes the whole group and its entries`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await store.write("before")
            // Foreign keys that are checked at the end make the commit itself fail.
            let errors = try await store.together([
                { try await $0.write("neighbour") },
                { store in
                    try await store.change(AuditAction("notes", "adopt"), by: engineer) { db in
                        try db.execute("PRAGMA defer_foreign_keys = ON")
                        try db.execute("INSERT INTO children (number) VALUES (4711)")
                    }
                },
            ])
            #expect(errors.allSatisfy { $0 is StoreError })
            #expect(try await store.notes() == ["before"])
            #expect(try await store.entries().count == 2)
            #expect(try await store.write("after") == 2)
            #expect(try temporary.verify().isIntact)
            try await store.close()
            try await temporary.open().close()
        }
    }

    @Test func `Another writer is waited for, and after a while the change fails and says why`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await store.write("before")
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: temporary.file.path, configuration: configuration)
            try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
            await #expect(throws: StoreError.notDurable("database is locked")) { try await store.write("meanwhile") }
            #expect(try await store.notes() == ["before"], "readers do not wait")
            try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
            try await store.write("after")
            #expect(try await store.notes() == ["before", "after"])
            try await store.close()
            #expect(try temporary.verify().isIntact)
        }
    }

    @Test func `A change is made even if nobody waits for it any more`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            let task = Task { try await store.write("cancelled") }
            task.cancel()
            #expect(try await task.value == 1)
            #expect(try await store.notes() == ["cancelled"])
            try await store.close()
        }
    }

    @Test func `Closing commits what waits and refuses what comes later`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open(largestGroup: 4)
            let outcomes = await withTaskGroup(of: Result<Int64, any Error>.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        do { return .success(try await store.write("\(index)")) } catch { return .failure(error) }
                    }
                }
                for _ in 0..<2 {
                    group.addTask {
                        do { return .failure(try await store.closed()) } catch { return .failure(error) }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let written = outcomes.compactMap { try? $0.get() }
            for outcome in outcomes {
                guard case .failure(let error) = outcome else { continue }
                #expect(error as? StoreError == .closed)
            }
            await #expect(throws: StoreError.closed) { try await store.write("late") }
            await #expect(throws: StoreError.closed) { try await store.notes() }
            let found = try temporary.verify()
            #expect(found.isIntact && found.size == written.count)
        }
    }
}

extension Store {
    /// As if the disk had room for only so many pages more.
    fileprivate func limitPages(toMore pages: Int64) async throws {
        try await change(AuditAction("tests", "limit_pages"), by: engineer) { db in
            let used = try db.row("PRAGMA page_count")?.integer("page_count") ?? 0
            _ = try db.row("PRAGMA max_page_count = \(used + pages)")
        }
    }

    fileprivate func closed() async throws -> StoreError {
        try await close()
        return .closed
    }
}
