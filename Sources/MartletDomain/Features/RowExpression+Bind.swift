extension RowExpression {
    /// The expression as it is computed, by the evaluator and by SQL alike: where `coalesce` or `case` mixes integers
    /// and doubles, the integers are made doubles, so that each part has one type for all rows; and what follows from
    /// constants alone is a constant (`x + null` is null, `x and false` is false, whatever `x` is).
    ///
    /// It is written down as something else than the expression itself; plans hold the latter.
    /// - Throws: ``Problem`` for operands that do not go together, and for constants that overflow.
    public func bound(to types: [FeatureValueType]) throws(Problem) -> RowExpression {
        _ = try type(given: types)
        return RowExpression(columns: columns, root: try bound(try timed(root, types), types))
    }

    private func bound(_ node: Node, _ types: [FeatureValueType]) throws(Problem) -> Node {
        try folded(try typed(node, types))
    }

    private func typed(_ node: Node, _ types: [FeatureValueType]) throws(Problem) -> Node {
        switch node {
        case .literal, .column: return node
        case .isNull(let operand): return .isNull(try bound(operand, types))
        case .not(let operand): return .not(try bound(operand, types))
        case .negated(let operand): return .negated(try bound(operand, types))
        case .widened(let operand): return .widened(try bound(operand, types))
        case .binary(let symbol, let left, let right):
            return .binary(symbol, try bound(left, types), try bound(right, types))
        case .coalesce(let operands):
            let isDouble = try type(of: node, types) == .double
            var result: [Node] = []
            for operand in operands { result.append(try bound(operand, types, widened: isDouble)) }
            return .coalesce(result)
        case .choice(let branches, let otherwise):
            let isDouble = try type(of: node, types) == .double
            var result: [Branch] = []
            for branch in branches {
                result.append(
                    Branch(
                        condition: try bound(branch.condition, types),
                        value: try bound(branch.value, types, widened: isDouble)))
            }
            return .choice(result, otherwise: try bound(otherwise, types, widened: isDouble))
        }
    }

    private func bound(_ node: Node, _ types: [FeatureValueType], widened: Bool) throws(Problem) -> Node {
        let own = try bound(node, types)
        guard widened else { return own }
        return try type(of: node, types) == .long ? try folded(.widened(own)) : own
    }

    /// A node whose parts are folded already.
    private func folded(_ node: Node) throws(Problem) -> Node {
        func constant(_ node: Node) -> FeatureValue? { if case .literal(let value) = node { value } else { nil } }
        switch node {
        case .literal, .column: return node
        case .isNull(let operand), .not(let operand), .negated(let operand), .widened(let operand):
            return constant(operand) == nil ? node : try computed(node)
        case .binary(let symbol, let left, let right):
            let (first, second) = (constant(left), constant(right))
            if first != nil, second != nil { return try computed(node) }
            let decided: FeatureValue? = symbol == .and ? .boolean(false) : symbol == .or ? .boolean(true) : .null
            if first == decided || second == decided { return decided.map { .literal($0) } ?? node }
            if symbol == .divided, second == .long(0) || second == .double(0) { return .literal(.null) }
            return node
        case .coalesce(let operands):
            var rest: [Node] = []
            for operand in operands {
                if constant(operand) == .null { continue }
                rest.append(operand)
                if constant(operand) != nil { break }
            }
            return rest.count > 1 ? .coalesce(rest) : rest.first ?? .literal(.null)
        case .choice(let branches, let otherwise):
            var rest: [Branch] = []
            for branch in branches {
                switch constant(branch.condition) {
                case nil: rest.append(branch)
                case .boolean(true)?: return rest.isEmpty ? branch.value : .choice(rest, otherwise: branch.value)
                default: continue
                }
            }
            return rest.isEmpty ? otherwise : .choice(rest, otherwise: otherwise)
        }
    }

    /// A node of constants as a constant.
    private func computed(_ node: Node) throws(Problem) -> Node {
        .literal(try RowExpression(columns: [], root: node).evaluate { _ in .null })
    }
}
