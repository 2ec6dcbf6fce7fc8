package import MartletDomain
import Metadata

/// Some results and, when there are more, where they go on.
package struct Page<Element: Sendable>: Sendable {
    package var elements: [Element]
    package var nextToken: String?

    /// Cuts the one result too many that was asked for.
    init(_ elements: [Element], size: Int, offset: Int) {
        self.elements = Array(elements.prefix(size))
        nextToken = elements.count > size ? PageToken.token(offset: offset + size) : nil
    }
}

extension Tracking {
    package func experiment(_ id: String) async throws -> Experiment {
        let number = try Experiment.number(of: id)
        return try store.lookUp { try $0.experiment(number) }
    }

    /// An experiment by its name, deleted ones included.
    package func experiment(named name: String) async throws -> Experiment {
        try store.lookUp { db in
            let found = try db.experiments("SELECT * FROM experiments WHERE name = ?", [.text(name)]).first
            guard let found else { throw TrackingError.noExperimentNamed(name) }
            return found
        }
    }

    /// A run with all that was logged; of each metric the latest.
    package func run(_ id: String) async throws -> Run {
        try store.lookUp { db in
            guard let run = try db.runs(numbered: [try db.runReference(id).number]).first else {
                throw TrackingError.noRun(id: id)
            }
            return run
        }
    }
}

extension SQLRow {
    func metric(_ key: String) throws -> Metric {
        Metric(
            key, try boolean("is_nan") ? .nan : try real("value"), timestamp: try integer("timestamp"),
            step: try integer("step"))
    }
}

extension Snapshot {
    /// What the runs with these numbers are, without what they logged.
    func runInfos(numbered numbers: [Int64]) throws -> [Int64: Run.Info] {
        var infos: [Int64: Run.Info] = [:]
        try forEach("SELECT * FROM runs WHERE number", in: numbers) { row in
            infos[try row.integer("number")] = Run.Info(
                id: try row.text("run_id"), experimentID: "\(try row.integer("experiment_id"))",
                name: try row.text("name"), userID: try row.text("user_id"),
                status: RunStatus(rawValue: try row.text("status")) ?? .running,
                startTime: try row.integer("start_time"), endTime: try row.integerIfPresent("end_time"),
                artifactURI: try row.text("artifact_uri"),
                lifecycleStage: LifecycleStage(rawValue: try row.text("lifecycle_stage")) ?? .active)
        }
        return infos
    }

    /// The runs with these numbers, in this order.
    func runs(numbered numbers: [Int64]) throws -> [Run] {
        var runs = try runInfos(numbered: numbers).mapValues { Run(info: $0) }
        try forEach(
            "SELECT m.run, m.value, m.is_nan, m.timestamp, m.step, k.name FROM latest_metrics m JOIN metric_keys k ON k.number = m.metric "
                + "WHERE m.run",
            in: numbers, "ORDER BY m.run, m.position, k.name"
        ) { row in
            let metric = try row.metric(try row.text("name"))
            runs[try row.integer("run")]?.metrics.append(metric)
        }
        try forEachText(.param, of: numbers) { run, text in runs[run]?.params.append(text) }
        try forEachText(.tag, of: numbers) { run, text in runs[run]?.tags.append(text) }
        try addInputs(to: &runs, numbered: numbers)
        return numbers.compactMap { runs[$0] }
    }

    /// Parameters or tags in the order in which they were logged.
    private func forEachText(
        _ keys: KeyTable, of numbers: [Int64], _ body: (_ run: Int64, KeyedText) -> Void
    ) throws {
        try forEach(
            "SELECT t.run, k.name, t.value FROM \(keys.logged) t JOIN \(keys.rawValue) k ON k.number = t.key WHERE t.run",
            in: numbers, "ORDER BY t.run, t.position, k.name"
        ) { row in
            body(try row.integer("run"), KeyedText(try row.text("name"), try row.text("value")))
        }
    }

    private func addInputs(to runs: inout [Int64: Run], numbered numbers: [Int64]) throws {
        var tags: [Int64: [Int64: [KeyedText]]] = [:]
        try forEach(
            "SELECT * FROM run_dataset_tags WHERE run",
            in: numbers, "ORDER BY run, dataset, position, key"
        ) { row in
            let tag = KeyedText(try row.text("key"), try row.text("value"))
            tags[try row.integer("run"), default: [:]][try row.integer("dataset"), default: []].append(tag)
        }
        try forEach(
            "SELECT s.*, d.run FROM run_datasets d JOIN run_dataset_sources s ON s.number = d.dataset WHERE d.run",
            in: numbers, "ORDER BY d.run, d.position, s.number"
        ) { row in
            let run = try row.integer("run")
            let dataset = DatasetInput(
                name: try row.text("name"), digest: try row.text("digest"), sourceType: try row.text("source_type"),
                source: try row.text("source"), schema: try row.textIfPresent("schema"),
                profile: try row.textIfPresent("profile"), tags: tags[run]?[try row.integer("number")] ?? [])
            runs[run]?.datasets.append(dataset)
        }
        try forEach("SELECT * FROM run_models WHERE run", in: numbers, "ORDER BY run, position, model_id") { row in
            let model = ModelOutput(try row.text("model_id"), step: try row.integer("step"))
            let run = try row.integer("run")
            if try row.text("direction") == "input" {
                runs[run]?.modelInputs.append(model.modelID)
            } else {
                runs[run]?.modelOutputs.append(model)
            }
        }
    }
}
