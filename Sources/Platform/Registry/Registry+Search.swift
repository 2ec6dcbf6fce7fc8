package import MartletDomain
import Metadata

/// MLflow keeps prompts among the registered models, marked by a tag; a search does not find them unless it asks.
private let promptsByModel =
    "EXISTS (SELECT 1 FROM registered_model_tags p WHERE p.model = r.number AND p.key = 'mlflow.prompt.is_prompt' "
    + "AND p.value = 'true')"

/// A version is a prompt's when any version of its name is marked as one.
private let promptsByVersion =
    "r.model IN (SELECT o.model FROM model_version_tags p JOIN model_versions o ON o.number = p.version "
    + "WHERE p.key = 'mlflow.prompt.is_prompt' AND p.value = 'true')"

extension SearchFilter.Comparison {
    fileprivate var isOfPrompts: Bool { entity == .tag && key == "mlflow.prompt.is_prompt" }
}

extension Registry {
    /// Finds registered models: `name LIKE 'flight%' AND tag.team = 'delays'`, by name unless ordered otherwise.
    package func searchModels(
        filter: String = "", orderBy: [String] = [], size: Int = 100, token: String? = nil,
        visible: Visibility = .all
    ) async throws -> Page<RegisteredModel> {
        try check(size, atMost: 1_000)
        let offset = try PageToken.offset(of: token)
        let columns = ["name": "r.name", "last_updated_timestamp": "r.updated_at"]
        let conditions = try conditions(
            filter, .registeredModels, columns, promptsByModel, visible, tags: .registered_model_tags)
        let order = try order(orderBy, .registeredModelOrder, columns, ties: ["r.name", "r.number"])
        let query =
            SearchSQL(sql: "SELECT r.* FROM registered_models r WHERE r.deleted_at IS NULL AND ") + conditions + order
            + SearchSQL(sql: " LIMIT ? OFFSET ?", arguments: [SQLValue(size + 1), SQLValue(offset)])
        return try await store.read { db in
            var models = try db.registeredModels(query.sql, query.arguments, isComposed: true)
            // Here MLflow lists them by the stages' words.
            for place in models.indices {
                models[place].latestVersions.sort { $0.stage.rawValue < $1.stage.rawValue }
            }
            return Page(models, size: size, offset: offset)
        }
    }

    /// Finds model versions: `name = 'flight-delay' AND run_id = '…'`, the latest changed first unless ordered otherwise.
    package func searchVersions(
        filter: String = "", orderBy: [String] = [], size: Int = 10_000, token: String? = nil,
        visible: Visibility = .all
    ) async throws -> Page<ModelVersion> {
        try check(size, atMost: 200_000)
        let offset = try PageToken.offset(of: token)
        let columns = [
            "name": "m.name", "version_number": "r.version", "run_id": "r.run_id", "source_path": "r.source",
            "creation_timestamp": "r.created_at", "last_updated_timestamp": "r.updated_at",
        ]
        let conditions = try conditions(
            filter, .modelVersions, columns, promptsByVersion, visible, tags: .model_version_tags)
        let order = try order(
            orderBy.isEmpty ? ["last_updated_timestamp DESC"] : orderBy, .modelVersionOrder, columns,
            ties: ["m.name", "r.version DESC"])
        let query =
            SearchSQL(sql: "WHERE r.deleted_at IS NULL AND ") + conditions + order
            + SearchSQL(sql: " LIMIT ? OFFSET ?", arguments: [SQLValue(size + 1), SQLValue(offset)])
        return try await store.read { db in
            Page(
                try db.versions(query.sql, query.arguments, isComposed: true).map(\.version), size: size, offset: offset
            )
        }
    }

    private func check(_ size: Int, atMost largest: Int) throws {
        guard (1...largest).contains(size) else {
            throw InvalidRequest(
                "Invalid value for request parameter max_results. It must be at least 1 and at most \(largest), "
                    + "but got value \(size)")
        }
    }

    /// - Parameters:
    ///   - prompts: True of a row that is a prompt's.
    ///   - visible: The models that may be found.
    private func conditions(
        _ filter: String, _ grammar: SearchGrammar, _ columns: [String: String], _ prompts: String,
        _ visible: Visibility, tags: RegistryTagTable
    ) throws -> SearchSQL {
        let comparisons = try SearchFilter(parsing: filter, as: grammar).comparisons
        func asksForPrompts(_ comparison: SearchFilter.Comparison) -> Bool {
            guard case .text(let value) = comparison.value else { return false }
            return (comparison.comparator == .equal && value.lowercased() == "true")
                || (comparison.comparator == .notEqual && value.lowercased() == "false")
        }
        let withPrompts = comparisons.first { $0.isOfPrompts }.map(asksForPrompts) ?? false
        var conditions = try comparisons.filter { withPrompts || !$0.isOfPrompts }.map { comparison in
            comparison.entity == .tag
                ? try SearchSQL.keyed(tags.rawValue, owner: tags.owner, comparison)
                : try SearchSQL.compare(columns[comparison.key] ?? "r.number", comparison)
        }
        if !withPrompts { conditions.append(SearchSQL(sql: "NOT " + prompts)) }
        if case .only(let names) = visible, let column = columns["name"] {
            conditions.append(SearchSQL.column(column, isOneOf: names.sorted().map { .text($0) }))
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
