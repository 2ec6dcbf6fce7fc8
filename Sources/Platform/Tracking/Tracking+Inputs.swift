import Foundation
package import MartletDomain
import Metadata

extension Tracking {
    /// Records which datasets and models a run read. What is recorded already stays as it is.
    package func logInputs(
        run id: String, datasets: [DatasetInput] = [], models: [String] = [], by caller: Caller
    ) async throws {
        try refuse(TrackingLimits.problems(datasets: datasets))
        let parameters = [
            "run_id": id, "datasets": datasets.map { "\($0.name)@\($0.digest)" }.joined(separator: " "),
            "models": models.joined(separator: " "),
        ]
        try await change("log_inputs", parameters, by: caller) { db in
            let run = try db.activeRun(id)
            for (index, dataset) in datasets.enumerated() { try db.link(dataset, to: run, at: index) }
            for (index, model) in models.enumerated() {
                try db.link(ModelOutput(model, step: 0), to: run, "input", at: index)
            }
        }
    }

    /// Records which logged models a run produced.
    package func logOutputs(run id: String, models: [ModelOutput], by caller: Caller) async throws {
        let names = models.map(\.modelID).joined(separator: " ")
        try await change("log_outputs", ["run_id": id, "models": names], by: caller) { db in
            let run = try db.activeRun(id)
            for (index, model) in models.enumerated() { try db.link(model, to: run, "output", at: index) }
        }
    }

    /// Adds a model's description to the tag that lists what a run logged, as MLflow clients before 3 ask.
    /// - Parameter modelJSON: An object with `artifact_path`, `flavors`, `utc_time_created` and `run_id`.
    package func logModel(run id: String, modelJSON: String, by caller: Caller) async throws {
        let wanted = ["artifact_path", "flavors", "utc_time_created", "run_id"]
        let model = try? JSONSerialization.jsonObject(with: Data(modelJSON.utf8)) as? [String: Any]
        guard let model else {
            throw InvalidRequest("Malformed model info. \n \(modelJSON.prefix(500)) \n is not a valid JSON.")
        }
        let missing = wanted.filter { model[$0] == nil }
        guard missing.isEmpty else {
            throw InvalidRequest("Model json is missing mandatory fields: \(missing.joined(separator: ", "))")
        }
        let kept = model.filter { (wanted + ["model_uuid", "model_id"]).contains($0.key) }
        let added = try JSONSerialization.data(withJSONObject: kept, options: [.sortedKeys, .withoutEscapingSlashes])
        let entry = String(decoding: added, as: UTF8.self)
        try await change("log_model", ["run_id": id], by: caller) { db in
            let run = try db.activeRun(id)
            let old = try db.row(
                "SELECT value FROM run_tags WHERE run = ? AND key = ?",
                [.integer(run.number), .integer(try db.number(of: Run.modelHistoryTag, in: .tag))])
            let list = try old?.text("value").dropLast()
            let value = list.map { $0 + ", \(entry)]" } ?? "[\(entry)]"
            guard value.unicodeScalars.count <= TrackingLimits.tagValueLength else {
                throw InvalidRequest(
                    "The list of models in tag \(Run.modelHistoryTag) would be longer than "
                        + "\(TrackingLimits.tagValueLength) characters. Log further models in another run.")
            }
            try db.set(KeyedText(Run.modelHistoryTag, String(value)), of: run, at: 0)
        }
    }
}

extension Transaction {
    fileprivate func link(_ dataset: DatasetInput, to run: RunReference, at index: Int) throws {
        let key: [SQLValue] = [.integer(run.experiment), .text(dataset.name), .text(dataset.digest)]
        let known = try row(
            "SELECT number FROM run_dataset_sources WHERE experiment_id = ? AND name = ? AND digest = ?", key)
        let number = try known?.integer("number") ?? next("run_dataset")
        if known == nil {
            try execute(
                "INSERT INTO run_dataset_sources (number, experiment_id, name, digest, source_type, source, schema, "
                    + "profile) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [.integer(number)] + key + [
                    .text(dataset.sourceType), .text(dataset.source), SQLValue(dataset.schema),
                    SQLValue(dataset.profile),
                ])
        }
        let added = try execute(
            "INSERT INTO run_datasets (run, dataset, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [.integer(run.number), .integer(number), position(index)])
        guard added > 0 else { return }
        for (place, tag) in dataset.tags.enumerated() {
            try execute(
                "INSERT INTO run_dataset_tags (run, dataset, key, value, position) VALUES (?, ?, ?, ?, ?) "
                    + "ON CONFLICT DO NOTHING",
                [.integer(run.number), .integer(number), .text(tag.key), .text(tag.value), position(place)])
        }
    }

    fileprivate func link(_ model: ModelOutput, to run: RunReference, _ direction: String, at index: Int) throws {
        try execute(
            "INSERT INTO run_models (run, direction, model_id, step, position) VALUES (?, ?, ?, ?, ?) "
                + "ON CONFLICT DO NOTHING",
            [.integer(run.number), .text(direction), .text(model.modelID), .integer(model.step), position(index)])
    }
}
