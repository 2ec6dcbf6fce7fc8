import QueryEngine
import Testing

@Suite struct `Appending rows` {
    let engine: DuckDBEngine

    init() throws { engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 2)) }

    private func append(_ columns: [Column], rowCount: Int, to definition: String) async throws -> RecordBatch {
        let batch = RecordBatch(columns: columns, rowCount: rowCount)
        return try await engine.withSession { session in
            try session.execute("CREATE TEMP TABLE \"the table\" (\(definition))")
            try session.append(batch, to: "the table")
            return try session.collect("FROM \"the table\"")
        }
    }

    @Test func `Columns of many rows and several types arrive together`() async throws {
        let rowCount = 10_000
        let validity = (0..<rowCount).map { $0 % 3 != 1 }
        let names = (0..<rowCount).map { validity[$0] ? "name of row \($0)" : "" }
        let read = try await append(
            [
                Column("a", .long((0..<rowCount).map { Int64($0) })), Column("b", .string(names), validity: validity),
            ], rowCount: rowCount, to: "a BIGINT, b VARCHAR")
        #expect(try read.column("a").values == .long((0..<10_000).map { Int64($0) }))
        #expect(try read.column("b").values == .string(names))
        #expect(try read.column("b").validity == validity)
    }

    @Test func `Values are cast to the table's types`() async throws {
        let read = try await append(
            [Column("a", .long([1, 2])), Column("b", .string(["1.5", "2"]))], rowCount: 2, to: "a SMALLINT, b DOUBLE")
        #expect(try read.column("a").values == .short([1, 2]))
        #expect(try read.column("b").values == .double([1.5, 2]))
    }

    @Test func `No rows append nothing`() async throws {
        let read = try await append([Column("a", .long([]))], rowCount: 0, to: "a BIGINT")
        #expect(read.rowCount == 0)
    }

    @Test func `A value that the table's type cannot hold is refused`() async throws {
        await #expect(throws: QueryError.self) {
            try await append([Column("a", .long([1 << 40]))], rowCount: 1, to: "a SMALLINT")
        }
    }

    @Test func `Columns that are missing or too short are refused`() async throws {
        await #expect(throws: QueryError.invalidBatch("Table the table has 2 columns, and 1 were given.")) {
            try await append([Column("a", .long([1]))], rowCount: 1, to: "a BIGINT, b BIGINT")
        }
        await #expect(throws: QueryError.self) {
            try await append([Column("a", .long([1]))], rowCount: 2, to: "a BIGINT")
        }
        await #expect(throws: QueryError.self) {
            try await append([Column("a", .long([1]), validity: [])], rowCount: 1, to: "a BIGINT")
        }
    }

    @Test func `A decimal of more digits than it says is refused`() async throws {
        for (value, precision, scale) in [(Int128(10_000), 4, 0), (.min, 38, 0), (1, 39, 0), (1, 2, 3), (1, 0, 0)] {
            await #expect(throws: QueryError.self) {
                try await append(
                    [Column("a", .decimal([value], precision: precision, scale: scale))], rowCount: 1, to: "a DOUBLE")
            }
        }
    }

    @Test func `A table that is not there is refused by name`() async throws {
        let error = await #expect(throws: QueryError.self) {
            try await engine.withSession { try $0.append(RecordBatch(columns: [], rowCount: 0), to: "nowhere") }
        }
        #expect(error?.message.contains("nowhere") == true)
    }
}
