package import MartletDomain
import Metadata

/// MLflow keeps prompts among the registered models, marked by this tag; a search does not find them unless it asks.
private let promptTag = "mlflow.prompt.is_prompt"

extension Registry {
    /// Finds registered models: `name LIKE 'flight%' AND tag.team = 'delays'`, by name unless ordered otherwise.
    package func searchModels(
        filter: String = "", orderBy: [String] = [], size: Int = 100, token: String? = nil
    ) async throws -> Page<RegisteredModel> {
        try check(size, atMost: 1_000)
        let offset = try PageToken.offset(of: token)
        let columns = [
            "name": "r.name", "creation_timestamp": "r.created_at", "last_updated_timestamp": "r.updated_at",
        ]
        let conditions = try conditions(
            filter, .registeredModels, columns, tags: "registered_model_tags", owner: "model")
        let order = try order(orderBy, .registeredModels, columns, ties: ["r.name", "r.number"])
        let query =
            SearchSQL(sql: "SELECT r.* FROM registered_models r WHERE r.deleted_at IS NULL AND ") + conditions + order
            + SearchSQL(sql: " LIMIT ? OFFSET ?", arguments: [SQLValue(size + 1), SQLValue(offset)])
        return try await store.read { db in
            Page(try db.registeredModels(query.sql, query.arguments), size: size, offset: offset)
        }
    }

    /// Finds model versions: `name = 'flight-delay' AND run_id = '…'`, the latest changed first unless ordered otherwise.
    package func searchVersions(
        filter: String = "", orderBy: [String] = [], size: Int = 10_000, token: String? = nil
    ) async throws -> Page<ModelVersion> {
        try check(size, atMost: 200_000)
        let offset = try PageToken.offset(of: token)
        let columns = [
            "name": "m.name", "version_number": "r.version", "run_id": "r.run_id", "source_path": "r.source",
            "creation_timestamp": "r.created_at", "last_updated_timestamp": "r.updated_at",
        ]
        let conditions = try conditions(
            filter, .modelVersions, columns, tags: "model_version_tags", owner: "version")
        let order = try order(
            orderBy.isEmpty ? ["last_updated_timestamp DESC"] : orderBy, .modelVersions, columns,
            ties: ["m.name", "r.version DESC"])
        let query =
            SearchSQL(sql: "WHERE r.deleted_at IS NULL AND ") + conditions + order
            + SearchSQL(sql: " LIMIT ? OFFSET ?", arguments: [SQLValue(size + 1), SQLValue(offset)])
        return try await store.read { db in
            Page(try db.versions(query.sql, query.arguments).map(\.version), size: size, offset: offset)
        }
    }

    private func check(_ size: Int, atMost largest: Int) throws {
        guard (1...largest).contains(size) else {
            throw InvalidRequest(
                "Invalid value for request parameter max_results. It must be at least 1 and at most \(largest), "
                    + "but got value \(size)")
        }
    }

    private func conditions(
        _ filter: String, _ grammar: SearchGrammar, _ columns: [String: String], tags: String, owner: String
    ) throws -> SearchSQL {
        let comparisons = try SearchFilter(parsing: filter, as: grammar).comparisons
        var conditions = try comparisons.map { comparison in
            if comparison.entity == .tag {
                guard comparison.key == promptTag, comparison.comparator == .notEqual else {
                    return try SearchSQL.keyed(tags, owner: owner, comparison)
                }
                // What has no such tag is not a prompt.
                var isPrompt = comparison
                isPrompt.comparator = .equal
                return SearchSQL(sql: "NOT ") + (try SearchSQL.keyed(tags, owner: owner, isPrompt))
            }
            return try SearchSQL.compare(columns[comparison.key] ?? "r.number", comparison)
        }
        if !comparisons.contains(where: { $0.entity == .tag && $0.key == promptTag }) {
            let isPrompt = SearchFilter.Comparison(.tag, promptTag, .equal, .text("true"))
            conditions.append(SearchSQL(sql: "NOT ") + (try SearchSQL.keyed(tags, owner: owner, isPrompt)))
        }
        return SearchSQL.all(conditions)
    }

    private func order(
        _ orders: [String], _ grammar: SearchGrammar, _ columns: [String: String], ties: [String]
    ) throws -> SearchSQL {
        let fields = try SearchOrder.all(parsing: orders, as: grammar).map { order in
            guard order.entity == .attribute, let column = columns[order.key] else {
                throw InvalidRequest("Invalid order_by entity: \(order.entity.rawValue)")
            }
            return column + (order.isAscending ? "" : " DESC")
        }
        let rest = ties.filter { tie in
            !fields.contains { $0.split(separator: " ").first == tie.split(separator: " ").first }
        }
        return SearchSQL(sql: " ORDER BY " + (fields + rest).joined(separator: ", "))
    }
}
