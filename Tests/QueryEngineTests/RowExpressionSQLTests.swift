import Foundation
import MartletDomain
import QueryEngine
import Testing

/// Row expressions as DuckDB computes them, against the evaluator.
struct RowExpressionSQLTests {
    static let columns: [(name: String, sqlType: String, type: FeatureValueType)] = [
        ("i", "BIGINT", .long), ("j", "BIGINT", .long), ("x", "DOUBLE", .double), ("y", "DOUBLE", .double),
        ("m", "DECIMAL(18,2)", .double), ("small", "DECIMAL(9,3)", .double), ("s", "VARCHAR", .string),
        ("martlet_1", "VARCHAR", .string), ("p", "BOOLEAN", .boolean), ("Q\"q", "BOOLEAN", .boolean),
        ("d", "DATE", .date), ("e", "DATE", .date), ("u", "TIMESTAMP WITH TIME ZONE", .timestamp),
        ("v", "TIMESTAMP WITH TIME ZONE", .timestamp),
    ]

    @Test func `DuckDB and the evaluator agree on every expression and row`() async throws {
        let seed = ProcessInfo.processInfo.environment["MARTLET_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        print("RowExpressionSQLTests: seed \(seed)")
        let engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 1))
        let (expressions, values, failures) = try await engine.withSession { session in
            var random = Random(state: seed)
            let rows = RandomRows(count: 60, &random)
            try session.execute(rows.createTable)
            try session.append(rows.batch, to: "rows")
            var (values, failures) = (0, 0)
            for number in 0..<1500 {
                var writer = RandomExpression(random: random)
                let text = writer.expression(depth: 1 + number % 3)
                random = writer.random
                let agreed = try Self.compare(text, rows, session, "seed \(seed), expression \(number)")
                values += agreed.values
                failures += agreed.failures
            }
            return (1500, values, failures)
        }
        print("RowExpressionSQLTests: \(expressions) expressions, \(values) values, \(failures) failures alike")
        #expect(values > 30_000)
        #expect(failures > 50)
    }

    @Test func `What is needed twice is not written twice`() async throws {
        let nested = String(repeating: "(1 / ", count: 19) + "x" + String(repeating: ")", count: 19)
        let chain = "p" + String(repeating: " and (i + 1 > 0)", count: 15)
        let engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 1))
        try await engine.withSession { session in
            var random = Random(state: 7)
            let rows = RandomRows(count: 20, &random)
            try session.execute(rows.createTable)
            try session.append(rows.batch, to: "rows")
            for text in [nested, chain] {
                let expression = try RowExpression(text)
                #expect(try expression.sql(over: Self.operands(of: expression)).utf8.count < 10_000)
                _ = try Self.compare(text, rows, session, "nested")
            }
        }
    }

    @Test func `A string with quotes and a NUL stays the string that it is`() async throws {
        let engine = try DuckDBEngine(configuration: DuckDBConfiguration(threads: 1))
        try await engine.withSession { session in
            for text in ["", "it's", "''", "a\0b", "\0", "é\u{301}'\u{301}", "無 «—»"] {
                let expression = try #require(RowExpression(comparing: "s", "=", to: .string(text)))
                let sql = try expression.sql(over: [.init("s", .string)])
                let batch = try session.collect("SELECT \(sql) AS same FROM (SELECT ? AS s)", [.string(text)])
                #expect(batch["same"]?.booleans == [true], "\(text.debugDescription)")
            }
        }
    }

    static func operands(of expression: RowExpression) throws -> [RowExpression.Operand] {
        try expression.columns.map { name in
            let column = try #require(columns.first { $0.name == name })
            return try #require(
                RowExpression.Operand(duckDB: "rows.\(quotedIdentifier(name))", columnType: column.sqlType))
        }
    }

    /// Compares all rows at once where nothing fails, and each row that fails by itself.
    private static func compare(
        _ text: String, _ rows: RandomRows, _ session: any QuerySession, _ place: String
    ) throws -> (values: Int, failures: Int) {
        // The language has a limit on the number of parts, and constants that overflow are no expression.
        guard let expression = try? RowExpression(text) else { return (0, 0) }
        let operands = try operands(of: expression)
        guard let bound = try? expression.bound(to: operands.map(\.type)) else { return (0, 0) }
        let type = try expression.type(given: operands.map(\.type))
        let sql = try expression.sql(over: operands)
        var (expected, failing): ([Int: FeatureValue], [Int]) = ([:], [])
        for row in 0..<rows.count {
            do {
                expected[row] = try bound.evaluate { rows.cell(expression.columns[$0], row) }
            } catch {
                failing.append(row)
            }
        }
        let passing = failing.isEmpty ? "true" : "id NOT IN (\(failing.map(String.init).joined(separator: ",")))"
        try session.execute("CREATE OR REPLACE TEMP TABLE passing AS SELECT * FROM rows WHERE \(passing)")
        let found: RecordBatch
        do {
            found = try session.collect("SELECT id, (\(sql)) AS value FROM passing AS rows ORDER BY id")
        } catch {
            Issue.record("\(place): \(text)\n\(sql)\nfailed: \(error)")
            return (0, 0)
        }
        guard case .long(let ids)? = found["id"]?.values, let column = found["value"] else {
            Issue.record("\(place): \(text)")
            return (0, 0)
        }
        #expect(ids.count == rows.count - failing.count, "\(place): \(text)")
        for (index, id) in ids.enumerated() {
            let (value, wanted) = (cell(column, index), expected[Int(id)] ?? .null)
            #expect(same(value, wanted), "\(place), row \(id): \(text)\n\(value) is not \(wanted)\n\(sql)")
            if type == nil { #expect(value == .null) }
        }
        for row in failing.prefix(3) {
            #expect(throws: (any Error).self, "\(place), row \(row) \(rows.spelled(row)): \(text)\n\(sql)") {
                try session.execute("CREATE OR REPLACE TEMP TABLE one AS SELECT * FROM rows WHERE id = \(row)")
                _ = try session.collect("SELECT (\(sql)) AS value FROM one AS rows")
            }
        }
        return (ids.count, failing.count)
    }

    private static func same(_ left: FeatureValue, _ right: FeatureValue) -> Bool {
        if case .double(let left) = left, case .double(let right) = right {
            return left.bitPattern == right.bitPattern || (left.isNaN && right.isNaN)
        }
        return left == right
    }

    private static func cell(_ column: Column, _ row: Int) -> FeatureValue {
        if column.isNull(at: row) { return .null }
        return switch column.values {
        case .boolean(let values): .boolean(values[row])
        case .integer(let values): .long(Int64(values[row]))
        case .long(let values): .long(values[row])
        case .double(let values): .double(values[row])
        case .decimal(let values, _, let scale): .decimal(values[row], scale: scale)
        case .string(let values): .string(values[row])
        case .date(let values): .date(values[row])
        case .timestamp(let values): .timestamp(values[row])
        default: .string("a value of another type")
        }
    }
}

struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Rows of awkward values, a fifth of them null.
private struct RandomRows {
    let count: Int
    private(set) var batch: RecordBatch

    init(count: Int, _ random: inout Random) {
        self.count = count
        batch = RecordBatch(columns: [Column("id", .long((0..<Int64(count)).map { $0 }))], rowCount: count)
        for column in RowExpressionSQLTests.columns {
            let values: Column.Values =
                switch column.sqlType {
                case "BIGINT":
                    .long(
                        Self.pick(count, [0, 1, -1, 2, 7, 100, .max, .min, .max - 1, 9_007_199_254_740_993], &random))
                case "DOUBLE":
                    .double(
                        Self.pick(
                            count,
                            [
                                0, -0.0, 1, -1.5, 0.1, 1e308, -1e308, .nan, .infinity, -.infinity,
                                .leastNonzeroMagnitude,
                                9_007_199_254_740_992, 9.223372036854775807e18,
                            ], &random))
                case "DECIMAL(18,2)":
                    .decimal(
                        Self.pick(count, [0, 1, -150, 999_999_999_999_999_999, -123_456_789_012_345_678], &random),
                        precision: 18, scale: 2)
                case "DECIMAL(9,3)":
                    .decimal(Self.pick(count, [0, 100, -1, 999_999_999], &random), precision: 9, scale: 3)
                case "VARCHAR":
                    .string(Self.pick(count, ["", "a", "A", "ab", "é", "無", "\u{10FFFF}", "it's"], &random))
                case "BOOLEAN": .boolean(Self.pick(count, [true, false], &random))
                case "DATE": .date(Self.pick(count, [0, -1, 19_000, 19_001], &random))
                default: .timestamp(Self.pick(count, [0, -1, 1_700_000_000_000_000, 1_700_000_000_000_001], &random))
                }
            let validity = (0..<count).map { _ in Int.random(in: 0..<5, using: &random) > 0 }
            batch.columns.append(Column(column.name, values, validity: validity))
        }
    }

    private static func pick<Value>(_ count: Int, _ values: [Value], _ random: inout Random) -> [Value] {
        (0..<count).map { _ in values[Int.random(in: 0..<values.count, using: &random)] }
    }

    var createTable: String {
        "CREATE TEMP TABLE rows (id BIGINT, "
            + RowExpressionSQLTests.columns.map { "\(quotedIdentifier($0.name)) \($0.sqlType)" }.joined(separator: ", ")
            + ")"
    }

    func spelled(_ row: Int) -> String {
        batch.columns.map { "\($0.name) \(cell($0.name, row))" }.joined(separator: ", ")
    }

    func cell(_ name: String, _ row: Int) -> FeatureValue {
        guard let column = batch[name], !column.isNull(at: row) else { return .null }
        return switch column.values {
        case .boolean(let values): .boolean(values[row])
        case .long(let values): .long(values[row])
        case .double(let values): .double(values[row])
        case .decimal(let values, _, let scale): .decimal(values[row], scale: scale)
        case .string(let values): .string(values[row])
        case .date(let values): .date(values[row])
        case .timestamp(let values): .timestamp(values[row])
        default: .null
        }
    }
}

/// Texts of the language whose operands go together.
private struct RandomExpression {
    var random: Random

    private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
    private mutating func pick(_ texts: [String]) -> String { texts[below(texts.count)] }

    mutating func expression(depth: Int) -> String {
        let types: [FeatureValueType] = [.boolean, .long, .double, .string, .date, .timestamp]
        return value(of: types[below(8) % 6], depth)
    }

    private mutating func value(of type: FeatureValueType, _ depth: Int) -> String {
        if depth <= 0 || below(8) == 0 { return leaf(type) }
        switch below(5) {
        case 0:
            let parts = (0...below(3)).map { _ in value(of: part(of: type), depth - 1) }
            // An operand of the type itself, so that the whole has it.
            return "coalesce(\((parts + [value(of: type, depth - 1)]).joined(separator: ", ")))"
        case 1:
            let branches = (0...below(2)).map { _ in
                "when \(value(of: .boolean, depth - 1)) then \(value(of: part(of: type), depth - 1)) "
            }
            return "case \(branches.joined())else \(value(of: type, depth - 1)) end"
        default: return operation(type, depth)
        }
    }

    /// Integers may stand among doubles.
    private mutating func part(of type: FeatureValueType) -> FeatureValueType {
        type == .double && below(2) == 0 ? .long : type
    }

    private mutating func operation(_ type: FeatureValueType, _ depth: Int) -> String {
        switch type {
        case .boolean:
            switch below(6) {
            case 0: return "(\(value(of: .boolean, depth - 1)) and \(value(of: .boolean, depth - 1)))"
            case 1: return "(\(value(of: .boolean, depth - 1)) or \(value(of: .boolean, depth - 1)))"
            case 2: return "(not \(value(of: .boolean, depth - 1)))"
            case 3:
                let types: [FeatureValueType] = [.boolean, .long, .double, .string, .date, .timestamp]
                return "(\(value(of: types[below(6)], depth - 1)) is \(pick(["", "not "]))null)"
            default:
                let types: [FeatureValueType] = [.boolean, .long, .double, .double, .string, .date, .timestamp]
                let type = types[below(7)]
                let symbol = pick(["=", "<>", "<", "<=", ">", ">="])
                return "(\(value(of: part(of: type), depth - 1)) \(symbol) \(value(of: part(of: type), depth - 1)))"
            }
        case .long:
            if below(6) == 0 { return "(- \(value(of: .long, depth - 1)))" }
            return "(\(value(of: .long, depth - 1)) \(pick(["+", "-", "*"])) \(value(of: .long, depth - 1)))"
        case .double:
            switch below(6) {
            case 0: return "(- \(value(of: .double, depth - 1)))"
            case 1: return "(\(value(of: .long, depth - 1)) / \(value(of: .long, depth - 1)))"
            default:
                let sides = [value(of: .double, depth - 1), value(of: part(of: .double), depth - 1)]
                let order = below(2)
                return "(\(sides[order]) \(pick(["+", "-", "*", "/"])) \(sides[1 - order]))"
            }
        case .string, .date, .timestamp: return leaf(type)
        }
    }

    private mutating func leaf(_ type: FeatureValueType) -> String {
        if below(10) == 0 { return "null" }
        switch type {
        case .boolean: return pick(["p", "\"Q\"\"q\"", "true", "false"])
        case .long: return pick(["i", "j", "i", "0", "1", "3", "9223372036854775807", "-2"])
        case .double: return pick(["x", "y", "m", "small", "0.0", "1.5", "1e300", "-0.0", "0.1"])
        case .string: return pick(["s", "martlet_1", "'a'", "'it''s'", "''"])
        case .date: return pick(["d", "e"])
        case .timestamp: return pick(["u", "v"])
        }
    }
}
