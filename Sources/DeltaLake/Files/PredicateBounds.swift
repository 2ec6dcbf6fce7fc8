import Foundation
import MartletDomain
import QueryEngine

/// The bounds that a condition sets to single columns, as far as it is one comparison with literals or several joined
/// by `AND`. The engine parses it; what is not understood sets no bound.
struct PredicateBounds {
    private(set) var bounds: [ColumnBounds] = []
    private let parameters: [QueryValue]

    /// - Parameter predicate: As it stands in a `WHERE` clause; its parameters are `?`.
    init(_ predicate: String, _ parameters: [QueryValue], _ session: any QuerySession) {
        self.parameters = parameters
        let statement = "SELECT 1 FROM present WHERE (\(predicate)\n)"
        var text: String?
        // A condition that does not parse is refused by the statement that uses it, in the engine's words.
        try? session.query("SELECT CAST(json_serialize_sql(\(quotedLiteral(statement))) AS VARCHAR) AS parsed") {
            text = text ?? $0.columns.first?.strings?.first ?? nil
        }
        guard let text, let root = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? Node,
            let statements = root["statements"] as? [Node], statements.count == 1,
            let select = statements[0]["node"] as? Node, select["type"] as? String == "SELECT_NODE",
            let condition = select["where_clause"] as? Node
        else { return }
        add(condition)
    }

    private typealias Node = [String: Any]

    private mutating func add(_ node: Node) {
        switch (node["class"] as? String, node["type"] as? String) {
        case ("CONJUNCTION", "CONJUNCTION_AND"):
            for child in node["children"] as? [Node] ?? [] { add(child) }
        case ("COMPARISON", let comparison?):
            let (left, right) = (node["left"] as? Node ?? [:], node["right"] as? Node ?? [:])
            if let column = column(left), let value = value(right) {
                add(column, comparison, value)
            } else if let column = column(right), let value = value(left) {
                add(column, Self.mirrored[comparison] ?? comparison, value)
            }
        case ("BETWEEN", _):
            guard let column = column(node["input"] as? Node ?? [:]) else { return }
            let (lower, upper) = (value(node["lower"] as? Node ?? [:]), value(node["upper"] as? Node ?? [:]))
            bounds.append(ColumnBounds(column, from: lower, through: upper))
        default: break
        }
    }

    private mutating func add(_ column: String, _ comparison: String, _ value: QueryValue) {
        switch comparison {
        case "COMPARE_EQUAL": bounds.append(ColumnBounds(column, equals: value))
        case "COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO":
            bounds.append(ColumnBounds(column, from: value, through: nil))
        case "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO":
            bounds.append(ColumnBounds(column, from: nil, through: value))
        default: break
        }
    }

    private static let mirrored = [
        "COMPARE_GREATERTHAN": "COMPARE_LESSTHAN", "COMPARE_LESSTHAN": "COMPARE_GREATERTHAN",
        "COMPARE_GREATERTHANOREQUALTO": "COMPARE_LESSTHANOREQUALTO",
        "COMPARE_LESSTHANOREQUALTO": "COMPARE_GREATERTHANOREQUALTO",
    ]

    private func column(_ node: Node) -> String? {
        guard node["class"] as? String == "COLUMN_REF", let names = node["column_names"] as? [String],
            names.count == 1
        else { return nil }
        return names[0]
    }

    /// A literal that means the same for every type that a column may have, or a parameter.
    private func value(_ node: Node) -> QueryValue? {
        switch node["class"] as? String {
        case "PARAMETER":
            guard let number = (node["identifier"] as? String).flatMap({ Int($0) }), number >= 1,
                number <= parameters.count
            else { return nil }
            return parameters[number - 1]
        case "CAST":
            let type = (node["cast_type"] as? Node)?["id"] as? String
            guard ["DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"].contains(type),
                let child = node["child"] as? Node, child["class"] as? String == "CONSTANT",
                case .string(let text)? = value(child)
            else { return nil }
            // `DATE` of a text with a clock leaves the clock out.
            return type != "DATE" || PartitionValue.isValid(text, .date) ? .string(text) : nil
        case "CONSTANT":
            guard let value = node["value"] as? Node, value["is_null"] as? Bool == false else { return nil }
            switch (value["type"] as? Node)?["id"] as? String {
            case "INTEGER", "BIGINT": return (value["value"] as? NSNumber).map { .long($0.int64Value) }
            case "VARCHAR": return (value["value"] as? String).map { .string($0) }
            default: return nil
            }
        default: return nil
        }
    }
}
