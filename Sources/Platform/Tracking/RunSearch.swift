import MartletDomain
import Metadata

/// A search for runs, by the cheapest of three ways:
///
/// - few runs meet one of the conditions, as an index counts them: these are looked at, and sorted;
/// - otherwise, in the order of a metric: its index is walked from the best value on until the page is full;
/// - otherwise `runs` is read, in the order of its own index when the newest come first.
struct RunSearch: Sendable {
    var experiments: [SQLValue]
    var filter: SearchFilter
    var stages: [LifecycleStage]
    var orders: [SearchOrder]
    /// A condition that more runs meet than this is no reason to look at all that meet it.
    var fewRuns: Int

    struct Found {
        var number: Int64
        /// What it is ordered by.
        var terms: [SQLValue]
    }

    /// The first `count` runs behind `place`.
    func find(_ count: Int, after place: RunPlace?, _ db: Snapshot) throws -> [Found] {
        guard !experiments.isEmpty else { return [] }
        var conditions = try filter.comparisons.map { try RunCondition.of($0, experiments: experiments, db) }
        if let few = try takeFewest(of: &conditions, db) {
            let order = try RunOrder(orders, db)
            let base = SearchSQL(sql: "(") + few + SearchSQL(sql: ") few CROSS JOIN runs r")
            return try find(
                count, in: base, where: conditions.map { $0.sql("few.run") } + [SearchSQL(sql: "r.number = few.run")],
                order, after: place, db)
        }
        guard let metric = orders.first, metric.entity == .metric, experiments.count == 1 else {
            let order = try RunOrder(orders, db)
            return try find(
                count, in: SearchSQL(sql: "runs r"), where: conditions.map { $0.sql("r.number") }, order,
                after: place, db)
        }
        return try walk(count, by: metric, conditions, after: place, db)
    }

    /// Measured values first, then NaN, then runs that never logged the metric; a rank is asked for when the ranks before
    /// it did not fill the page.
    private func walk(
        _ count: Int, by metric: SearchOrder, _ conditions: [RunCondition], after place: RunPlace?, _ db: Snapshot
    ) throws -> [Found] {
        let key = SQLValue.integer(try db.number(of: metric.key, in: .metric))
        let limits = filter.comparisons.filter { $0.entity == .metric && $0.key == metric.key }
        var firstRank: Int64 = 0
        if case .integer(let rank)? = place?.values.first { firstRank = rank }
        var found: [Found] = []
        for rank in max(0, firstRank)..<3 where found.count < count {
            // What compares a metric wants one, and NaN is unequal only.
            guard limits.isEmpty || rank == 0 || (rank == 1 && limits.allSatisfy { $0.comparator == .notEqual }) else {
                break
            }
            let order = try RunOrder(orders, metricRank: rank, db)
            let base: SearchSQL
            var limited: [SearchSQL] = conditions.map { $0.sql(rank == 2 ? "r.number" : "m.run") }
            if rank == 2 {
                base = SearchSQL(sql: "runs r")
                limited.append(
                    SearchSQL(
                        sql: "NOT EXISTS (SELECT 1 FROM latest_metrics m WHERE m.run = r.number AND m.metric = ?)",
                        arguments: [key]))
            } else {
                base = SearchSQL(sql: "latest_metrics m CROSS JOIN runs r")
                limited.append(
                    SearchSQL(
                        sql: "m.experiment_id = ? AND m.metric = ? AND m.is_nan = \(rank) AND r.number = m.run",
                        arguments: [experiments[0], key]))
                if rank == 0 { limited += try limits.map { try .compare("m.value", $0) } }
            }
            found += try find(
                count - found.count, in: base, where: limited, order, after: rank == firstRank ? place : nil, db)
        }
        return found
    }

    private func find(
        _ count: Int, in base: SearchSQL, where conditions: [SearchSQL], _ order: RunOrder, after place: RunPlace?,
        _ db: Snapshot
    ) throws -> [Found] {
        var all = [
            SearchSQL.column("r.experiment_id", isOneOf: experiments),
            SearchSQL.column("r.lifecycle_stage", isOneOf: stages.map { .text($0.rawValue) }),
        ]
        all += conditions
        if let place { all += order.isBehind(place) }
        let query =
            SearchSQL(sql: "SELECT r.number\(order.columns) FROM ") + base + order.joins + SearchSQL(sql: " WHERE ")
            + SearchSQL.all(all) + SearchSQL(sql: " ORDER BY \(order.sql) LIMIT ?", arguments: [SQLValue(count)])
        var found: [Found] = []
        try db.forEach(query.sql, query.arguments, isComposed: true) { row in
            found.append(
                Found(
                    number: try row.integer("number"),
                    terms: try order.terms.indices.map { try row.value("t\($0)") }))
        }
        return found
    }

    /// Takes the rarest condition out, when few runs meet it, and gives those; what is left is sorted, the rarest first.
    private func takeFewest(of conditions: inout [RunCondition], _ db: Snapshot) throws -> SearchSQL? {
        let counted = try conditions.map { condition -> (condition: RunCondition, count: Int64) in
            guard let runs = condition.runs else { return (condition, .max) }
            let limit = SearchSQL(sql: " LIMIT ?", arguments: [SQLValue(fewRuns + 1)])
            let count = SearchSQL(sql: "SELECT COUNT(*) AS n FROM (") + runs + limit + SearchSQL(sql: ") AS some")
            return (condition, try db.row(count.sql, count.arguments, isComposed: true)?.integer("n") ?? 0)
        }.sorted { $0.count < $1.count }
        conditions = counted.map(\.condition)
        guard let rarest = counted.first, rarest.count <= Int64(fewRuns) else { return nil }
        conditions.removeFirst()
        return rarest.condition.runs
    }
}
