import Foundation
import MartletDomain
import Metadata
import Testing

@Suite struct SQLValueTests {
    private static let migrations =
        Array(Migration.all.prefix(1)) + [
            Migration(2, "values", ["CREATE TABLE cells (t TEXT, i BIGINT, d DOUBLE PRECISION, b BYTEA)"])
        ]

    @Test(arguments: [
        ("t", SQLValue.text("")), ("t", "žluťoučký 🐦 'quoted' \"twice\" \\ \n\t"), ("t", nil), ("t", "12"),
        ("i", 0), ("i", .integer(.max)), ("i", .integer(.min)), ("i", nil),
        ("d", .real(0.1)), ("d", .real(-.greatestFiniteMagnitude)), ("d", .real(.leastNonzeroMagnitude)),
        ("d", .real(.infinity)), ("d", .real(-.infinity)), ("d", .real(3)), ("d", nil),
        ("b", .blob([])), ("b", .blob([0, 255, 0])), ("b", .blob(Array(repeating: 7, count: 300_000))), ("b", nil),
    ])
    func `A value comes back as it was stored`(column: String, value: SQLValue) async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open(migrations: Self.migrations)
            try await store.change(AuditAction("tests", "store"), by: engineer) { db in
                _ = try db.execute("INSERT INTO cells (\(column)) VALUES (?)", [value])
            }
            let stored = try await store.read { try $0.row("SELECT \(column) FROM cells")?.value(column) }
            #expect(stored == value)
            try await store.close()
        }
    }

    @Test func `Not a number is stored as null`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open(migrations: Self.migrations)
            try await store.change(AuditAction("tests", "store"), by: engineer) { db in
                try db.execute("INSERT INTO cells (d) VALUES (?), (?)", [.real(.nan), SQLValue(Double.nan)])
            }
            let stored = try await store.read { try $0.rows("SELECT d FROM cells").map { try $0.realIfPresent("d") } }
            #expect(stored == [nil, nil])
            try await store.close()
        }
    }

    @Test func `A text with the character NUL is refused and not cut`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await store.write("a")
            await #expect(throws: InvalidRequest.self) { try await store.write("a\0b") }
            await #expect(throws: InvalidRequest.self) {
                try await store.read { try $0.row("SELECT number FROM notes WHERE body = ?", ["a\0b"]) != nil }
            }
            #expect(try await store.notes() == ["a"])
            try await store.close()
        }
    }

    @Test func `A value of another type, no value and no such column are errors that name the column`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await store.write("a")
            let row = try #require(try await store.read { try $0.row("SELECT number, body, NULL AS n FROM notes") })
            #expect(try row.integer("number") == 1 && row.real("number") == 1)
            #expect(try row.textIfPresent("n") == nil && row.integerIfPresent("n") == nil)
            #expect(throws: StoreError.unexpectedValue(column: "body")) { try row.integer("body") }
            #expect(throws: StoreError.unexpectedValue(column: "number")) { try row.text("number") }
            #expect(throws: StoreError.unexpectedValue(column: "n")) { try row.text("n") }
            #expect(throws: StoreError.unexpectedValue(column: "n")) { try row.blob("n") }
            #expect(throws: StoreError.unexpectedValue(column: "other")) { try row.value("other") }
            try await store.close()
        }
    }

    @Test func `A statement may be asked again while its rows are being read`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            for index in 0..<3 { try await store.write("\(index)") }
            let pairs = try await store.read { db in
                var pairs: [String] = []
                let sql = "SELECT body FROM notes ORDER BY number"
                try db.forEach(sql) { outer in
                    try db.forEach(sql) { pairs.append(try outer.text("body") + $0.text("body")) }
                }
                return pairs
            }
            #expect(pairs == ["00", "01", "02", "10", "11", "12", "20", "21", "22"])
            try await store.close()
        }
    }

    @Test func `Wrong statements and wrong numbers of values are errors, and the store goes on`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            for sql in ["", "SELECT", "SELECT 1; SELECT 2", "SELECT ?", "INSERT INTO notes VALUES (1, 'x')"] {
                await #expect(throws: (any Error).self) { try await store.read { try $0.rows(sql).count } }
            }
            await #expect(throws: (any Error).self) {
                try await store.change(AuditAction("tests", "wrong"), by: engineer) { db in
                    try db.execute("INSERT INTO notes (number, body) VALUES (?, ?)", [1])
                }
            }
            try await store.write("a")
            #expect(try await store.notes() == ["a"])
            try await store.close()
        }
    }
}
