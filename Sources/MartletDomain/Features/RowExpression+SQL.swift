extension RowExpression {
    /// The expression as SQL of a condition, with the meaning of ``evaluate(_:)``: a NaN compares as false, and division
    /// by zero is null.
    ///
    /// Columns stand as quoted names. Strings that are compared with dates or times are read as such.
    /// - Parameter types: Those of ``columns``, in their order.
    /// - Throws: ``Problem`` when it does not fit its columns, or is no condition.
    public func sqlCondition(given types: [FeatureValueType]) throws(Problem) -> String {
        let typed = try readingMoments(given: types)
        guard try typed.type(given: types) ?? .boolean == .boolean else {
            throw Problem("is no condition: it is neither true nor false")
        }
        return try typed.sql(typed.root, types)
    }

    private func sql(_ node: Node, _ types: [FeatureValueType]) throws(Problem) -> String {
        switch node {
        case .literal(let value): return Self.sql(value)
        case .column(let index): return Self.quotedName(columns[index])
        case .not(let operand): return "(NOT \(try sql(operand, types)))"
        case .negated(let operand): return "(- \(try number(operand, types)))"
        case .isNull(let operand): return "(\(try sql(operand, types)) IS NULL)"
        case .binary(let symbol, let left, let right):
            switch symbol.strength {
            case 1, 2: return "(\(try sql(left, types)) \(symbol.rawValue) \(try sql(right, types)))"
            case 4: return try comparison(symbol, left, right, types)
            default: break
            }
            let (left, right) = (try number(left, types), try number(right, types))
            guard symbol == .divided else { return "(\(left) \(symbol.rawValue) \(right))" }
            return "(CAST(\(left) AS DOUBLE) / nullif(CAST(\(right) AS DOUBLE), 0))"
        case .coalesce(let operands):
            var texts: [String] = []
            for operand in operands { texts.append(try sql(operand, types)) }
            return "coalesce(\(texts.joined(separator: ", ")))"
        case .choice(let branches, let otherwise):
            var text = "CASE"
            for branch in branches {
                text += " WHEN \(try sql(branch.condition, types)) THEN \(try sql(branch.value, types))"
            }
            return text + " ELSE \(try sql(otherwise, types)) END"
        }
    }

    private func comparison(
        _ symbol: Operator, _ left: Node, _ right: Node, _ types: [FeatureValueType]
    ) throws(Problem) -> String {
        let plain = "\(try sql(left, types)) \(symbol.rawValue) \(try sql(right, types))"
        var checks: [String] = []
        for operand in [left, right] {
            if case .literal = operand { continue }
            guard try type(of: operand, types) == .double else { continue }
            checks.append("isnan(CAST(\(try sql(operand, types)) AS DOUBLE))")
        }
        if checks.isEmpty { return "(\(plain))" }
        return symbol == .unequal
            ? "(\(plain) OR \(checks.joined(separator: " OR ")))"
            : "(\(plain) AND \(checks.map { "NOT " + $0 }.joined(separator: " AND ")))"
    }

    /// An operand of arithmetic, of 64 bits whatever the column has.
    private func number(_ node: Node, _ types: [FeatureValueType]) throws(Problem) -> String {
        let text = try sql(node, types)
        guard case .column = node else { return text }
        return "CAST(\(text) AS \(try type(of: node, types) == .double ? "DOUBLE" : "BIGINT"))"
    }

    private static func sql(_ value: FeatureValue) -> String {
        switch value {
        case .null: "NULL"
        case .boolean(let value): value.description
        case .long(let value): value == .min ? "(-9223372036854775807 - 1)" : value.description
        case .double(let value):
            value.description.contains("e") ? value.description : value.description + "e0"
        case .string(let value): "'" + Self.doubled(value, "'") + "'"
        case .date(let days): "(DATE '1970-01-01' + \(days))"
        case .timestamp(let microseconds): "make_timestamptz(\(microseconds))"
        }
    }

    private static func quotedName(_ name: String) -> String { "\"" + doubled(name, "\"") + "\"" }

    /// By scalars, not characters: an accent after a quote does not hide the quote.
    private static func doubled(_ text: String, _ quote: Unicode.Scalar) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == quote { scalars.append(quote) }
            scalars.append(scalar)
        }
        return String(scalars)
    }
}

extension RowExpression {
    /// The same with the strings that are compared with dates or times read as dates or times.
    private func readingMoments(given types: [FeatureValueType]) throws(Problem) -> RowExpression {
        guard types.count == columns.count else { throw Problem("reads \(columns.count) columns, not \(types.count)") }
        return RowExpression(columns: columns, root: try moments(root, types))
    }

    private func moments(_ node: Node, _ types: [FeatureValueType]) throws(Problem) -> Node {
        switch node {
        case .literal, .column: return node
        case .not(let operand): return .not(try moments(operand, types))
        case .negated(let operand): return .negated(try moments(operand, types))
        case .isNull(let operand): return .isNull(try moments(operand, types))
        case .binary(let symbol, let left, let right):
            let (left, right) = (try moments(left, types), try moments(right, types))
            guard symbol.strength == 4 else { return .binary(symbol, left, right) }
            return .binary(
                symbol, try moment(left, beside: right, types), try moment(right, beside: left, types))
        case .coalesce(let operands):
            var read: [Node] = []
            for operand in operands { read.append(try moments(operand, types)) }
            return .coalesce(read)
        case .choice(let branches, let otherwise):
            var read: [Branch] = []
            for branch in branches {
                read.append(
                    Branch(condition: try moments(branch.condition, types), value: try moments(branch.value, types)))
            }
            return .choice(read, otherwise: try moments(otherwise, types))
        }
    }

    private func moment(
        _ node: Node, beside other: Node, _ types: [FeatureValueType]
    ) throws(Problem) -> Node {
        guard case .literal(.string(let text)) = node else { return node }
        let type = try type(of: other, types)
        guard type == .date || type == .timestamp else { return node }
        guard let instant = try? Instant(text) else {
            throw Problem(
                "compares a \(type?.rawValue ?? "time") with '\(text)': write 2013-07-01 or 2013-07-01T12:00:00Z")
        }
        guard type == .date else { return .literal(.timestamp(instant.microseconds)) }
        let (days, rest) = instant.microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
        guard rest == 0, let days = Int32(exactly: days) else {
            throw Problem("compares a date with the time '\(text)': write a date alone")
        }
        return .literal(.date(days))
    }
}
