import DeltaLake
package import MartletDomain
import QueryEngine

extension Datasets {
    /// Computes a table from others by one SELECT, in which each input goes by the alias it is given.
    ///
    /// An input that names no version is pinned to the newest at this moment; the versions are recorded.
    /// - Throws: ``InvalidRequest`` for SQL that is more than one SELECT, or reads what is not among the inputs.
    package func derive(
        _ name: TableName, selecting sql: String, from inputs: [String: TableName], versions: [String: Int64] = [:],
        _ mode: Mode, by caller: Caller
    ) async throws -> DatasetVersion {
        var views: [(alias: String, relation: String)] = []
        var pinned: [TableReference] = []
        var ownVersion: Int64?
        for (alias, table) in inputs.sorted(by: { $0.key < $1.key }) {
            let snapshot = try await snapshot(table, version: versions[alias])
            if table == name, versions[alias] == nil { ownVersion = min(ownVersion ?? .max, snapshot.version) }
            views.append((alias, snapshot.relation))
            pinned.append(TableReference(table, version: snapshot.version))
        }
        let prepared = views
        try await engine.withSession { try SelectInputs.check(sql, inputs: prepared.map(\.alias), $0) }
        var origin = DatasetOrigin(.derived, inputs: pinned, source: sql)
        origin.ownVersion = ownVersion
        return try await commit(
            name, mode.change(keys: []), selecting: sql, origin: origin, by: caller,
            prepare: { session in
                for view in prepared {
                    try session.execute(
                        "CREATE TEMP VIEW \(quotedIdentifier(view.alias)) AS SELECT * FROM \(view.relation)")
                }
            })
    }
}
