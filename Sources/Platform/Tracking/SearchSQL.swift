import MartletDomain
import Metadata

/// A piece of SQL and the values for its question marks. No text of a client's is ever part of the SQL.
struct SearchSQL {
    var sql: String
    var arguments: [SQLValue] = []

    static func + (left: SearchSQL, right: SearchSQL) -> SearchSQL {
        SearchSQL(sql: left.sql + right.sql, arguments: left.arguments + right.arguments)
    }

    static func all(_ conditions: [SearchSQL]) -> SearchSQL {
        SearchSQL(
            sql: conditions.map { "(\($0.sql))" }.joined(separator: " AND "),
            arguments: conditions.flatMap(\.arguments))
    }

    /// `column = …` or `column IN (…)`; nothing is in an empty list.
    static func column(_ column: String, isOneOf values: [SQLValue]) -> SearchSQL {
        switch values.count {
        case 0: SearchSQL(sql: "1 = 0")
        // An index in the order that is asked for serves one value.
        case 1: SearchSQL(sql: "\(column) = ?", arguments: values)
        default: SearchSQL(sql: "\(column) IN \(placeholders(values.count))", arguments: values)
        }
    }

    /// `column` compared as `comparison` asks. `value` turns texts into what the column holds.
    static func compare(
        _ column: String, _ comparison: SearchFilter.Comparison,
        value: (String) throws -> SQLValue = { .text($0) }
    ) throws -> SearchSQL {
        switch comparison.value {
        case .number(let number):
            return SearchSQL(sql: "\(column) \(comparison.comparator.sql) ?", arguments: [.real(number)])
        case .list(let texts):
            return SearchSQL(
                sql: "\(column) \(comparison.comparator.sql) \(placeholders(texts.count))",
                arguments: try texts.map(value))
        case .nothing: return SearchSQL(sql: "\(column) \(comparison.comparator.sql)")
        case .text(let text):
            switch comparison.comparator {
            case .like, .caselessLike:
                guard text.utf8.count <= 10_000 else {
                    throw InvalidRequest("A pattern in the filter string is longer than 10000 bytes.")
                }
                let isCaseless = comparison.comparator == .caselessLike
                return SearchSQL(
                    sql: isCaseless ? "LOWER(\(column)) LIKE LOWER(?)" : "\(column) LIKE ?", arguments: [.text(text)])
            default:
                return SearchSQL(sql: "\(column) \(comparison.comparator.sql) ?", arguments: [try value(text)])
            }
        }
    }

    /// A condition on rows of `table` that name what they belong to by `owner`, and a key by text.
    static func keyed(
        _ table: String, owner: String, isOf number: String = "r.number", _ comparison: SearchFilter.Comparison
    ) throws -> SearchSQL {
        let start = SearchSQL(
            sql: "EXISTS (SELECT 1 FROM \(table) t WHERE t.\(owner) = \(number) AND t.key = ?",
            arguments: [.text(comparison.key)])
        switch comparison.comparator {
        case .isNull: return SearchSQL(sql: "NOT ") + start + SearchSQL(sql: ")")
        case .isNotNull: return start + SearchSQL(sql: ")")
        default: return start + SearchSQL(sql: " AND ") + (try compare("t.value", comparison)) + SearchSQL(sql: ")")
        }
    }
}

extension SearchComparator {
    /// The operator of the same meaning in SQL.
    var sql: String {
        switch self {
        case .greater: ">"
        case .greaterOrEqual: ">="
        case .notEqual: "<>"
        case .equal: "="
        case .less: "<"
        case .lessOrEqual: "<="
        case .like, .caselessLike: "LIKE"
        case .isIn: "IN"
        case .isNotIn: "NOT IN"
        case .isNull: "IS NULL"
        case .isNotNull: "IS NOT NULL"
        }
    }
}

/// Checks a page size as MLflow does.
func checkPageSize(_ size: Int) throws {
    guard size >= 1 else {
        throw InvalidRequest(
            "Invalid value \(size) for parameter 'max_results' supplied. It must be a positive integer")
    }
    guard size <= TrackingLimits.runsPerPage else {
        throw InvalidRequest(
            "Invalid value \(size) for parameter 'max_results' supplied. It must be at most "
                + "\(TrackingLimits.runsPerPage)")
    }
}

/// The numbers of experiments in a search.
func experimentNumbers(_ ids: [String]) throws -> [SQLValue] {
    guard ids.count <= 20_000 else { throw InvalidRequest("A search names at most 20000 experiments.") }
    return try Set(ids.map { try Experiment.number(of: $0) }).sorted().map { .integer($0) }
}
