import MartletDomain
import QueryEngine
import Testing

/// Every type in and out, at the ends of its range and null.
@Suite struct `Types of a query` {
    let engine: DuckDBEngine

    init() throws { engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 2)) }

    struct Example: Sendable, CustomTestStringConvertible {
        var sqlType: String
        /// Two literals, between which a null is put.
        var first: String
        var last: String
        /// The three values, zero or empty under the null.
        var values: Column.Values
        var testDescription: String { sqlType }
    }

    static let nines38 = Int128("99999999999999999999999999999999999999") ?? 0

    static let examples: [Example] = [
        Example(sqlType: "BOOLEAN", first: "true", last: "false", values: .boolean([true, false, false])),
        Example(sqlType: "TINYINT", first: "-128", last: "127", values: .byte([-128, 0, 127])),
        Example(sqlType: "UTINYINT", first: "0", last: "255", values: .short([0, 0, 255])),
        Example(sqlType: "SMALLINT", first: "-32768", last: "32767", values: .short([-32768, 0, 32767])),
        Example(sqlType: "USMALLINT", first: "1", last: "65535", values: .integer([1, 0, 65535])),
        Example(sqlType: "INTEGER", first: "-2147483648", last: "2147483647", values: .integer([.min, 0, .max])),
        Example(sqlType: "UINTEGER", first: "1", last: "4294967295", values: .long([1, 0, 4_294_967_295])),
        Example(
            sqlType: "BIGINT", first: "-9223372036854775808", last: "9223372036854775807",
            values: .long([.min, 0, .max])),
        Example(sqlType: "FLOAT", first: "'-inf'", last: "1.5", values: .float([-.infinity, 0, 1.5])),
        Example(sqlType: "DOUBLE", first: "'inf'", last: "-0.1", values: .double([.infinity, 0, -0.1])),
        Example(
            sqlType: "DECIMAL(4,2)", first: "-99.99", last: "12.30",
            values: .decimal([-9999, 0, 1230], precision: 4, scale: 2)),
        Example(
            sqlType: "DECIMAL(9,0)", first: "-999999999", last: "7",
            values: .decimal([-999_999_999, 0, 7], precision: 9, scale: 0)),
        Example(
            sqlType: "DECIMAL(18,18)", first: "-0.999999999999999999", last: "0.000000000000000001",
            values: .decimal([-999_999_999_999_999_999, 0, 1], precision: 18, scale: 18)),
        Example(
            sqlType: "DECIMAL(38,0)", first: "-\(nines38)", last: "\(nines38)",
            values: .decimal([-nines38, 0, nines38], precision: 38, scale: 0)),
        Example(
            sqlType: "VARCHAR", first: "'twelve bytes'", last: "'thirteen byte' || 's, and 🦅'",
            values: .string(["twelve bytes", "", "thirteen bytes, and 🦅"])),
        Example(
            sqlType: "BLOB", first: "'\\x00\\xFF'::BLOB", last: "''::BLOB", values: .binary([[0, 255], [], []])),
        Example(sqlType: "DATE", first: "'1969-12-31'", last: "'2026-02-28'", values: .date([-1, 0, 20512])),
        Example(
            sqlType: "TIMESTAMPTZ", first: "'1970-01-01 01:00:00.000001+01'", last: "'1969-12-31 23:59:59Z'",
            values: .timestamp([1, 0, -1_000_000])),
        Example(
            sqlType: "ENUM('low', 'high')", first: "'high'", last: "'low'", values: .string(["high", "", "low"])),
    ]

    @Test(arguments: examples)
    func `A type comes back with its values and its null`(example: Example) async throws {
        let sql = """
            SELECT CAST(v AS \(example.sqlType)) AS x
            FROM (VALUES (1, (\(example.first))::VARCHAR), (2, NULL), (3, (\(example.last))::VARCHAR)) AS t(i, v)
            ORDER BY i
            """
        let (batch, schema) = try await engine.withSession { session in
            (try session.collect(sql), try session.schema(of: sql))
        }
        let column = try batch.column("x")
        #expect(column.values == example.values)
        #expect(column.validity == [true, false, true])
        #expect(schema == TableSchema([TableSchema.Field("x", column.type)]))
    }

    @Test(arguments: examples)
    func `What is appended is what a query gives back`(example: Example) async throws {
        let rowCount = 5000
        let three = Column("x", example.values, validity: [true, false, true])
        let parts = Array(repeating: RecordBatch(columns: [three], rowCount: 3), count: rowCount / 3 + 1)
        let batch = try RecordBatch.concatenating(parts)
        let read = try await engine.withSession { session in
            try session.execute("CREATE TEMP TABLE appended (x \(three.type.sqlName))")
            try session.append(batch, to: "appended")
            return try session.collect("SELECT * FROM appended")
        }
        #expect(read.rowCount == batch.rowCount)
        #expect(try read.column("x").values == batch.column("x").values)
        #expect(try read.column("x").validity == batch.column("x").validity)
    }

    @Test(arguments: [
        ("TIMESTAMP '2026-01-01 00:00:00'", "TIMESTAMP without a time zone", "TIMESTAMPTZ"),
        ("CAST('2026-01-01' AS TIMESTAMP_NS)", "TIMESTAMP_NS without a time zone", "AT TIME ZONE"),
        ("sum(1)", "HUGEINT", "AS BIGINT"),
        ("18446744073709551615::UBIGINT", "UBIGINT", "AS DECIMAL(38, 0)"),
        ("uuid()", "UUID", "AS VARCHAR"),
        ("[1, 2]", "a list", "unnest"),
        ("{'a': 1}", "a STRUCT", "unnest"),
        ("INTERVAL 1 DAY", "INTERVAL", "AS VARCHAR"),
        ("TIME '12:00'", "TIME", "AS VARCHAR"),
    ])
    func `A type that tables lack is refused by the column's name and with a mend`(
        expression: String, type: String, mend: String
    ) async throws {
        let sql = "SELECT \(expression) AS \"odd one\""
        for attempt in [false, true] {
            let error = await #expect(throws: QueryError.self) {
                try await engine.withSession { session in
                    if attempt { _ = try session.schema(of: sql) } else { _ = try session.collect(sql) }
                }
            }
            #expect(error?.code == .invalidParameterValue)
            #expect(error?.message.contains("'odd one' is \(type)") == true)
            #expect(error?.message.contains(mend) == true)
        }
    }
}
