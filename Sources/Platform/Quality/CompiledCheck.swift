import MartletDomain
import QueryEngine

/// A check as conditions of SQL over a table whose columns are known.
///
/// Text of a suite reaches the statement as quoted identifiers and bound parameters only.
struct CompiledCheck {
    /// Why a check cannot be evaluated on this table.
    struct Refusal: Error {
        var reason: String
    }

    /// Which rows are looked at, and which of these are not as expected.
    struct Counted {
        var columns: [String]
        var element: String
        var unexpected: String
        var parameters: [QueryValue]
        var mostly: Double
        /// Whether what is not as expected is null, and so not worth listing.
        var findsNulls = false
    }

    let schema: TableSchema

    func counted(_ check: Expectation.Check) throws(Refusal) -> Counted? {
        switch check {
        case .notNull(let column, let mostly):
            let name = try quoted(column)
            return Counted(
                columns: [name], element: "true", unexpected: "\(name) IS NULL", parameters: [], mostly: mostly,
                findsNulls: true)
        case .between(let column, let minimum, let maximum, let strictMinimum, let strictMaximum, let mostly):
            let name = try quoted(column)
            var (conditions, parameters): ([String], [QueryValue]) = ([], [])
            for (bound, comparison) in [(minimum, strictMinimum ? "<=" : "<"), (maximum, strictMaximum ? ">=" : ">")] {
                guard let bound else { continue }
                let value = try value(bound, of: column)
                conditions.append("\(name) \(comparison) \(value.sql)")
                parameters.append(value.parameter)
            }
            return values(name, conditions.joined(separator: " OR "), parameters, mostly)
        case .inSet(let column, let set, let mostly):
            let name = try quoted(column)
            var values: [(sql: String, parameter: QueryValue)] = []
            for scalar in set { values.append(try value(scalar, of: column)) }
            return self.values(
                name, "\(name) NOT IN (\(values.map(\.sql).joined(separator: ", ")))", values.map(\.parameter), mostly)
        case .regex(let column, let pattern, let mostly):
            let name = try quoted(column)
            guard schema[column]?.type == .string else { throw Refusal(reason: "\(column) is not a string column") }
            return values(name, "NOT regexp_matches(\(name), ?)", [.string(pattern)], mostly)
        case .columnExists, .columns, .type, .unique, .rowCount, .fresh, .exists: return nil
        }
    }

    private func values(_ name: String, _ bad: String, _ parameters: [QueryValue], _ mostly: Double) -> Counted {
        Counted(
            columns: [name], element: "\(name) IS NOT NULL", unexpected: "\(name) IS NOT NULL AND (\(bad))",
            parameters: parameters, mostly: mostly)
    }

    func quoted(_ column: String) throws(Refusal) -> String {
        guard schema[column] != nil else { throw Refusal(reason: "the table has no column \(column)") }
        return quotedIdentifier(column)
    }

    /// A value of the suite read as the column's type.
    private func value(
        _ scalar: DeclarationNode.Scalar, of column: String
    ) throws(Refusal) -> (sql: String, parameter: QueryValue) {
        let type = schema[column]?.type
        switch type {
        case .string: return ("?", .string(scalar.text))
        case .boolean:
            if let boolean = scalar.boolean { return ("?", .boolean(boolean)) }
        case .byte, .short, .integer, .long, .float, .double:
            if let long = scalar.long { return ("?", .long(long)) }
            if let double = scalar.double { return ("?", .double(double)) }
        case .decimal:
            if scalar.double != nil { return ("CAST(? AS DECIMAL(38, 10))", .string(scalar.text)) }
        case .date: return ("CAST(? AS DATE)", .string(scalar.text))
        case .timestamp: return ("CAST(? AS TIMESTAMPTZ)", .string(scalar.text))
        case .binary, nil: break
        }
        throw Refusal(
            reason:
                "'\(scalar.text)' cannot be compared with \(column), which is \(type.map(\.description) ?? "missing")")
    }
}
