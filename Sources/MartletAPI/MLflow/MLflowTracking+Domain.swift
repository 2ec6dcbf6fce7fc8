public import MartletDomain

extension Array {
    /// Nil instead of nothing, because MLflow leaves empty lists out.
    fileprivate var unlessEmpty: Self? { isEmpty ? nil : self }
}

extension MLflowTracking.Tag {
    public init(_ text: MartletDomain.KeyedText) { self.init(key: text.key, value: text.value) }
}

extension MLflowTracking.Metric {
    /// A measurement as clients read it: the infinities are the greatest finite numbers.
    public init(_ metric: MartletDomain.Metric) {
        self.init(
            key: metric.key, value: metric.isNaN ? .nan : metric.storedValue, timestamp: metric.timestamp,
            step: metric.step, dataset_name: metric.datasetName, dataset_digest: metric.datasetDigest,
            model_id: metric.modelID, run_id: metric.runID)
    }
}

extension MLflowTracking.Experiment {
    public init(_ experiment: MartletDomain.Experiment) {
        self.init(
            experiment_id: experiment.id, name: experiment.name, artifact_location: experiment.artifactLocation,
            lifecycle_stage: experiment.lifecycleStage.rawValue, last_update_time: experiment.lastUpdateTime,
            creation_time: experiment.creationTime, tags: experiment.tags.map(MLflowTracking.Tag.init).unlessEmpty,
            workspace: "default")
    }
}

extension MLflowTracking.RunInfo {
    public init(_ info: MartletDomain.Run.Info) {
        self.init(
            run_uuid: info.id, experiment_id: info.experimentID, run_name: info.name, user_id: info.userID,
            status: info.status.rawValue, start_time: info.startTime, end_time: info.endTime == 0 ? nil : info.endTime,
            artifact_uri: info.artifactURI, lifecycle_stage: info.lifecycleStage.rawValue, run_id: info.id)
    }
}

extension MLflowTracking.Run {
    /// - Parameter withOutputs: The answer to `runs/create` has none, not even empty ones.
    public init(_ run: MartletDomain.Run, withOutputs: Bool = true) {
        let datasets = run.datasets.map { dataset in
            MLflowTracking.DatasetInput(
                tags: dataset.tags.map(MLflowTracking.Tag.init).unlessEmpty,
                dataset: MLflowTracking.Dataset(
                    name: dataset.name, digest: dataset.digest, source_type: dataset.sourceType,
                    source: dataset.source, schema: dataset.schema, profile: dataset.profile))
        }
        let outputs = run.modelOutputs.map { MLflowTracking.ModelOutput(model_id: $0.modelID, step: $0.step) }
        self.init(
            info: MLflowTracking.RunInfo(run.info),
            data: MLflowTracking.RunData(
                metrics: run.metrics.map(MLflowTracking.Metric.init).unlessEmpty,
                params: run.params.map(MLflowTracking.Tag.init).unlessEmpty,
                tags: run.tags.map(MLflowTracking.Tag.init).unlessEmpty),
            inputs: MLflowTracking.RunInputs(
                dataset_inputs: datasets.unlessEmpty,
                model_inputs: run.modelInputs.map(MLflowTracking.ModelInput.init(model_id:)).unlessEmpty),
            outputs: withOutputs ? MLflowTracking.RunOutputs(model_outputs: outputs.unlessEmpty) : nil)
    }
}

extension MLflowTracking.LoggedModel {
    public init(_ model: MartletDomain.LoggedModel) {
        self.init(
            info: MLflowTracking.LoggedModelInfo(
                model_id: model.id, experiment_id: model.experimentID, name: model.name,
                creation_timestamp_ms: model.creationTime, last_updated_timestamp_ms: model.lastUpdateTime,
                artifact_uri: model.artifactURI, status: model.status.rawValue, model_type: model.modelType,
                source_run_id: model.sourceRunID, tags: model.tags.map(MLflowTracking.Tag.init).unlessEmpty),
            data: MLflowTracking.LoggedModelData(
                params: model.params.map(MLflowTracking.Tag.init).unlessEmpty,
                metrics: model.metrics.map(MLflowTracking.Metric.init).unlessEmpty))
    }
}

extension MLflowTracking.SearchExperiments.Response {
    public init(_ experiments: [MartletDomain.Experiment], nextToken: String?) {
        self.init(
            experiments: experiments.map(MLflowTracking.Experiment.init).unlessEmpty, next_page_token: nextToken)
    }
}

extension MLflowTracking.SearchRuns.Response {
    public init(_ runs: [MartletDomain.Run], nextToken: String?) {
        self.init(runs: runs.map { MLflowTracking.Run($0) }.unlessEmpty, next_page_token: nextToken)
    }
}

extension MLflowTracking.MetricHistory {
    public init(_ metrics: [MartletDomain.Metric], nextToken: String?) {
        self.init(metrics: metrics.map(MLflowTracking.Metric.init).unlessEmpty, next_page_token: nextToken)
    }
}

extension MLflowTracking.SearchLoggedModels.Response {
    public init(_ models: [MartletDomain.LoggedModel], nextToken: String?) {
        self.init(models: models.map(MLflowTracking.LoggedModel.init).unlessEmpty, next_page_token: nextToken)
    }
}

extension MLflowTracking.ArtifactList {
    public init(rootURI: String?, _ files: [MLflowTracking.FileInfo]) {
        self.init(root_uri: rootURI, files: files.unlessEmpty)
    }
}
