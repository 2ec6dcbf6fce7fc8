import DeltaLake
package import MartletDomain
import QueryEngine

extension Features {
    /// Writes rows into a feature table as its next version.
    ///
    /// New columns become features. Nothing is written when a type differs, a needed column is missing, a key is null or
    /// comes twice: all problems are told at once, rows by their numbers.
    package func writeTable(
        _ name: TableName, _ rows: FeatureRows, _ mode: FeatureWriteMode, runID: String? = nil, by caller: Caller
    ) async throws -> DatasetVersion {
        try await datasets.requireChange(
            AuditAction("features", "write_table", ["table": name.description, "mode": mode.rawValue]), by: caller)
        let table = try await table(name)
        let schema = try await datasets.snapshot(table.name).schema
        return try await withFrame(rows, like: schema) { frame in
            try await write(frame, to: table, mode, runID: runID, by: caller)
        }
    }

    func write(
        _ frame: FeatureFrame, to table: FeatureTable, _ mode: FeatureWriteMode, runID: String?, by caller: Caller
    ) async throws -> DatasetVersion {
        let given = try await frame.schema(datasets.engine)
        return try await turns.inTurn(table.name.description) {
            let before = try await datasets.snapshot(table.name).schema
            let after = try table.schema(afterWriting: given, mode, to: before)
            let rowCount = try await frame.checkRows(key: table.keys.rowKey, datasets.engine)
            let source = "\(mode.rawValue) \(frame.source ?? "")"
            if after != before {
                let widening = DatasetOrigin(.featureTable, source: source, runID: runID)
                _ = try await datasets.commit(table.name, "ADD COLUMNS", widening, by: caller) { delta, info in
                    let version = try await delta.evolve(to: after, commit: info)
                    return CommitResult(version: version, rowCount: 0, files: 0, bytes: 0)
                }
            }
            switch mode {
            case .merge:
                return try await datasets.merge(
                    table.name, selecting: frame.sql, on: table.keys.rowKey, keepingMissing: true, rowCount: rowCount,
                    operation: .featureTable, inputs: frame.inputs, source: source, runID: runID, by: caller,
                    prepare: frame.prepare)
            case .overwrite:
                return try await datasets.replaceRows(
                    table.name, selecting: frame.sql, operation: .featureTable, inputs: frame.inputs, source: source,
                    runID: runID, by: caller, prepare: frame.prepare)
            }
        }
    }
}
