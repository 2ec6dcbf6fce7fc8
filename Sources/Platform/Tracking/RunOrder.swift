import MartletDomain
import Metadata

/// What runs are ordered by, as SQL: terms that are never null, the last of them the run's id, so that no two runs tie.
struct RunOrder {
    struct Term {
        var sql: String
        var isDescending = false
        /// Whether each run of the query has the same value here.
        var isConstant = false
    }

    /// What is joined to `runs r` for the terms.
    var joins = SearchSQL(sql: "")
    var terms: [Term] = []

    /// - Parameter metricRank: Given when all runs of the query have this rank by the first order, a metric: 0 measured,
    ///   1 NaN, 2 never logged. Those that have a value bring it as `m.value`.
    init(_ orders: [SearchOrder], metricRank: Int64? = nil, _ db: Snapshot) throws {
        for (index, order) in orders.enumerated() {
            if index == 0, let metricRank {
                terms.append(Term(sql: "\(metricRank)", isConstant: true))
                let isMeasured = metricRank == 0
                terms.append(
                    Term(sql: isMeasured ? "m.value" : "0", isDescending: !order.isAscending, isConstant: !isMeasured))
                continue
            }
            switch order.entity {
            case .attribute where order.key == "end_time":
                terms.append(Term(sql: "CASE WHEN r.end_time IS NULL THEN 1 ELSE 0 END"))
                terms.append(Term(sql: "COALESCE(r.end_time, 0)", isDescending: !order.isAscending))
            case .attribute:
                terms.append(Term(sql: Self.column(order.key), isDescending: !order.isAscending))
            case .metric: try join(.metric, order, "o\(index)", db)
            case .param: try join(.param, order, "o\(index)", db)
            default: try join(.tag, order, "o\(index)", db)
            }
        }
        if !Self.namesStartTime(orders) { terms.append(Term(sql: "r.start_time", isDescending: true)) }
        terms.append(Term(sql: "r.run_id"))
    }

    private mutating func join(_ keys: KeyTable, _ order: SearchOrder, _ name: String, _ db: Snapshot) throws {
        let isMetric = keys == .metric
        joins =
            joins
            + SearchSQL(
                sql:
                    " LEFT JOIN \(keys.logged) \(name) ON \(name).run = r.number AND \(name).\(isMetric ? "metric" : "key") = ?",
                arguments: [.integer(try db.number(of: order.key, in: keys))])
        terms.append(
            Term(
                sql: isMetric
                    ? "CASE WHEN \(name).is_nan = 1 THEN 1 WHEN \(name).value IS NULL THEN 2 ELSE 0 END"
                    : "CASE WHEN \(name).value IS NULL THEN 1 ELSE 0 END"))
        terms.append(
            Term(sql: "COALESCE(\(name).value, \(isMetric ? "0" : "''"))", isDescending: !order.isAscending))
    }

    static func column(_ attribute: String) -> String { attribute == "run_name" ? "r.name" : "r." + attribute }

    private static func namesStartTime(_ orders: [SearchOrder]) -> Bool {
        orders.contains { $0.entity == .attribute && $0.key == "start_time" }
    }

    /// How many terms there are for `orders`.
    static func termCount(of orders: [SearchOrder]) -> Int {
        orders.reduce(namesStartTime(orders) ? 1 : 2) { count, order in
            count + (order.entity == .attribute && order.key != "end_time" ? 1 : 2)
        }
    }

    /// A comma before each term.
    var columns: String { terms.enumerated().map { ", \($1.sql) AS t\($0)" }.joined() }

    var sql: String {
        terms.filter { !$0.isConstant }.map { $0.sql + ($0.isDescending ? " DESC" : "") }.joined(separator: ", ")
    }

    /// What holds for the runs behind `place`. The first condition of the two is implied by the other, and lets an index
    /// begin where the page does.
    func isBehind(_ place: RunPlace) -> [SearchSQL] {
        var behind: SearchSQL?
        let pairs = zip(terms, place.values).filter { !$0.0.isConstant }
        for (term, value) in pairs.reversed() {
            let beyond = SearchSQL(sql: "\(term.sql) \(term.isDescending ? "<" : ">") ?", arguments: [value])
            guard let rest = behind else {
                behind = beyond
                continue
            }
            behind =
                beyond + SearchSQL(sql: " OR (\(term.sql) = ? AND (", arguments: [value]) + rest + SearchSQL(sql: "))")
        }
        guard let behind, let (first, value) = pairs.first else { return [] }
        return [
            SearchSQL(sql: "\(first.sql) \(first.isDescending ? "<=" : ">=") ?", arguments: [value]), behind,
        ]
    }
}
