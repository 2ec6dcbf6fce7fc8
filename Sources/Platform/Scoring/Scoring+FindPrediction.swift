import DeltaLake
import MartletDomain
import Metadata
import QueryEngine

extension Scoring {
    /// The row as it was written, and the work that wrote it.
    ///
    /// An id begins with that of its work, whose record names the commit: only the files of that commit are looked at,
    /// and in them, since ids of one work ascend with the rows, only the row group that holds the id.
    func stored(_ predictionID: String) async throws -> (run: ScoringRun, row: RecordBatch) {
        let prefix = predictionID.prefix { $0 != "-" }
        guard prefix.utf8.count == 12, predictionID.utf8.count == 29, prefix.allSatisfy(\.isHexDigit) else {
            throw ScoringError.unknownPrediction(predictionID)
        }
        // Ids are hexadecimal, so the range from a prefix to the prefix with a greater sign after it holds just its
        // ids.
        let found = try await store.read { db in
            try db.rows(
                "SELECT id FROM scoring_runs WHERE id >= ? AND id < ?", [.text(String(prefix)), .text(prefix + "g")]
            )
            .compactMap { try db.scoringRun($0.text("id")) }
        }
        for run in found {
            let version = run.predictions.version
            let changes = try? await datasets.deltaTable(run.predictions.name).changes(
                after: version - 1, through: version)
            if let added = changes?.added, !added.files.isEmpty, let row = try? await row(predictionID, in: added) {
                return (run, row)
            }
            // The table's files were arranged otherwise, and its history cut.
            let newest = try await datasets.snapshot(run.predictions.name)
            if let row = try await row(predictionID, in: newest) { return (run, row) }
        }
        throw ScoringError.unknownPrediction(predictionID)
    }

    private func row(_ predictionID: String, in snapshot: DeltaSnapshot) async throws -> RecordBatch? {
        // As a literal, so that the engine can hold it against the bounds of files and row groups.
        let sql =
            "SELECT * FROM \(snapshot.relation) WHERE \(PredictionColumn.id) = \(quotedLiteral(predictionID))"
        let rows = try await datasets.engine.withSession { try $0.collect(sql) }
        return rows.rowCount > 0 ? rows.rows([0]) : nil
    }
}
