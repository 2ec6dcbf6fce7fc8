package import MartletDomain
import Metadata

extension Tracking {
    /// Records which datasets and models a run read. What is recorded already stays as it is.
    package func logInputs(
        run id: String, datasets: [DatasetInput] = [], models: [String] = [], by caller: Caller
    ) async throws {
        try refuse(TrackingLimits.problems(runID: id) + TrackingLimits.problems(datasets: datasets))
        let repeated = datasets.flatMap { TrackingLimits.repeatedKeys(in: $0.tags) }
        guard repeated.isEmpty else { throw TrackingError.keysRepeated(repeated, of: "The input") }
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

    /// Records which logged models a run produced. What is recorded already stays as it is.
    /// - Throws: ``TrackingError/outputRepeated(run:model:)`` when a model is recorded at another step.
    package func logOutputs(run id: String, models: [ModelOutput], by caller: Caller) async throws {
        let names = models.map(\.modelID).joined(separator: " ")
        try await change("log_outputs", ["run_id": id, "models": names], by: caller) { db in
            let run = try db.activeRun(id)
            for (index, model) in models.enumerated() {
                try db.requireNoOtherStep(of: model, in: run, id)
                try db.link(model, to: run, "output", at: index)
            }
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

    fileprivate func requireNoOtherStep(of model: ModelOutput, in run: RunReference, _ id: String) throws {
        let other = try row(
            "SELECT step FROM run_models WHERE run = ? AND direction = 'output' AND model_id = ? AND step <> ?",
            [.integer(run.number), .text(model.modelID), .integer(model.step)])
        guard other == nil else { throw TrackingError.outputRepeated(run: id, model: model.modelID) }
    }
}
