import AuditLog
import Foundation
import GRDB
import MartletDomain
import Metadata
import Testing

@Suite struct StoreOpeningTests {
    @Test func `Reopening goes on with the same log, at every size of a tile`() async throws {
        try await TemporaryStore.with { temporary in
            var (size, roots) = (0, Set<String>())
            for next in [1, 2, 255, 256, 257, 511, 512, 520] {
                let store = try temporary.open()
                while size < next {
                    try await store.write("\(size)")
                    size += 1
                }
                try await store.close()
                let found = try temporary.verify()
                #expect(found.isIntact && found.size == size && found.signedSize == size, "\(found.problems)")
                roots.insert(found.root.hex)
            }
            #expect(roots.count == 8)
        }
    }

    @Test func `A log of a second level of tiles opens, and that level is verified too`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            let count = 65_536 + 300
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<64 {
                    group.addTask { for _ in 0..<(count / 64) { try await store.nothing() } }
                }
                try await group.waitForAll()
            }
            let tiles = try await store.read { db in
                try db.rows("SELECT level, COUNT(*) AS n FROM audit_tiles GROUP BY level ORDER BY level").map {
                    try $0.integer("n")
                }
            }
            #expect(tiles == [257, 1])
            try await store.close()
            try await temporary.open().close()
            #expect(try temporary.verify().isIntact)
            try temporary.tamper("UPDATE audit_tiles SET root = zeroblob(32) WHERE level = 2")
            #expect(try temporary.verify().problems.first?.lastPosition == 65_535)
        }
    }

    @Test func `A database of a newer schema is refused and left as it is`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await store.write("a")
            try await store.close()
            try temporary.tamper("INSERT INTO schema_migrations (number, name, applied_at) VALUES (99, 'later', 0)")
            let older = Array(TemporaryStore.migrations.prefix(1)) + [Migration(3, "unknown", ["DELETE FROM notes"])]
            #expect(throws: StoreError.newerSchema(found: 99, known: 3)) { _ = try temporary.open(migrations: older) }
            let notes = try temporary.rawSQL { try String.fetchAll($0, sql: "SELECT body FROM notes") }
            #expect(notes == ["a"])
            #expect(try temporary.verify().size == 1)
        }
    }

    @Test func `Each migration is applied once, and newer ones when they come`() async throws {
        try await TemporaryStore.with { temporary in
            for _ in 0..<3 { try await temporary.open().close() }
            let later =
                TemporaryStore.migrations + [
                    Migration(3, "later", ["INSERT INTO notes (number, body) VALUES (100, 'by migration')"])
                ]
            for _ in 0..<3 { try await temporary.open(migrations: later).close() }
            let store = try temporary.open(migrations: later)
            #expect(try await store.notes() == ["by migration"])
            try await store.close()
            let broken = later + [Migration(4, "broken", ["DELETE FROM notes", "CREATE TABLE notes (x TEXT)"])]
            #expect(throws: StoreError.self) { _ = try temporary.open(migrations: broken) }
            let again = try temporary.open(migrations: later)
            #expect(try await again.notes() == ["by migration"], "a migration that fails is undone whole")
            try await again.close()
        }
    }

    @Test func `The product's own schema is made, and made once`() async throws {
        try await TemporaryStore.with { temporary in
            for _ in 0..<2 { try await temporary.open(migrations: Migration.all).close() }
            let numbers = Migration.all.map(\.number)
            #expect(numbers.first == 1 && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test(arguments: [
        "UPDATE audit_entries SET entry = CAST('{}' AS BLOB) WHERE position = 299",
        "UPDATE audit_entries SET entry = CAST('{}' AS BLOB) WHERE position = 3",
        "UPDATE audit_entries SET leaf_hash = zeroblob(32) WHERE position = 270",
        "UPDATE audit_entries SET entry = 'text' WHERE position = 7",
        "DELETE FROM audit_entries WHERE position = 299", "DELETE FROM audit_entries WHERE position = 100",
        "DELETE FROM audit_entries", "DELETE FROM audit_checkpoint", "DELETE FROM audit_tiles",
        "INSERT INTO audit_entries SELECT 300, entry, leaf_hash FROM audit_entries WHERE position = 299",
        "UPDATE audit_checkpoint SET size = 299", "UPDATE audit_checkpoint SET edge = zeroblob(length(edge))",
        "UPDATE audit_checkpoint SET edge = zeroblob(0)",
        "UPDATE audit_checkpoint SET note = replace(note, '300', '299')",
        "UPDATE audit_checkpoint SET note = 'nothing'", "UPDATE audit_tiles SET root = zeroblob(32)",
        "UPDATE audit_tiles SET tile = 5",
    ])
    func `A store whose log was edited is refused, and nothing is added to it`(edit: String) async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            for index in 0..<300 { try await store.write("\(index)") }
            try await store.close()
            try temporary.tamper(edit)
            let error = #expect(throws: (any Error).self) { _ = try temporary.open() } as? any MartletError
            #expect([.dataLoss, .internalError].contains(error?.code))
            #expect(try !temporary.verify().isIntact)
        }
    }

    @Test func `Another log's key does not open a store`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await store.write("a")
            try await store.close()
            let other = AuditIdentity(
                workspaceID: "test", key: try LogSigningKey(name: "test.example/log", seed: Array(1..<33)))
            #expect(throws: AuditLogError.self) { _ = try Store(at: temporary.file, identity: other) }
        }
    }

    @Test func `What is no database is refused with its path`() async throws {
        try await TemporaryStore.with { temporary in
            try Data("this is a letter and no database, and long enough".utf8).write(to: temporary.file)
            let error = #expect(throws: StoreError.self) { _ = try temporary.open() }
            #expect(error?.message.contains(temporary.file.path) == true)
            let missing = temporary.folder.appending(path: "none/metadata.sqlite")
            #expect(throws: StoreError.self) { _ = try AuditArchive(missing) }
        }
    }
}

extension Store {
    fileprivate func nothing() async throws {
        try await change(AuditAction("tests", "nothing"), by: engineer) { _ in }
    }
}
