import DeltaLake
package import Foundation
package import MartletDomain
import QueryEngine

extension Features {
    /// A training set's rows as a model is to see them: with its steps applied, labels last. Without steps, as they lie.
    ///
    /// - Parameter version: Nil for the newest.
    /// - Returns: A Parquet file of the scratch folder. It belongs to the caller.
    package func modelRows(
        _ table: TableName, version: Int64? = nil, by caller: Caller
    ) async throws -> (table: TableReference, file: URL) {
        let record = try await trainingSetRecord(table, version: version)
        let packed = try await pack(record.table.name, version: record.table.version)
        if packed.steps.steps.isEmpty {
            return (record.table, try await datasets.export(record.table, as: .parquet))
        }
        let snapshot = try await datasets.snapshot(record.table)
        let relation = snapshot.relation
        let file = datasets.scratch.appending(path: newID() + ".export")
        do {
            try await datasets.engine.withSession { session in
                try Self.holdModelRows(of: relation, snapshot.schema.names, packed.steps, in: session)
                try session.execute(
                    "COPY (SELECT * FROM model_rows) TO \(quotedLiteral(file.path)) (FORMAT parquet, COMPRESSION zstd)",
                    writing: file.path)
            }
        } catch {
            try? FileManager.default.removeItem(at: file)
            throw error
        }
        return (record.table, file)
    }

    /// Puts the rows with steps applied into the table `model_rows`, some at a time: as values of steps, rows take many times
    /// their room.
    private static func holdModelRows(
        of relation: String, _ columns: [String], _ steps: FittedSteps, in session: any QuerySession
    ) throws {
        let number = quotedIdentifier("row " + newID())
        let list = columns.map(quotedIdentifier).joined(separator: ", ")
        try session.execute(
            "CREATE TEMP TABLE training_rows AS SELECT \(list), row_number() OVER () - 1 AS \(number) FROM \(relation)")
        let counted = try session.collect("SELECT count(*) AS n FROM training_rows").column("n").longs
        let count = (counted?.first ?? nil) ?? 0
        let step: Int64 = 50_000
        for start in stride(from: 0, through: count, by: Int64.Stride(step)) {
            let rows = try session.collect(
                "SELECT \(list) FROM training_rows WHERE \(number) >= \(start) AND \(number) < \(start + step) "
                    + "ORDER BY \(number)")
            let done = try steps.apply(to: rows)
            if start == 0 {
                try session.hold(done, as: "model_rows")
            } else {
                try session.append(done, to: "model_rows")
            }
        }
    }

    /// The steps with what the rows of the training set make of them.
    func fitted(_ steps: [ModelStep], on table: TableReference) async throws -> FittedSteps {
        guard !steps.isEmpty else { return FittedSteps([]) }
        let names = steps.flatMap(\.columns).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let snapshot = try await datasets.snapshot(table)
        // Columns of one-hot steps have names that the table lacks.
        let known = names.filter { snapshot.schema[$0] != nil }
        let list = known.map(quotedIdentifier).joined(separator: ", ")
        let rows = try await datasets.engine.withSession { try $0.collect("SELECT \(list) FROM \(snapshot.relation)") }
        return try FittedSteps.fit(
            steps, to: rows.columns.map { ($0.name, $0.featureValues) }, among: snapshot.schema.names)
    }
}
