package import MartletDomain
import Metadata

extension Tracking {
    /// Finds runs.
    ///
    /// - Parameters:
    ///   - filter: As MLflow writes it: `metrics.auc > 0.8 AND params.depth = '8'`.
    ///   - orderBy: `metrics.auc DESC` …; after that the newest first, then by run id. Runs without the value come last, after
    ///     those whose metric is NaN.
    ///   - size: Runs to a page.
    /// - Throws: ``InvalidRequest`` for what cannot be understood.
    package func searchRuns(
        experimentIDs: [String], filter: String = "", viewType: ViewType = .activeOnly, orderBy: [String] = [],
        size: Int = 1_000, token: String? = nil
    ) async throws -> Page<Run> {
        try checkPageSize(size)
        let offset = try PageToken.offset(of: token)
        let query = try RunSearch(
            experimentIDs: experimentIDs, filter: try SearchFilter(parsing: filter, as: .runs), viewType: viewType,
            orders: try SearchOrder.all(parsing: orderBy, as: .runs)
        ).query(size: size + 1, offset: offset)
        return try await store.read { db in
            let numbers = try db.rows(query.sql, query.arguments).map { try $0.integer("number") }
            let page = Page(numbers, size: size, offset: offset)
            var runs = Page(try db.runs(numbered: page.elements), size: size, offset: offset)
            runs.nextToken = page.nextToken
            return runs
        }
    }
}

/// A search for runs as SQL.
private struct RunSearch {
    var experimentIDs: [String]
    var filter: SearchFilter
    var viewType: ViewType
    var orders: [SearchOrder]

    func query(size: Int, offset: Int) throws -> SearchSQL {
        var joins = SearchSQL(sql: "")
        var order: [String] = []
        for (index, field) in orders.enumerated() {
            let direction = field.isAscending ? "" : " DESC"
            if field.entity == .attribute {
                let column = Self.column(field.key)
                if field.key == "end_time" { order.append("CASE WHEN \(column) IS NULL THEN 1 ELSE 0 END") }
                order.append(column + direction)
                continue
            }
            let name = "o\(index)"
            let isMetric = field.entity == .metric
            joins =
                joins
                + SearchSQL(
                    sql: " LEFT JOIN \(Self.table(field.entity)) \(name) ON \(name).run = r.number AND "
                        + (isMetric
                            ? "\(name).metric = (SELECT number FROM metric_keys WHERE name = ?)" : "\(name).key = ?"),
                    arguments: [.text(field.key)])
            order.append(
                isMetric
                    ? "CASE WHEN \(name).is_nan = 1 THEN 1 WHEN \(name).value IS NULL THEN 2 ELSE 0 END"
                    : "CASE WHEN \(name).value IS NULL THEN 1 ELSE 0 END")
            order.append("\(name).value\(direction)")
        }
        if !orders.contains(where: { $0.entity == .attribute && $0.key == "start_time" }) {
            order.append("r.start_time DESC")
        }
        order.append("r.run_id")
        var conditions = [
            SearchSQL.column("r.experiment_id", in: try experimentNumbers(experimentIDs)),
            SearchSQL.column("r.lifecycle_stage", in: viewType.stages.map { .text($0.rawValue) }),
        ]
        conditions += try filter.comparisons.map(condition)
        return SearchSQL(sql: "SELECT r.number FROM runs r") + joins + SearchSQL(sql: " WHERE ")
            + SearchSQL.all(conditions)
            + SearchSQL(
                sql: " ORDER BY \(order.joined(separator: ", ")) LIMIT ? OFFSET ?",
                arguments: [SQLValue(size), SQLValue(offset)])
    }

    private static func column(_ attribute: String) -> String { attribute == "run_name" ? "r.name" : "r." + attribute }

    private static func table(_ entity: SearchEntity) -> String {
        switch entity {
        case .metric: "latest_metrics"
        case .param: "run_params"
        default: "run_tags"
        }
    }

    private func condition(_ comparison: SearchFilter.Comparison) throws -> SearchSQL {
        switch comparison.entity {
        case .attribute: return try .compare(Self.column(comparison.key), comparison)
        case .param, .tag: return try .keyed(Self.table(comparison.entity), owner: "run", comparison)
        case .metric:
            // Every comparison with NaN is false but !=.
            let nan = comparison.comparator == .notEqual ? " OR t.is_nan = 1" : ""
            let only = comparison.comparator == .notEqual ? "" : " AND t.is_nan = 0"
            return SearchSQL(
                sql: "EXISTS (SELECT 1 FROM latest_metrics t WHERE t.run = r.number "
                    + "AND t.metric = (SELECT number FROM metric_keys WHERE name = ?)\(only) AND (",
                arguments: [.text(comparison.key)])
                + (try .compare("t.value", comparison)) + SearchSQL(sql: "\(nan)))")
        case .dataset:
            let isContext = comparison.key == "context"
            let source = SearchSQL(
                sql: isContext
                    ? "EXISTS (SELECT 1 FROM run_dataset_tags t WHERE t.run = r.number AND t.key = ? AND "
                    : "EXISTS (SELECT 1 FROM run_datasets d JOIN run_dataset_sources t ON t.number = d.dataset "
                        + "WHERE d.run = r.number AND ",
                arguments: isContext ? [.text(Run.datasetContextTag)] : [])
            let column = isContext ? "t.value" : comparison.key == "name" ? "t.name" : "t.digest"
            return source + (try .compare(column, comparison)) + SearchSQL(sql: ")")
        }
    }
}
