import DeltaLake
package import MartletDomain
import Metadata

extension Features {
    /// Makes a feature table, and writes its first rows when there are any.
    ///
    /// One that is there and is what is asked for is given back as it is, and the rows are merged into it.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem of the declaration, or every difference to the table that is
    ///   there. A table that was made for rows that are then refused is taken away again.
    package func createTable(
        _ declaration: FeatureTableDeclaration, rows: FeatureRows? = nil, runID: String? = nil, by caller: Caller
    ) async throws -> FeatureTable {
        try await datasets.requireChange(
            AuditAction("features", "create_table", ["table": declaration.name]), by: caller)
        guard let rows else {
            return try await makeTable(declaration.definition(), by: caller).table
        }
        let declared = declaration.columns.map { TableSchema($0.compactMap(TableSchema.Field.init(declared:))) }
        return try await withFrame(rows, like: declared) { frame in
            let definition = try declaration.definition(
                withColumnsOf: try await frame.schema(datasets.engine))
            _ = try await frame.checkRows(key: definition.keys.rowKey, datasets.engine)
            let (table, isNew) = try await makeTable(definition, by: caller)
            do {
                _ = try await write(frame, to: table, isNew ? .overwrite : .merge, runID: runID, by: caller)
            } catch {
                if isNew { _ = try? await dropTable(table.name, by: caller) }
                throw error
            }
            return table
        }
    }

    private func makeTable(
        _ definition: FeatureTableDefinition, by caller: Caller
    ) async throws -> (table: FeatureTable, isNew: Bool) {
        try await turns.inTurn(definition.name.description) {
            for name in definition.name.spellings {
                if let present = try await tableIfPresent(name) {
                    let schema = try await datasets.snapshot(present.name).schema
                    let differences = present.differences(from: definition, schema: schema)
                    guard differences.isEmpty else { throw FeatureError.issues(differences) }
                    return (present, false)
                }
                if try await isTaken(name, by: definition) {
                    throw FeatureError.issues([
                        FeatureIssue(
                            .invalidDeclaration,
                            "\(name) is a table, and no feature table: take another name, or make it one with "
                                + "`martlet features register \(name)`")
                    ])
                }
            }
            let origin = DatasetOrigin(.featureTable, source: try canonicalText(definition))
            _ = try await datasets.commit(definition.name, "CREATE TABLE", origin, by: caller) { table, info in
                let version = try await table.define(definition, info)
                return CommitResult(version: version, rowCount: 0, files: 0, bytes: 0)
            }
            let table = FeatureTable(
                id: newID(), name: definition.name, keys: definition.keys, description: definition.description,
                tags: definition.tags, dataSources: [], origin: .created, createdBy: "", createdAt: 0)
            let recorded = try await store.change(
                AuditAction(
                    "features", "create_table",
                    ["table": definition.name.description, "id": table.id, "definition": canonicalText(definition)]),
                by: caller
            ) { db in try db.insert(table) }
            return (recorded, recorded.id == table.id)
        }
    }

    func tableIfPresent(_ name: TableName) async throws -> FeatureTable? {
        try await store.read { try $0.featureTableIfPresent(name) }
    }

    /// Whether a table of that name holds what a feature table must not take the place of.
    ///
    /// One that was a feature table and was dropped is empty and may be made anew; so may one that was being made for the
    /// same definition when the process ended.
    private func isTaken(_ name: TableName, by definition: FeatureTableDefinition) async throws -> Bool {
        guard datasets.deltaTable(name).exists() else { return false }
        let snapshot = try await datasets.snapshot(name)
        guard snapshot.rowCount == 0 else { return true }
        let wasDropped = try await store.read { db in
            try db.row("SELECT id FROM feature_tables WHERE name = ?", [.text(name.description)]) != nil
        }
        if wasDropped { return false }
        let beginning = try datasets.deltaTable(name).history().last
        return beginning?.extra["source"] != (try canonicalText(definition)) || beginning?.version != snapshot.version
    }
}

extension DeltaTable {
    /// The version at which the table is empty and has the columns that were asked for.
    fileprivate func define(_ definition: FeatureTableDefinition, _ info: CommitInfo) async throws -> Int64 {
        let (keys, description) = (definition.keys, definition.description.isEmpty ? nil : definition.description)
        if exists() {
            return try await redefine(
                schema: definition.schema, description: description, partitionColumns: keys.partitionColumns,
                commit: info)
        }
        return try await create(
            schema: definition.schema, description: description, partitionColumns: keys.partitionColumns,
            commit: info)
    }
}

extension TableSchema.Field {
    /// Nil for a type that feature tables do not have.
    fileprivate init?(declared column: ColumnDeclaration) {
        guard let type = DataType(declared: column.type) else { return nil }
        self.init(column.name, type)
    }
}
