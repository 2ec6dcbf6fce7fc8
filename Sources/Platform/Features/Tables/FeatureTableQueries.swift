package import MartletDomain
import Metadata

extension Features {
    /// The feature table of that name; `risk.vendors` and `main.risk.vendors` are one.
    /// - Throws: ``FeatureError/issues(_:)`` (`unknown_table`).
    package func table(_ name: TableName) async throws -> FeatureTable {
        try await store.read { try $0.featureTable(name) }
    }

    /// All feature tables by name, or those with a tag.
    package func tables(tag: String? = nil, value: String? = nil) async throws -> [FeatureTable] {
        let tables = try await store.read { db in
            try db.rows("SELECT * FROM feature_tables WHERE dropped_at IS NULL ORDER BY name")
                .map { try db.featureTable($0) }
        }
        guard let tag else { return tables }
        return tables.filter { table in table.tags[tag].map { value == nil || $0 == value } ?? false }
    }
}

extension Snapshot {
    func featureTable(_ name: TableName) throws -> FeatureTable {
        guard let table = try featureTableIfPresent(name) else { throw FeatureError.noFeatureTable(name) }
        return table
    }

    func featureTableIfPresent(_ name: TableName) throws -> FeatureTable? {
        for spelling in name.spellings {
            let found = try row(
                "SELECT * FROM feature_tables WHERE name = ? AND dropped_at IS NULL", [.text(spelling.description)])
            if let found { return try featureTable(found) }
        }
        return nil
    }

    func featureTable(_ row: SQLRow) throws -> FeatureTable {
        let id = try row.text("id")
        let tags = try rows("SELECT key, value FROM feature_table_tags WHERE table_id = ?", [.text(id)])
            .map { (try $0.text("key"), try $0.text("value")) }
        let sources = try rows(
            "SELECT kind, source FROM feature_table_sources WHERE table_id = ? ORDER BY kind, source", [.text(id)]
        ).map { FeatureDataSource(.init(rawValue: try $0.text("kind")) ?? .custom, try $0.text("source")) }
        return FeatureTable(
            id: id, name: try TableName(row.text("name")),
            keys: try decoded(FeatureTableKeys.self, from: row.text("keys")),
            description: try row.text("description"), tags: Dictionary(tags) { first, _ in first },
            dataSources: sources, origin: .init(rawValue: try row.text("origin")) ?? .created,
            createdBy: try row.text("created_by"), createdAt: try row.integer("created_at"))
    }
}

extension Transaction {
    /// Records a feature table; the one of that name that is there already is left, and given back.
    func insert(_ table: FeatureTable) throws -> FeatureTable {
        if let present = try featureTableIfPresent(table.name) { return present }
        var table = table
        (table.createdBy, table.createdAt) = (caller.user.name, now)
        try execute(
            """
            INSERT INTO feature_tables (id, name, keys, description, origin, created_by, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(table.id), .text(table.name.description), .text(canonicalText(table.keys)),
                .text(table.description), .text(table.origin.rawValue), .text(table.createdBy),
                .integer(table.createdAt),
            ])
        try setTags(table.tags, of: table.id)
        return table
    }

    func setTags(_ tags: [String: String], of id: String) throws {
        for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
            try execute(
                """
                INSERT INTO feature_table_tags (table_id, key, value) VALUES (?, ?, ?)
                ON CONFLICT (table_id, key) DO UPDATE SET value = excluded.value
                """, [.text(id), .text(key), .text(value)])
        }
    }
}

extension FeatureError {
    static func noFeatureTable(_ name: TableName) -> Self {
        .issues([
            FeatureIssue(
                .unknownTable,
                "There is no feature table \(name): make it with `martlet features create`, make one of a table with "
                    + "`martlet features register`, or see what there is with `martlet features list`")
        ])
    }
}
