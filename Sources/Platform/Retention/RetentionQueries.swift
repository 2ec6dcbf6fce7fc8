import MartletDomain
import Metadata

/// Something that may be in the bin.
struct Deletable: Sendable {
    var kind: RetentionError.Kind
    var number: Int64
    var id: String
    var experiment: Int64
    var isDeleted: Bool
    /// Milliseconds since 1970 UTC.
    var deletedAt: Int64
    /// Where its files are, in an address of ours or of others.
    var artifactURI: String

    /// The folder in our store that holds its files and no one else's; nil when they are elsewhere.
    var folder: ArtifactPath? {
        guard let path = try? ArtifactPath.inStore(uri: artifactURI), path.names.last == "artifacts",
            path.names.dropLast().last == id
        else { return nil }
        return try? ArtifactPath(path.names.dropLast().joined(separator: "/"))
    }

    /// Why it stays when only what was deleted by `latest` may go; nil when it may go.
    func reasonToStay(deletedBy latest: Int64, _ olderThan: String?) -> RetentionError? {
        if !isDeleted { return .notDeleted(kind, id: id) }
        return deletedAt <= latest ? nil : .tooYoung(kind, id: id, olderThan: olderThan ?? "0s")
    }
}

extension Snapshot {
    func deletableRuns(_ condition: String, _ arguments: [SQLValue]) throws -> [Deletable] {
        try rows(
            "SELECT number, run_id AS id, experiment_id, lifecycle_stage, deleted_time AS deleted_at, artifact_uri "
                + "FROM runs WHERE \(condition) ORDER BY number", arguments
        ).map { try $0.deletable(.run) }
    }

    /// A logged model is as old as its last change.
    func deletableModels(_ condition: String, _ arguments: [SQLValue]) throws -> [Deletable] {
        try rows(
            "SELECT number, model_id AS id, experiment_id, lifecycle_stage, last_updated_time AS deleted_at, "
                + "artifact_uri FROM logged_models WHERE \(condition) ORDER BY number", arguments
        ).map { try $0.deletable(.loggedModel) }
    }

    /// An experiment is as old as its last change.
    func deletableExperiments(_ condition: String, _ arguments: [SQLValue]) throws -> [Deletable] {
        try rows(
            "SELECT experiment_id AS number, name AS id, experiment_id, lifecycle_stage, "
                + "last_update_time AS deleted_at, artifact_location AS artifact_uri "
                + "FROM experiments WHERE \(condition) ORDER BY experiment_id", arguments
        ).map { row in
            var experiment = try row.deletable(.experiment)
            experiment.id = "\(experiment.number)"
            return experiment
        }
    }

    /// What else but its stage keeps a run or a logged model: versions that came from it, deleted ones too, and seals.
    func reasonToKeep(_ item: Deletable) throws -> RetentionError? {
        let sources = item.kind == .run ? "runs:/\(item.id)/" : "models:/\(item.id)"
        let folder = item.folder.map { "\($0)" } ?? "\(item.id)"
        let version = try row(
            "SELECT m.name, v.version FROM model_versions v JOIN registered_models m ON m.number = v.model "
                + "WHERE \(item.kind == .run ? "v.run_id = ?" : "v.source = ?") OR (v.artifact_path >= ? AND "
                + "v.artifact_path < ?) OR (v.source >= ? AND v.source < ?) ORDER BY v.number LIMIT 1",
            [
                .text(item.kind == .run ? item.id : sources), .text(folder + "/"), .text(folder + "0"),
                .text(sources), .text(sources + (item.kind == .run ? "\u{10FFFF}" : "0")),
            ])
        if let version {
            return .registered(
                item.kind, id: item.id, model: try version.text("name"), version: try version.integer("version"))
        }
        guard let path = item.folder else { return nil }
        do {
            try requireUnsealed(path)
        } catch ArtifactError.sealed(_, let prefix) {
            return .sealed(item.kind, id: item.id, prefix: prefix)
        }
        return try sealedBelow("\(path)").map { .sealed(item.kind, id: item.id, prefix: $0) }
    }
}

extension SQLRow {
    fileprivate func deletable(_ kind: RetentionError.Kind) throws -> Deletable {
        Deletable(
            kind: kind, number: try integer("number"), id: try text("id"), experiment: try integer("experiment_id"),
            isDeleted: try text("lifecycle_stage") == LifecycleStage.deleted.rawValue,
            deletedAt: try integerIfPresent("deleted_at") ?? 0, artifactURI: try text("artifact_uri"))
    }
}

extension Transaction {
    /// Removes all that is known of these runs.
    func removeRuns(_ runs: [Deletable]) throws {
        for table in [
            "metric_history", "latest_metrics", "run_params", "run_tags", "run_dataset_tags", "run_datasets",
            "run_models", "logged_model_metrics",
        ] { try remove(from: table, where: "run", runs.map { .integer($0.number) }) }
        try remove(from: "trained_models", where: "run_id", runs.map { .text($0.id) })
        try remove(from: "runs", where: "number", runs.map { .integer($0.number) })
    }

    /// Removes all that is known of these logged models but that runs made or read them.
    func removeModels(_ models: [Deletable]) throws {
        for table in ["logged_model_params", "logged_model_tags", "logged_model_metrics"] {
            try remove(from: table, where: "model", models.map { .integer($0.number) })
        }
        try remove(from: "logged_models", where: "number", models.map { .integer($0.number) })
    }

    /// Removes an experiment in which nothing is left.
    func removeExperiment(_ number: Int64) throws {
        for table in ["run_dataset_sources", "experiment_tags", "experiments"] {
            try remove(from: table, where: "experiment_id", [.integer(number)])
        }
    }

    private func remove(from table: String, where column: String, _ values: [SQLValue]) throws {
        guard !values.isEmpty else { return }
        try execute("DELETE FROM \(table) WHERE \(column) IN \(placeholders(values.count))", values)
    }
}
