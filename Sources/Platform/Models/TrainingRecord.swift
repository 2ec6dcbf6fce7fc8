import MartletDomain
import Metadata

/// What is on record of the training of a version's files.
struct TrainingRecord: Sendable {
    var runID: String
    var table: TableReference
    /// What the rows were; nil for what was trained before that was kept.
    var content: TableContent?
}

extension Models {
    /// The training of a version's very files; nil when they were not trained here.
    ///
    /// It is found by the files' digest. What they say of themselves, and which run a version names, is the word of
    /// whoever uploaded or registered them.
    func trainingRecord(of version: ModelVersion) async throws -> TrainingRecord? {
        try await store.read { db in try db.trainingRecord(of: version) }
    }
}

extension Snapshot {
    /// As ``Models/trainingRecord(of:)``.
    func trainingRecord(of version: ModelVersion) throws -> TrainingRecord? {
        guard version.artifactCount > 0 else { return nil }
        let columns = "SELECT t.run_id, t.training_table, t.training_version, t.content FROM trained_models t "
        let found = try row(
            columns + "WHERE t.files_digest = ? ORDER BY t.run_id LIMIT 1", [.text(version.artifactDigest)])
        guard let row = try found ?? undigested(columns, version) else { return nil }
        return TrainingRecord(
            runID: try row.text("run_id"),
            table: TableReference(
                try TableName(row.text("training_table")), version: try row.integer("training_version")),
            content: try row.textIfPresent("content").map { try decoded(TableContent.self, from: $0) })
    }

    /// A training from before digests of its files were kept: that of the logged model whose files the version has.
    private func undigested(_ columns: String, _ version: ModelVersion) throws -> SQLRow? {
        guard let run = version.runID, let folder = version.artifactPath else { return nil }
        return try row(
            columns + "JOIN logged_models m ON m.model_id = t.model_id "
                + "WHERE t.run_id = ? AND m.artifact_uri = ? AND t.files_digest IS NULL",
            [.text(run), .text("mlflow-artifacts:/" + folder)])
    }
}
