import MartletAPI
public import MartletDomain

extension TrackedRun {
    /// Records that the run read a table, at exactly that version.
    /// - Parameter context: What for: `training`, `evaluation`.
    public func log(input table: TableReference, context: String) async throws {
        try await log(input: DatasetInput(table), context: context)
    }

    /// Records that the run read a dataset.
    /// - Parameter context: What for: `training`, `evaluation`; nil when the dataset's tags say it already.
    public func log(input dataset: DatasetInput, context: String? = nil) async throws {
        var dataset = dataset
        if let context { dataset.tags.append(KeyedText(Run.datasetContextTag, context)) }
        try await log(inputs: [dataset])
    }

    /// Records which datasets the run read. What is recorded already stays as it is.
    public func log(inputs datasets: [DatasetInput]) async throws {
        for some in datasets.inPieces(of: TrackingLimits.entitiesPerBatch) {
            try await logInputs(
                MLflowTracking.LogInputs(run_id: id, datasets: some.map(MLflowTracking.DatasetInput.init)))
        }
    }

    /// Records that the run used a logged model.
    public func log(inputModel modelID: String) async throws {
        try await logInputs(MLflowTracking.LogInputs(run_id: id, models: [.init(model_id: modelID)]))
    }

    /// Records that the run made a logged model. ``logModel(_:type:params:tags:step:isolation:_:)`` does so by itself.
    /// - Parameter step: The training step after which it was made.
    public func log(outputModel modelID: String, step: Int = 0) async throws {
        let _: MLflowTracking.Empty = try await client.mlflow(
            "POST", "mlflow/runs/outputs",
            MLflowTracking.LogOutputs(run_id: id, models: [.init(model_id: modelID, step: Int64(step))]),
            isIdempotent: true)
    }

    private func logInputs(_ inputs: MLflowTracking.LogInputs) async throws {
        let _: MLflowTracking.Empty = try await client.mlflow(
            "POST", "mlflow/runs/log-inputs", inputs, isIdempotent: true)
    }
}

extension DatasetInput {
    /// One version of a table of this workspace, which the run can be replayed on.
    public init(_ table: TableReference) {
        self.init(
            name: table.name.description, digest: "v\(table.version)", sourceType: "delta_table",
            source: "{\"delta_table_name\":\"\(table.name)\",\"delta_table_version\":\"\(table.version)\"}")
    }
}

extension MLflowTracking.DatasetInput {
    fileprivate init(_ dataset: DatasetInput) {
        self.init(
            tags: dataset.tags.isEmpty ? nil : dataset.tags.map(MLflowTracking.Tag.init),
            dataset: .init(
                name: dataset.name, digest: dataset.digest, source_type: dataset.sourceType, source: dataset.source,
                schema: dataset.schema, profile: dataset.profile))
    }
}

extension Array {
    /// Itself in order, in pieces of at most `count`; none when it is empty.
    func inPieces(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
