package import MartletDomain
import Metadata

extension Tracking {
    /// Finds experiments: `name LIKE 'wire%' AND tags.team = 'risk'`, the latest created first unless ordered otherwise.
    package func searchExperiments(
        filter: String = "", viewType: ViewType = .activeOnly, orderBy: [String] = [], size: Int = 1_000,
        token: String? = nil, visible: Visibility = .all
    ) async throws -> Page<Experiment> {
        try checkPageSize(size)
        let offset = try PageToken.offset(of: token)
        var conditions = [SearchSQL.column("r.lifecycle_stage", isOneOf: viewType.stages.map { .text($0.rawValue) })]
        conditions += try SearchFilter(parsing: filter, as: .experiments).comparisons.map(Self.condition)
        if case .only(let ids) = visible {
            conditions.append(
                SearchSQL.column("r.experiment_id", isOneOf: ids.compactMap(Int64.init).sorted().map { .integer($0) }))
        }
        guard orderBy.count <= 20 else { throw InvalidRequest("`order_by` has more than 20 fields.") }
        let orders = try (orderBy.isEmpty ? ["creation_time DESC", "experiment_id ASC"] : orderBy).map {
            try SearchOrder(parsing: $0, as: .experiments)
        }
        var order = try orders.map { field in
            guard field.entity == .attribute else { throw InvalidRequest("Invalid order_by entity: tag") }
            return "r.\(field.key)\(field.isAscending ? "" : " DESC")"
        }
        if !orders.contains(where: { $0.key == "experiment_id" }) { order.append("r.experiment_id DESC") }
        let query =
            SearchSQL(sql: "SELECT r.* FROM experiments r WHERE ") + SearchSQL.all(conditions)
            + SearchSQL(
                sql: " ORDER BY \(order.joined(separator: ", ")) LIMIT ? OFFSET ?",
                arguments: [SQLValue(size + 1), SQLValue(offset)])
        return try await store.read { db in
            Page(try db.experiments(query.sql, query.arguments, isComposed: true), size: size, offset: offset)
        }
    }

    private static func condition(_ comparison: SearchFilter.Comparison) throws -> SearchSQL {
        if comparison.entity == .attribute {
            guard comparison.key == "experiment_id" else { return try .compare("r." + comparison.key, comparison) }
            guard [.equal, .notEqual, .isIn, .isNotIn].contains(comparison.comparator) else {
                throw InvalidRequest("Invalid comparator for experiment_id: \(comparison.comparator.rawValue)")
            }
            return try .compare("r.experiment_id", comparison) { .integer(try Experiment.number(of: $0)) }
        }
        return try .keyed("experiment_tags", owner: "experiment_id", isOf: "r.experiment_id", comparison)
    }
}
