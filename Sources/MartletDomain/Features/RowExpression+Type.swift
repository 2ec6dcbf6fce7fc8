extension RowExpression {
    /// The type of the result when the columns have these types, in the order of ``columns``. Nil if it is always
    /// null.
    /// - Throws: ``Problem`` for operands that do not go together.
    public func type(given types: [FeatureValueType]) throws(Problem) -> FeatureValueType? {
        guard types.count == columns.count else { throw Problem("reads \(columns.count) columns, not \(types.count)") }
        return try type(of: try timed(root, types), types)
    }

    func type(of node: Node, _ types: [FeatureValueType]) throws(Problem) -> FeatureValueType? {
        switch node {
        case .literal(let value): return Self.type(of: value)
        case .column(let index): return types[index]
        case .isNull(let operand):
            _ = try type(of: operand, types)
            return .boolean
        case .not(let operand):
            try require(.boolean, try type(of: operand, types), "not")
            return .boolean
        case .negated(let operand):
            let type = try type(of: operand, types)
            if let type, !type.isNumeric { throw Problem("negates a \(type.rawValue)") }
            return type
        case .widened(let operand):
            return try type(of: operand, types) == nil ? nil : .double
        case .binary(let symbol, let left, let right):
            return try type(of: symbol, try type(of: left, types), try type(of: right, types))
        case .coalesce(let operands):
            return try common(of: operands, types, "coalesce")
        case .choice(let branches, let otherwise):
            for branch in branches { try require(.boolean, try type(of: branch.condition, types), "when") }
            return try common(of: branches.map(\.value) + [otherwise], types, "case")
        }
    }

    private func type(
        of symbol: Operator, _ left: FeatureValueType?, _ right: FeatureValueType?
    ) throws(Problem) -> FeatureValueType? {
        switch symbol.strength {
        case 1, 2:
            try require(.boolean, left, symbol.rawValue)
            try require(.boolean, right, symbol.rawValue)
            return .boolean
        case 4:
            if let left, let right, left != right, !(left.isNumeric && right.isNumeric) {
                throw Problem("compares a \(left.rawValue) with a \(right.rawValue)")
            }
            return .boolean
        default:
            for case let type? in [left, right] where !type.isNumeric {
                throw Problem("uses '\(symbol.rawValue)' on a \(type.rawValue)")
            }
            if symbol == .divided || left == .double || right == .double { return .double }
            return left == nil && right == nil ? nil : .long
        }
    }

    private func require(_ type: FeatureValueType, _ found: FeatureValueType?, _ place: String) throws(Problem) {
        if let found, found != type { throw Problem("gives a \(found.rawValue) to \(place)") }
    }

    private func common(
        of nodes: [Node], _ types: [FeatureValueType], _ place: String
    ) throws(Problem) -> FeatureValueType? {
        var result: FeatureValueType?
        for node in nodes {
            guard let type = try type(of: node, types) else { continue }
            if let known = result, known != type {
                guard known.isNumeric, type.isNumeric else {
                    throw Problem("mixes \(known.rawValue) and \(type.rawValue) in \(place)")
                }
                result = .double
            } else {
                result = type
            }
        }
        return result
    }

    private static func type(of value: FeatureValue) -> FeatureValueType? {
        switch value {
        case .null: nil
        case .boolean: .boolean
        case .long: .long
        case .double: .double
        case .string: .string
        case .date: .date
        case .timestamp: .timestamp
        }
    }
}
