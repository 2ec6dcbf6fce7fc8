extension RowExpression {
    /// The node in which a text that is compared with a date or a timestamp stands for that time:
    /// `day < '2024-02-01'`, `at >= '2024-03-01T00:00:00Z'`.
    ///
    /// Expressions are written down as they were; plans hold the text.
    /// - Throws: ``Problem`` for a text that is no time.
    func timed(_ node: Node, _ types: [FeatureValueType]) throws(Problem) -> Node {
        switch node {
        case .literal, .column: return node
        case .isNull(let operand): return .isNull(try timed(operand, types))
        case .not(let operand): return .not(try timed(operand, types))
        case .negated(let operand): return .negated(try timed(operand, types))
        case .widened(let operand): return .widened(try timed(operand, types))
        case .binary(let symbol, let left, let right):
            let (first, second) = (try timed(left, types), try timed(right, types))
            switch symbol {
            case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual:
                return .binary(symbol, try time(first, like: second, types), try time(second, like: first, types))
            case .or, .and, .plus, .minus, .times, .divided: return .binary(symbol, first, second)
            }
        case .coalesce(let operands):
            var result: [Node] = []
            for operand in operands { result.append(try timed(operand, types)) }
            return .coalesce(result)
        case .choice(let branches, let otherwise):
            var result: [Branch] = []
            for branch in branches {
                let condition = try timed(branch.condition, types)
                result.append(Branch(condition: condition, value: try timed(branch.value, types)))
            }
            return .choice(result, otherwise: try timed(otherwise, types))
        }
    }

    private func time(_ node: Node, like other: Node, _ types: [FeatureValueType]) throws(Problem) -> Node {
        guard case .literal(.string(let text)) = node, let type = try type(of: other, types) else { return node }
        guard type == .date || type == .timestamp else { return node }
        let day: Int64 = 86_400_000_000
        guard let instant = try? Instant(text), type == .timestamp || text.utf8.count == 10 else {
            let example = type == .date ? "'2024-02-01'" : "'2024-02-01T12:00:00Z'"
            throw Problem("compares a \(type.rawValue) with '\(text)', which is none: write it as \(example)")
        }
        if type == .timestamp { return .literal(.timestamp(instant.microseconds)) }
        return .literal(.date(Int32(clamping: instant.microseconds.dividedDown(by: day))))
    }
}
