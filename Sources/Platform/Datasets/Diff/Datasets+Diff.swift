import DeltaLake
package import MartletDomain
import QueryEngine

extension Datasets {
    /// What changed from one version of a table to another, or between two tables.
    ///
    /// Joins and groups are the engine's, and spill to the disk where memory does not hold them.
    /// - Parameters:
    ///   - version: Nil for the one before the newest, or the newest when `other` is another table.
    ///   - other: The table to compare with; nil for the same.
    ///   - otherVersion: Nil for the newest.
    ///   - key: The columns that say which row is which; empty to compare rows as a whole.
    /// - Throws: ``UnusableKey`` when a key is null or occurs twice, ``DatasetError/missingColumns(_:table:)``.
    package func diff(
        _ name: TableName, from version: Int64? = nil, to otherVersion: Int64? = nil, of other: TableName? = nil,
        key: [String] = []
    ) async throws -> DatasetDiff {
        let to = try await snapshot(other ?? name, version: otherVersion)
        let earlier = version ?? (other == nil || other == name ? to.version - 1 : nil)
        guard (earlier ?? 0) >= 0 else {
            throw InvalidRequest(
                "\(name)@0 is the table's first version, so there is none to compare it with. Name two versions with --from "
                    + "and --to, as `martlet data history \(name)` lists them.")
        }
        let from = try await snapshot(name, version: earlier)
        let sides = DiffSides(
            from: DiffSide(TableReference(name, version: from.version), from),
            to: DiffSide(TableReference(other ?? name, version: to.version), to), key: key)
        try sides.check()
        return try await engine.withSession { session in
            var diff = sides.schemaDiff
            diff.fromRows = try session.collect("SELECT count(*) AS n FROM \(sides.from.relation)").whole("n") ?? 0
            diff.toRows = try session.collect("SELECT count(*) AS n FROM \(sides.to.relation)").whole("n") ?? 0
            if sides.key.isEmpty {
                try RowMultisets(sides: sides, session: session).compare(&diff)
            } else {
                let rows = KeyedRows(sides: sides, session: session)
                try rows.checkKey()
                try rows.compare(&diff)
            }
            try DistributionSamples(sides: sides, session: session).compare(&diff)
            return diff
        }
    }
}
