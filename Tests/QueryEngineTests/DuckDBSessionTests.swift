import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct `Sessions of the query engine` {
    let engine: DuckDBEngine

    init() throws { engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 2)) }

    @Test func `A query gives typed columns in row order over many chunks`() async throws {
        let batch = try await engine.withSession { session in
            try session.collect(
                """
                SELECT range AS n, CASE WHEN range % 7 = 0 THEN NULL ELSE range * 0.5::DOUBLE END AS half,
                    'row ' || range AS name FROM range(50000)
                """)
        }
        #expect(batch.rowCount == 50000)
        #expect(try batch.column("n").values == .long(Array(0..<50000)))
        #expect(try batch.column("n").validity == nil)
        let half = try batch.column("half")
        let halves: [Double] = (0..<50000).map { $0 % 7 == 0 ? 0 : Double($0) / 2 }
        #expect(half.values == .double(halves))
        #expect(half.validity == (0..<50000).map { $0 % 7 != 0 })
        #expect(try batch.column("name").values == .string((0..<50000).map { "row \($0)" }))
    }

    @Test func `A long result is handed over in chunks and not held`() async throws {
        let (rows, sum, largest) = try await engine.withSession { session in
            var (rows, sum, largest) = (0, Int64(0), 0)
            try session.query("SELECT range AS n FROM range(10000000)") { batch in
                rows += batch.rowCount
                largest = max(largest, batch.rowCount)
                if case .long(let values)? = batch["n"]?.values { sum += values.reduce(0, +) }
            }
            return (rows, sum, largest)
        }
        #expect(rows == 10_000_000)
        #expect(sum == 49_999_995_000_000)
        #expect(largest <= 2048)
    }

    @Test func `A result of no rows keeps its columns and types`() async throws {
        let sql = "SELECT 1::BIGINT AS a, 'x' AS b, 1.5::DECIMAL(10,2) AS c, now() AS d WHERE false"
        let batch = try await engine.withSession { try $0.collect(sql) }
        #expect(batch.rowCount == 0)
        #expect(batch.columns.map(\.name) == ["a", "b", "c", "d"])
        #expect(batch.columns.map(\.type) == [.long, .string, .decimal(precision: 10, scale: 2), .timestamp])
    }

    @Test func `Execute tells how many rows a statement changed`() async throws {
        let changed = try await engine.withSession { session in
            try session.execute("CREATE TEMP TABLE t AS SELECT range AS n FROM range(10)")
            return [
                try session.execute("INSERT INTO t SELECT * FROM range(4)"),
                try session.execute("DELETE FROM t WHERE n < ?", [.long(2)]),
                try session.execute("CREATE TEMP VIEW v AS SELECT * FROM t"),
            ]
        }
        #expect(changed == [4, 4, 0])
    }

    @Test func `A bound value of every kind arrives as it was given`() async throws {
        let text = "'; DROP TABLE t; -- \"?\" \u{0} 🦅"
        let parameters: [QueryValue] = [
            .null, .boolean(true), .long(.min), .double(.nan), .string(text), .string(""), .binary([0, 39, 255]),
            .binary([]), .date(-1), .timestamp(-1),
        ]
        let batch = try await engine.withSession { session in
            try session.collect("SELECT ?::BIGINT, ?, ?, ?, ?, ?, ?, ?, ?, ?", parameters)
        }
        #expect(batch.rowCount == 1)
        var given = batch.columns.map { $0.value(at: 0) }
        if case .double(let number) = given[3] { #expect(number.isNaN) } else { Issue.record("not a double") }
        given[3] = .double(.nan)
        #expect(given.map(String.init(describing:)) == parameters.map(String.init(describing:)))
        #expect(batch.columns.allSatisfy { $0.validity == nil || $0.isNull(at: 0) })
    }

    @Test func `A statement with a wrong number of values is refused`() async throws {
        await #expect(throws: QueryError.parameterCount(expected: 2, given: 1)) {
            try await engine.withSession { try $0.execute("SELECT ?, ?", [.long(1)]) }
        }
    }

    @Test func `Quoted names and literals survive every character`() async throws {
        let name = "a \"b\" 'c'; --"
        let batch = try await engine.withSession { session in
            try session.collect("SELECT \(quotedLiteral("it's \"so\"")) AS \(quotedIdentifier(name))")
        }
        #expect(batch.columns.map(\.name) == [name])
        #expect(batch.columns[0].strings == ["it's \"so\""])
    }

    @Test func `A schema is told without running the statement`() async throws {
        let schema = try await engine.withSession { session in
            try session.schema(
                of: "SELECT error('it ran')::VARCHAR AS a, ? AS b, ? + 1 AS c;", [.string("x"), .double(1)])
        }
        #expect(schema == TableSchema([.init("a", .string), .init("b", .string), .init("c", .double)]))
    }

    @Test func `Temporary tables of one session are invisible to another`() async throws {
        _ = try await engine.withSession { try $0.execute("CREATE TEMP TABLE mine AS SELECT 1 AS n") }
        await #expect(throws: QueryError.self) { try await engine.withSession { try $0.collect("FROM mine") } }
    }

    @Test func `Instants are computed in UTC wherever the machine stands`() async throws {
        let batch = try await engine.withSession { session in
            try session.collect("SELECT CAST(? AS VARCHAR) AS t, hour(?) AS h", [.timestamp(0), .timestamp(0)])
        }
        #expect(try batch.column("t").strings == ["1970-01-01 00:00:00+00"])
        #expect(try batch.column("h").longs == [0])
    }

    @Test func `Parquet files are written and read back`() async throws {
        try await withTemporaryFolder { folder in
            let file = quotedLiteral(folder.appendingPathComponent("it's.parquet").path)
            let batch = try await engine.withSession { session in
                try session.execute("COPY (SELECT range AS n, now() AS t FROM range(3000)) TO \(file) (FORMAT parquet)")
                return try session.collect("SELECT n, t FROM read_parquet(\(file)) WHERE n >= ?", [.long(2998)])
            }
            #expect(try batch.column("n").longs == [2998, 2999])
            #expect(try batch.column("t").type == .timestamp)
        }
    }
}
