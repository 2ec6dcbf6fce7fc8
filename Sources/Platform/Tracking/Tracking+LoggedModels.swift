package import MartletDomain
import Metadata

extension Tracking {
    /// Makes a logged model, `PENDING` until ``finalizeLoggedModel(_:as:by:)``.
    package func createLoggedModel(
        in experimentID: String, name: String? = nil, modelType: String = "", sourceRunID: String = "",
        params: [KeyedText] = [], tags: [KeyedText] = [], by caller: Caller
    ) async throws -> LoggedModel {
        let name = name.flatMap { $0.isEmpty ? nil : $0 } ?? RunName.random()
        try refuse(
            TrackingLimits.problems(loggedModelName: name))
        let experimentNumber = try Experiment.number(of: experimentID)
        let repeated = TrackingLimits.repeatedKeys(in: params) + TrackingLimits.repeatedKeys(in: tags)
        guard repeated.isEmpty else { throw TrackingError.keysRepeated(repeated, of: "The logged model") }
        let id = "m-" + newID()
        let parameters = [
            "experiment_id": experimentID, "model_id": id, "name": name, "source_run_id": sourceRunID,
        ]
        return try await change("create_logged_model", parameters, by: caller) { db in
            let location = try db.requireActive(experiment: experimentNumber)
            let number = try db.next("logged_model")
            try db.execute(
                "INSERT INTO logged_models (number, model_id, experiment_id, name, creation_time, last_updated_time, "
                    + "artifact_uri, status, model_type, source_run_id, lifecycle_stage) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'active')",
                [
                    .integer(number), .text(id), .integer(experimentNumber), .text(name), .integer(db.now),
                    .integer(db.now), .text(ArtifactLocation.appending("models/\(id)/artifacts", to: location)),
                    .text(LoggedModelStatus.pending.rawValue), .text(modelType), .text(sourceRunID),
                ])
            for param in params { try db.set(param, ofModel: number, in: .params) }
            for tag in tags { try db.set(tag, ofModel: number, in: .tags) }
            return try db.loggedModel(numbered: number, id: id)
        }
    }

    /// Says how the upload of a logged model ended.
    package func finalizeLoggedModel(
        _ id: String, as status: LoggedModelStatus, by caller: Caller
    ) async throws -> LoggedModel {
        try await change("finalize_logged_model", ["model_id": id, "status": status.rawValue], by: caller) { db in
            let number = try db.loggedModelReference(id)
            try db.execute(
                "UPDATE logged_models SET status = ?, last_updated_time = ? WHERE number = ?",
                [.text(status.rawValue), .integer(db.now), .integer(number)])
            return try db.loggedModel(numbered: number, id: id)
        }
    }

    package func deleteLoggedModel(_ id: String, by caller: Caller) async throws {
        try await change("delete_logged_model", ["model_id": id], by: caller) { db in
            let number = try db.loggedModelReference(id)
            try db.execute(
                "UPDATE logged_models SET lifecycle_stage = 'deleted', last_updated_time = ? WHERE number = ?",
                [.integer(db.now), .integer(number)])
        }
    }

    package func setLoggedModelTags(_ tags: [KeyedText], of id: String, by caller: Caller) async throws {
        let keys = tags.map(\.key).joined(separator: " ")
        try await change("set_logged_model_tags", ["model_id": id, "keys": keys], by: caller) { db in
            let number = try db.loggedModelReference(id)
            for tag in tags { try db.set(tag, ofModel: number, in: .tags) }
        }
    }

    package func deleteLoggedModelTag(_ key: String, of id: String, by caller: Caller) async throws {
        try await change("delete_logged_model_tag", ["model_id": id, "key": key], by: caller) { db in
            let number = try db.loggedModelReference(id)
            let deleted = try db.execute(
                "DELETE FROM logged_model_tags WHERE model = ? AND key = ?", [.integer(number), .text(key)])
            guard deleted > 0 else { throw TrackingError.noLoggedModelTag(key: key, model: id) }
        }
    }

    /// Adds parameters to a logged model; one that is there already keeps its value.
    /// - Throws: ``TrackingError/modelParamsChanged(model:keys:)`` when one has another value already, and
    ///   ``TrackingError/keysRepeated(_:of:)``; nothing is added then.
    package func logLoggedModelParams(_ params: [KeyedText], of id: String, by caller: Caller) async throws {
        let keys = params.map(\.key).joined(separator: " ")
        let repeated = TrackingLimits.repeatedKeys(in: params)
        guard repeated.isEmpty else { throw TrackingError.keysRepeated(repeated, of: "The list of params") }
        try await change("log_logged_model_params", ["model_id": id, "keys": keys], by: caller) { db in
            let model = try db.loggedModel(numbered: try db.loggedModelReference(id), id: id)
            let known = Dictionary(
                model.params.map { (ExactText($0.key), ExactText($0.value)) }, uniquingKeysWith: { first, _ in first })
            let changed = params.filter { param in
                known[ExactText(param.key)].map { $0 != ExactText(param.value) } ?? false
            }
            guard changed.isEmpty else {
                throw TrackingError.modelParamsChanged(model: id, keys: changed.map(\.key))
            }
            let number = try db.loggedModelReference(id)
            for param in params { try db.set(param, ofModel: number, in: .params) }
        }
    }

    /// A logged model with its parameters, tags and metrics.
    package func loggedModel(_ id: String, includingDeleted: Bool = false) async throws -> LoggedModel {
        try await store.read { db in
            let number = try db.loggedModelReference(id, includingDeleted: includingDeleted)
            return try db.loggedModel(numbered: number, id: id)
        }
    }
}

enum LoggedModelTable: String {
    case params = "logged_model_params"
    case tags = "logged_model_tags"
}

extension Snapshot {
    func loggedModelReference(_ id: String, includingDeleted: Bool = true) throws -> Int64 {
        let row = try row("SELECT number, lifecycle_stage FROM logged_models WHERE model_id = ?", [.text(id)])
        guard let row, try includingDeleted || row.text("lifecycle_stage") == LifecycleStage.active.rawValue else {
            throw TrackingError.noLoggedModel(id: id)
        }
        return try row.integer("number")
    }

    func loggedModel(numbered number: Int64, id: String) throws -> LoggedModel {
        guard let model = try loggedModels(numbered: [number]).first else { throw TrackingError.noLoggedModel(id: id) }
        return model
    }

    /// The logged models with these numbers, in this order.
    func loggedModels(numbered numbers: [Int64]) throws -> [LoggedModel] {
        var models: [Int64: LoggedModel] = [:]
        try forEach("SELECT * FROM logged_models WHERE number", in: numbers) { row in
            models[try row.integer("number")] = LoggedModel(
                id: try row.text("model_id"), experimentID: "\(try row.integer("experiment_id"))",
                name: try row.text("name"), creationTime: try row.integer("creation_time"),
                lastUpdateTime: try row.integer("last_updated_time"), artifactURI: try row.text("artifact_uri"),
                status: LoggedModelStatus(rawValue: try row.text("status")) ?? .pending,
                modelType: try row.text("model_type"), sourceRunID: try row.text("source_run_id"))
        }
        for (table, keyPath) in [(LoggedModelTable.params, \LoggedModel.params), (.tags, \LoggedModel.tags)] {
            try forEach(
                "SELECT model, key, value FROM \(table.rawValue) WHERE model",
                in: numbers, "ORDER BY model, key"
            ) { row in
                let text = KeyedText(try row.text("key"), try row.text("value"))
                models[try row.integer("model")]?[keyPath: keyPath].append(text)
            }
        }
        try forEach(
            "SELECT m.*, k.name AS metric_name, r.run_id FROM logged_model_metrics m JOIN metric_keys k ON "
                + "k.number = m.metric JOIN runs r ON r.number = m.run WHERE m.model",
            in: numbers, "ORDER BY m.model, m.position, k.name"
        ) { row in
            let model = try row.integer("model")
            let metric = Metric(
                try row.text("metric_name"), try row.real("value"), timestamp: try row.integer("timestamp"),
                step: try row.integer("step"), modelID: models[model]?.id,
                datasetName: try row.textIfPresent("dataset_name"),
                datasetDigest: try row.textIfPresent("dataset_digest"), runID: try row.text("run_id"))
            models[model]?.metrics.append(metric)
        }
        return numbers.compactMap { models[$0] }
    }
}

extension Transaction {
    /// Sets one tag of the logged model with this number.
    func setTag(_ tag: KeyedText, ofLoggedModel number: Int64) throws { try set(tag, ofModel: number, in: .tags) }

    fileprivate func set(_ text: KeyedText, ofModel model: Int64, in table: LoggedModelTable) throws {
        try execute(
            "INSERT INTO \(table.rawValue) (model, key, value) VALUES (?, ?, ?) "
                + "ON CONFLICT (model, key) DO UPDATE SET value = excluded.value",
            [.integer(model), .text(text.key), .text(text.value)])
    }
}
