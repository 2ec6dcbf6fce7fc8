package import MartletDomain
import Metadata

extension Tracking {
    /// A dataset that a logged model was measured on.
    package struct DatasetFilter: Sendable, Hashable {
        package var name: String
        package var digest: String?

        package init(name: String, digest: String? = nil) { (self.name, self.digest) = (name, digest) }
    }

    /// Finds logged models: `metrics.auc > 0.8 AND params.depth = '8'`, the newest first unless ordered otherwise.
    ///
    /// Of a metric the latest measurement counts: the greatest step, then the latest time, then the greatest value.
    /// - Parameters:
    ///   - datasets: Only models measured on one of these; metrics in the filter then mean measurements on them.
    ///   - token: The page before's; one of the same experiments, filter and orders.
    package func searchLoggedModels(
        experimentIDs: [String], filter: String = "", datasets: [DatasetFilter] = [], orders: [SearchOrder] = [],
        size: Int = 100, token: String? = nil
    ) async throws -> Page<LoggedModel> {
        try checkPageSize(size)
        guard orders.count <= 20 else { throw InvalidRequest("`order_by` has more than 20 fields.") }
        var place = LoggedModelPageToken(experimentIDs: experimentIDs, filter: filter, orders: orders)
        let offset = try place.place(of: token)
        place.offset = offset + size
        let next = try place.text()
        guard datasets.allSatisfy({ !$0.name.isEmpty }), datasets.count <= 100 else {
            throw InvalidRequest("`dataset_name` in the `datasets` clause must be specified.")
        }
        let query = try LoggedModelSearch(
            experimentIDs: experimentIDs, filter: try SearchFilter(parsing: filter, as: .loggedModels),
            datasets: datasets, orders: orders
        ).query(size: size + 1, offset: offset)
        return try await store.read { db in
            let numbers = try db.rows(query.sql, query.arguments, isComposed: true).map { try $0.integer("number") }
            let page = Page(numbers, size: size, offset: offset)
            var models = Page(try db.loggedModels(numbered: page.elements), size: size, offset: offset)
            models.nextToken = page.nextToken.map { _ in next }
            return models
        }
    }
}

/// A search for logged models as SQL.
private struct LoggedModelSearch {
    var experimentIDs: [String]
    var filter: SearchFilter
    var datasets: [Tracking.DatasetFilter]
    var orders: [SearchOrder]

    func query(size: Int, offset: Int) throws -> SearchSQL {
        var conditions = [
            SearchSQL.column("r.experiment_id", isOneOf: try experimentNumbers(experimentIDs)),
            SearchSQL(sql: "r.lifecycle_stage = 'active'"),
        ]
        conditions += try filter.comparisons.map(condition)
        if !datasets.isEmpty, !filter.comparisons.contains(where: { $0.entity == .metric }) {
            conditions.append(
                SearchSQL(sql: "EXISTS (SELECT 1 FROM logged_model_metrics t WHERE t.model = r.number AND ")
                    + onDatasets + SearchSQL(sql: ")"))
        }
        var order = SearchSQL(sql: "")
        for field in orders {
            let direction = field.isAscending ? "" : " DESC"
            if field.entity == .attribute {
                order = order + SearchSQL(sql: "r.\(field.key)\(direction), ")
                continue
            }
            guard field.entity == .metric else {
                throw InvalidRequest("Invalid order by field name: \(field.key). Only metrics are supported.")
            }
            let latest = latestMetric(field.key, name: field.datasetName, digest: field.datasetDigest)
            order =
                order + SearchSQL(sql: "CASE WHEN (") + latest + SearchSQL(sql: ") IS NULL THEN 1 ELSE 0 END, (")
                + latest + SearchSQL(sql: ")\(direction), ")
        }
        if !orders.contains(where: { $0.key == "creation_time" }) {
            order = order + SearchSQL(sql: "r.creation_time DESC, ")
        }
        return SearchSQL(sql: "SELECT r.number FROM logged_models r WHERE ") + SearchSQL.all(conditions)
            + SearchSQL(sql: " ORDER BY ") + order
            + SearchSQL(sql: "r.model_id LIMIT ? OFFSET ?", arguments: [SQLValue(size), SQLValue(offset)])
    }

    private var onDatasets: SearchSQL {
        let each = datasets.map { dataset in
            SearchSQL(
                sql: "t.dataset_name = ?" + (dataset.digest == nil ? "" : " AND t.dataset_digest = ?"),
                arguments: [.text(dataset.name)] + (dataset.digest.map { [.text($0)] } ?? []))
        }
        return SearchSQL(
            sql: "(" + each.map { "(\($0.sql))" }.joined(separator: " OR ") + ")", arguments: each.flatMap(\.arguments))
    }

    private func latestMetric(_ key: String, name: String? = nil, digest: String? = nil) -> SearchSQL {
        var sql = SearchSQL(
            sql: "SELECT t.value FROM logged_model_metrics t WHERE t.model = r.number "
                + "AND t.metric = (SELECT number FROM metric_keys WHERE name = ?)",
            arguments: [.text(key)])
        if !datasets.isEmpty { sql = sql + SearchSQL(sql: " AND ") + onDatasets }
        if let name { sql = sql + SearchSQL(sql: " AND t.dataset_name = ?", arguments: [.text(name)]) }
        if let digest { sql = sql + SearchSQL(sql: " AND t.dataset_digest = ?", arguments: [.text(digest)]) }
        return sql + SearchSQL(sql: " ORDER BY t.step DESC, t.timestamp DESC, t.value DESC, t.run LIMIT 1")
    }

    private func condition(_ comparison: SearchFilter.Comparison) throws -> SearchSQL {
        switch comparison.entity {
        case .param: return try .keyed("logged_model_params", owner: "model", comparison)
        case .tag: return try .keyed("logged_model_tags", owner: "model", comparison)
        case .attribute:
            guard comparison.key == "status" else { return try .compare("r." + comparison.key, comparison) }
            guard [.equal, .notEqual, .isIn, .isNotIn].contains(comparison.comparator) else {
                throw InvalidRequest("Invalid comparison operator for status: \(comparison.comparator.rawValue)")
            }
            return try .compare("r.status", comparison) { .text(try Self.status($0)) }
        case .metric, .dataset:
            return try .compare("(\(latestMetric(comparison.key).sql))", comparison).preceded(
                by: latestMetric(comparison.key).arguments)
        }
    }

    /// What the store calls a status that a filter names as MLflow's clients do.
    private static func status(_ word: String) throws -> String {
        switch word {
        case "PENDING": LoggedModelStatus.pending.rawValue
        case "READY": LoggedModelStatus.ready.rawValue
        case "FAILED": LoggedModelStatus.uploadFailed.rawValue
        case "UNSPECIFIED": "LOGGED_MODEL_STATUS_UNSPECIFIED"
        default: throw InvalidRequest("Unknown model status in filter: '\(word.prefix(100))'")
        }
    }
}

extension SearchSQL {
    /// With values for question marks that stand before its own.
    fileprivate func preceded(by values: [SQLValue]) -> SearchSQL {
        SearchSQL(sql: sql, arguments: values + arguments)
    }
}
