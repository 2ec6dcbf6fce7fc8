/// A formula over the columns of one row: a small closed language without clock, chance or state.
///
///     delay > 15 and carrier <> 'AA'
///     coalesce(seats, 0) / 2
///     case when year is null then null else 2013 - year end
///
/// Columns (bare, or "quoted"), numbers, 'strings', true, false, null; `= <> != < <= > >=`, `and or not`, `+ - * /`,
/// `is [not] null`, `coalesce(…)`, `case when … then … [else …] end`. Parsed once; ``evaluate(_:)`` is its only
/// meaning.
public struct RowExpression: Sendable, Equatable {
    /// The columns that it reads, each once, in order of first mention.
    public let columns: [String]
    let root: Node

    init(columns: [String], root: Node) { (self.columns, self.root) = (columns, root) }

    indirect enum Node: Sendable, Equatable {
        case literal(FeatureValue)
        /// Index into ``RowExpression/columns``.
        case column(Int)
        case not(Node)
        case negated(Node)
        case isNull(Node)
        case binary(Operator, Node, Node)
        case coalesce([Node])
        case choice([Branch], otherwise: Node)
        /// An integer as a double; only in expressions that are bound to types, and never written down.
        case widened(Node)
    }

    struct Branch: Sendable, Equatable {
        var condition: Node
        var value: Node
    }

    enum Operator: String, Sendable {
        case or, and
        case equal = "=", unequal = "<>", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
        case plus = "+", minus = "-", times = "*", divided = "/"

        var isComparison: Bool { strength == 4 }

        /// How tightly it binds; left to right among equals, except that comparisons do not chain.
        var strength: Int {
            switch self {
            case .or: 1
            case .and: 2
            case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual: 4
            case .plus, .minus: 5
            case .times, .divided: 6
            }
        }
    }

    /// Why a text is not an expression, or an expression does not fit its columns.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        public var description: String

        public init(_ description: String) { self.description = description }
    }
}

extension RowExpression: CustomStringConvertible {
    /// The expression with parentheses around each operation, and one pair around a chain of operations that bind alike:
    /// equal for texts that differ only in spaces, case or needless parentheses, and read back to an equal expression.
    public var description: String { text(root) }

    private func text(_ node: Node) -> String {
        switch node {
        case .literal(let value): Self.literal(value)
        case .column(let index): Self.quoted(columns[index], "\"")
        case .not(let operand): "(not \(text(operand)))"
        case .negated(let operand): "(- \(text(operand)))"
        case .isNull(let operand): "(\(text(operand)) is null)"
        case .widened(let operand): text(operand)
        case .binary: "(\(chain(node)))"
        case .coalesce(let operands): "coalesce(" + operands.map(text).joined(separator: ", ") + ")"
        case .choice(let branches, let otherwise):
            "case " + branches.map { "when \(text($0.condition)) then \(text($0.value)) " }.joined()
                + "else \(text(otherwise)) end"
        }
    }

    /// An operation without its own parentheses, nor those of the operations at its left that bind alike.
    private func chain(_ node: Node) -> String {
        guard case .binary(let symbol, let left, let right) = node else { return text(node) }
        let first = node.continues(left) ? chain(left) : text(left)
        return "\(first) \(symbol.rawValue) \(text(right))"
    }

    private static func literal(_ value: FeatureValue) -> String {
        switch value {
        case .null: "null"
        case .boolean(let value): value.description
        case .long(let value): value.description
        case .double(let value): value.description
        case .string(let value): quoted(value, "'")
        case .date(let value): value.description
        case .timestamp(let value): value.description
        }
    }

    private static func quoted(_ text: String, _ mark: Unicode.Scalar) -> String {
        "\(mark)\(doubled(mark, in: text))\(mark)"
    }
}

extension RowExpression.Node {
    /// Whether this is an operation whose left operand may stand before it without parentheses.
    fileprivate func continues(_ left: Self) -> Bool {
        guard case .binary(let symbol, _, _) = self, case .binary(let before, _, _) = left else { return false }
        return symbol.strength == before.strength && !symbol.isComparison
    }

    /// How many operations are within each other at most. A chain of operations that bind alike is one.
    var depth: Int {
        switch self {
        case .literal, .column: return 1
        case .not(let operand), .negated(let operand), .isNull(let operand), .widened(let operand):
            return 1 + operand.depth
        case .binary(_, let left, let right):
            return max(continues(left) ? left.depth : 1 + left.depth, 1 + right.depth)
        case .coalesce(let operands): return 1 + (operands.map(\.depth).max() ?? 0)
        case .choice(let branches, let otherwise):
            return 1 + branches.reduce(otherwise.depth) { max($0, $1.condition.depth, $1.value.depth) }
        }
    }

    /// A value as an expression has it: a number below zero is a negated one. Nil for what no text spells.
    init?(_ value: FeatureValue) {
        switch value {
        case .null, .boolean, .string: self = .literal(value)
        case .long(.min):
            // One more than the least, because the number itself is no 64-bit integer before it is negated.
            self = .binary(.minus, .negated(.literal(.long(.max))), .literal(.long(1)))
        case .long(let long): self = long < 0 ? .negated(.literal(.long(-long))) : .literal(value)
        case .double(let double):
            guard double.isFinite else { return nil }
            self = double.sign == .minus ? .negated(.literal(.double(-double))) : .literal(value)
        case .date, .timestamp: return nil
        }
    }
}
