extension RowExpression {
    /// What stands for a column in SQL: an expression that has the type's name in the dialect.
    public struct Operand: Sendable {
        public var sql: String
        public var type: FeatureValueType

        public init(_ sql: String, _ type: FeatureValueType) { (self.sql, self.type) = (sql, type) }

        /// A column of DuckDB by the name of its type there, widened as expressions see it: integers to 64 bits, floats
        /// and decimals to doubles. Nil for types that expressions do not read.
        ///
        /// Times without a zone and with nanoseconds are taken as they are; a comparison of two kinds of time is the
        /// caller's to refuse.
        public init?(duckDB sql: String, columnType: String) {
            switch columnType {
            case "BOOLEAN": self.init(sql, .boolean)
            case "BIGINT": self.init(sql, .long)
            case "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER":
                self.init("CAST(\(sql) AS BIGINT)", .long)
            case "DOUBLE": self.init(sql, .double)
            case "FLOAT": self.init("CAST(\(sql) AS DOUBLE)", .double)
            case "VARCHAR": self.init(sql, .string)
            case "DATE": self.init(sql, .date)
            case _ where columnType.hasPrefix("TIMESTAMP"): self.init(sql, .timestamp)
            case _ where columnType.hasPrefix("DECIMAL("):
                guard case .decimal(let precision, _)? = DataType(columnType.lowercased()) else { return nil }
                // Up to 15 digits the cast is one division of exact numbers; beyond, only the text is rounded once.
                let exact = precision <= 15 ? sql : "CAST(\(sql) AS VARCHAR)"
                self.init("CAST(\(exact) AS DOUBLE)", .double)
            default: return nil
            }
        }
    }

    /// The expression in SQL, over `operands` in the order of ``columns``: the same values as evaluating ``bound(to:)``
    /// gives, to the last bit, and a failing statement where that throws for a row.
    ///
    /// For the list of a SELECT or the condition of a CASE. As a condition of WHERE an engine may pass over parts of it,
    /// and with them an overflow.
    ///
    /// - Throws: ``Problem`` for operands that do not go together.
    public func sql(over operands: [Operand], in dialect: ExpressionDialect = .duckDB) throws(Problem) -> String {
        let types = operands.map(\.type)
        let bound = try bound(to: types)
        var writer = SQLWriter(expression: bound, operands: operands, types: types, dialect: dialect)
        return try writer.sql(bound.root)
    }

    static func doubled(_ mark: Unicode.Scalar, in text: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == mark { result.append(mark) }
            result.append(scalar)
        }
        return String(result)
    }

    private struct SQLWriter {
        let expression: RowExpression
        let operands: [Operand]
        let types: [FeatureValueType]
        let dialect: ExpressionDialect
        var variables = 0

        /// Longest text that is repeated where one value is needed twice.
        static let repeatedLimit = 120

        mutating func sql(_ node: Node) throws(Problem) -> String {
            switch node {
            case .literal(let value): return literal(value)
            case .column(let index): return operands[index].sql
            case .isNull(let operand):
                let text = try sql(operand)
                // DuckDB would look at the columns in place of their sum, and pass over its overflow.
                return try canFail(operand) ? bound(text) { "\($0) IS NULL" } : "(\(text) IS NULL)"
            case .not(let operand): return "(NOT \(try sql(operand, as: .boolean)))"
            case .negated(let operand):
                if try type(operand) == .double { return "(- \(try sql(operand)))" }
                return dialect.checked(.minus, cast("0", .long), try sql(operand, as: .long))
            case .widened(let operand): return cast(try sql(operand), .double)
            case .binary(let symbol, let left, let right): return try binary(symbol, left, right)
            case .coalesce(let operands):
                let type = try type(node)
                return try coalesce(operands[...], type)
            case .choice(let branches, let otherwise):
                let type = try type(node)
                var text = "CASE"
                for branch in branches {
                    text += " WHEN \(try sql(branch.condition, as: .boolean)) THEN \(try sql(branch.value, as: type))"
                }
                return "(\(text) ELSE \(try sql(otherwise, as: type)) END)"
            }
        }

        private mutating func coalesce(
            _ operands: ArraySlice<Node>, _ type: FeatureValueType?
        ) throws(Problem) -> String {
            var texts: [String] = []
            for (index, operand) in zip(operands.indices, operands) {
                // DuckDB may compute later operands first, if they stand elsewhere too; one that can fail must wait.
                if index > operands.startIndex, try canFail(operand) {
                    let rest = try coalesce(operands[index...], type)
                    return named(texts.count == 1 ? texts[0] : "coalesce(\(texts.joined(separator: ", ")))") {
                        "(CASE WHEN \($0) IS NULL THEN \(rest) ELSE \($0) END)"
                    }
                }
                texts.append(try sql(operand, as: type))
            }
            return texts.count == 1 ? texts[0] : "coalesce(\(texts.joined(separator: ", ")))"
        }

        private func type(_ node: Node) throws(Problem) -> FeatureValueType? { try expression.type(of: node, types) }

        private func cast(_ text: String, _ type: FeatureValueType) -> String {
            "CAST(\(text) AS \(dialect.typeName(type)))"
        }

        /// A part that is always null or of this type, or an integer where doubles are meant.
        private mutating func sql(_ node: Node, as type: FeatureValueType?) throws(Problem) -> String {
            guard let type, try self.type(node) != type else { return try sql(node) }
            return cast(try sql(node), type)
        }

        private mutating func binary(_ symbol: Operator, _ left: Node, _ right: Node) throws(Problem) -> String {
            switch symbol.strength {
            case 1, 2:
                let (first, second) = (try sql(left, as: .boolean), try sql(right, as: .boolean))
                // SQL may compute both sides; where the second can fail, it waits for the first.
                guard try canFail(right) else { return "(\(first) \(symbol.rawValue.uppercased()) \(second))" }
                return named(first) { first in
                    let decided = symbol == .and ? "false" : "true"
                    return "(CASE WHEN \(first) IS NOT DISTINCT FROM \(decided) THEN \(decided) "
                        + "ELSE (\(first) \(symbol.rawValue.uppercased()) \(second)) END)"
                }
            case 4:
                let (first, second) = (try type(left), try type(right))
                let common = first != nil && second != nil && first != second ? .double : first ?? second
                return "(\(try sql(left, as: common)) \(symbol.rawValue) \(try sql(right, as: common)))"
            default: return try arithmetic(symbol, left, right)
            }
        }

        private mutating func arithmetic(_ symbol: Operator, _ left: Node, _ right: Node) throws(Problem) -> String {
            let type = try expression.type(of: .binary(symbol, left, right), types) ?? .long
            let (first, second) = (try sql(left, as: type), try sql(right, as: type))
            if type == .long { return dialect.checked(symbol, first, second) }
            guard symbol == .divided else { return "(\(first) \(symbol.rawValue) \(second))" }
            if case .literal(.long(let divisor)) = right, divisor != 0 { return "(\(first) / \(second))" }
            let zero = cast("0", .double)
            let divisor = named(second) { "(CASE WHEN \($0) = \(zero) THEN NULL ELSE \($0) END)" }
            return "(\(first) / \(divisor))"
        }

        /// `body` of a text that it may hold more than once, without the whole growing by powers of two.
        private mutating func named(_ text: String, _ body: (String) -> String) -> String {
            text.utf8.count > Self.repeatedLimit ? bound(text, body) : body(text)
        }

        private mutating func bound(_ text: String, _ body: (String) -> String) -> String {
            variables += 1
            var variable = "martlet_\(variables)"
            while operands.contains(where: { $0.sql.lowercased().contains(variable) }) { variable += "_" }
            return dialect.binding(variable, text, body(variable))
        }

        /// Whether computing it can overflow.
        private func canFail(_ node: Node) throws(Problem) -> Bool {
            switch node {
            case .literal, .column: return false
            case .negated(let operand): return try type(operand) == .long ? true : try canFail(operand)
            case .isNull(let operand), .not(let operand), .widened(let operand): return try canFail(operand)
            case .binary(let symbol, let left, let right):
                if symbol.strength >= 5, symbol != .divided, try type(node) == .long { return true }
                return try canFail(left) ? true : try canFail(right)
            case .coalesce(let operands):
                for operand in operands where try canFail(operand) { return true }
                return false
            case .choice(let branches, let otherwise):
                for branch in branches {
                    if try canFail(branch.condition) { return true }
                    if try canFail(branch.value) { return true }
                }
                return try canFail(otherwise)
            }
        }

        private func literal(_ value: FeatureValue) -> String {
            switch value {
            case .null: "NULL"
            case .boolean(let value): value.description
            case .long(let value): cast(value.description, .long)
            case .double(let value): cast("'\(value)'", .double)
            case .string(let value): dialect.string(value)
            case .date(let days): "CAST(make_date(CAST(\(days) AS INTEGER)) AS \(dialect.typeName(.date)))"
            case .timestamp(let time): "make_timestamptz(CAST(\(time) AS BIGINT))"
            }
        }
    }
}
