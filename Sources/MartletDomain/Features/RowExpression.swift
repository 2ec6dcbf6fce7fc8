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
    /// The expression fully parenthesized: equal for texts that differ only in spaces, case or needless parentheses,
    /// and read back to an equal expression.
    public var description: String { text(root) }

    private func text(_ node: Node) -> String {
        switch node {
        case .literal(let value): Self.literal(value)
        case .column(let index): Self.quoted(columns[index], "\"")
        case .not(let operand): "(not \(text(operand)))"
        case .negated(let operand): "(- \(text(operand)))"
        case .isNull(let operand): "(\(text(operand)) is null)"
        case .widened(let operand): text(operand)
        case .binary(let symbol, let left, let right): "(\(text(left)) \(symbol.rawValue) \(text(right)))"
        case .coalesce(let operands): "coalesce(" + operands.map(text).joined(separator: ", ") + ")"
        case .choice(let branches, let otherwise):
            "case " + branches.map { "when \(text($0.condition)) then \(text($0.value)) " }.joined()
                + "else \(text(otherwise)) end"
        }
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

    private static func quoted(_ text: String, _ mark: String) -> String {
        mark + text.replacing(mark, with: mark + mark) + mark
    }
}
