/// How an engine's SQL spells the few things that row expressions need.
public struct ExpressionDialect: Sendable {
    public var typeName: @Sendable (FeatureValueType) -> String
    /// Integer addition, subtraction and multiplication that fail on overflow and that no rewriting of comparisons
    /// (`x + 1 > 5` to `x > 4`) may drop.
    var checked: @Sendable (RowExpression.Operator, String, String) -> String
    /// `body` with `variable` standing for `value`, which is computed once.
    var binding: @Sendable (_ variable: String, _ value: String, _ body: String) -> String
    /// A string of any code points as a literal.
    public var string: @Sendable (String) -> String

    public static let duckDB = ExpressionDialect(
        typeName: { type in
            switch type {
            case .boolean: "BOOLEAN"
            case .long: "BIGINT"
            case .double: "DOUBLE"
            case .string: "VARCHAR"
            case .date: "DATE"
            case .timestamp: "TIMESTAMP WITH TIME ZONE"
            }
        },
        checked: { symbol, left, right in
            let name =
                switch symbol {
                case .plus: "add"
                case .minus: "subtract"
                default: "multiply"
                }
            return "\(name)(\(left), \(right))"
        },
        binding: { variable, value, body in "list_transform([\(value)], lambda \(variable): \(body))[1]" },
        string: { text in
            // Texts of statements end at a NUL.
            let parts = text.split(separator: "\0", omittingEmptySubsequences: false)
                .map { "'" + RowExpression.doubled("'", in: $0) + "'" }
            return parts.count == 1 ? parts[0] : "(" + parts.joined(separator: " || chr(0) || ") + ")"
        })
}
