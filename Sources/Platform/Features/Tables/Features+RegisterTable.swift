import DeltaLake
package import MartletDomain
import Metadata

extension Features {
    /// Makes a feature table of a table that is there, under its own name and with its rows.
    ///
    /// - Throws: ``FeatureError/issues(_:)`` with every problem: columns that are not there, rows with a null in the key or
    ///   with another row's key, keys other than those that it is registered with already.
    package func registerTable(
        _ declaration: FeatureTableDeclaration, by caller: Caller
    ) async throws -> FeatureTable {
        let action = AuditAction("features", "register_table", ["table": declaration.name])
        try await datasets.requireChange(action, by: caller)
        let asked = try TableName(declaration.name)
        try await datasets.requireChange(of: asked, action, by: caller)
        let present = asked.spellings.first { datasets.deltaTable($0).exists() }
        guard let name = present else {
            throw FeatureError.issues([
                FeatureIssue(
                    .unknownTable,
                    "There is no table \(asked): import it with `martlet data import`, or make it with "
                        + "`martlet features create`")
            ])
        }
        return try await turns.inTurn(name.completed.description) {
            let snapshot = try await datasets.snapshot(name)
            var declaration = declaration
            if declaration.partitionColumns.isEmpty { declaration.partitionColumns = snapshot.partitionColumns }
            let definition = try declaration.definition(
                withColumnsOf: TableSchema(snapshot.schema.fields.map { .init($0.name, $0.type) }))
            guard definition.keys.partitionColumns == snapshot.partitionColumns else {
                let own = snapshot.partitionColumns.joined(separator: ", ")
                throw FeatureError.issues([
                    FeatureIssue(
                        .invalidDeclaration,
                        "\(name) is partitioned \(own.isEmpty ? "not at all" : "by " + own): leave the partition columns out"
                    )
                ])
            }
            if let present = try await tableIfPresent(name) {
                let differences = present.differences(from: definition, schema: snapshot.schema)
                guard differences.isEmpty else { throw FeatureError.issues(differences) }
                return present
            }
            let frame = FeatureFrame(sql: "SELECT * FROM \(snapshot.relation)")
            _ = try await frame.checkRows(key: definition.keys.rowKey, datasets.engine)
            let table = FeatureTable(
                id: newID(), name: name, keys: definition.keys, description: definition.description,
                tags: definition.tags, dataSources: [], origin: .registered, createdBy: "", createdAt: 0)
            let facts = ["table": "\(name)@\(snapshot.version)", "id": table.id, "keys": try canonicalText(table.keys)]
            return try await store.change(AuditAction("features", "register_table", facts), by: caller) { db in
                try db.insert(table)
            }
        }
    }
}
