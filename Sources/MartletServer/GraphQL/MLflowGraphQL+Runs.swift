import MartletDomain
import Platform

extension MLflowGraphQL {
    /// A run, its experiment, and what it is called.
    var runObjects: [GraphQLObject] {
        [
            GraphQLObject(
                name: "MlflowExperiment",
                fields: [
                    "experimentId": .text { (experiment: Experiment) in experiment.id },
                    "name": .text { (experiment: Experiment) in experiment.name },
                    "artifactLocation": .text { (experiment: Experiment) in experiment.artifactLocation },
                    "lifecycleStage": .text { (experiment: Experiment) in experiment.lifecycleStage.rawValue },
                    "lastUpdateTime": .long { (experiment: Experiment) in experiment.lastUpdateTime },
                    "creationTime": .long { (experiment: Experiment) in experiment.creationTime },
                    "tags": .list("MlflowExperimentTag") { (experiment: Experiment) in experiment.tags },
                    "effectiveTraceArchivalRetention": .text { (_: Experiment) in "" },
                    "workspace": .text { (_: Experiment) in "default" },
                ]),
            Self.keyed("MlflowExperimentTag"),
            GraphQLObject(
                name: "MlflowRunExtension",
                fields: [
                    "info": .object("MlflowRunInfo") { (answer: RunAnswer) in answer.run.info },
                    "data": .object("MlflowRunData") { (answer: RunAnswer) in answer.run },
                    "inputs": .object("MlflowRunInputs") { (answer: RunAnswer) in answer.run },
                    "outputs": .object("MlflowRunOutputs") { (answer: RunAnswer) in answer.run },
                    "experiment": .object("MlflowExperiment") { (answer: RunAnswer) in
                        try await answer.experiments.experiment(answer.run.info.experimentID)
                    },
                    "modelVersions": .list("MlflowModelVersion") { [registry] (answer: RunAnswer) in
                        // A run's id is hexadecimal: it cannot end the quotation.
                        try await registry.searchVersions(
                            filter: "run_id = '\(answer.run.info.id)'",
                            visible: GraphQLCaller.visible(.registeredModel, "registry.search_model_versions")
                        ).elements
                    },
                ]),
            GraphQLObject(
                name: "MlflowRunInfo",
                fields: [
                    "runId": .text { (info: Run.Info) in info.id }, "runUuid": .text { (info: Run.Info) in info.id },
                    "runName": .text { (info: Run.Info) in info.name },
                    "experimentId": .text { (info: Run.Info) in info.experimentID },
                    "userId": .text { (info: Run.Info) in info.userID },
                    "status": .word("MlflowRunStatus") { (info: Run.Info) in info.status.rawValue },
                    "startTime": .long { (info: Run.Info) in info.startTime },
                    // What is not there yet is zero, as in MLflow's messages.
                    "endTime": .long { (info: Run.Info) in info.endTime ?? 0 },
                    "artifactUri": .text { (info: Run.Info) in info.artifactURI },
                    "lifecycleStage": .text { (info: Run.Info) in info.lifecycleStage.rawValue },
                ]),
        ]
    }

    /// What a run logged, read and made.
    var runDetailObjects: [GraphQLObject] {
        [
            GraphQLObject(
                name: "MlflowRunData",
                fields: [
                    "metrics": .list("MlflowMetricExtension") { (run: Run) in run.metrics },
                    "params": .list("MlflowParam") { (run: Run) in run.params },
                    "tags": .list("MlflowRunTag") { (run: Run) in run.tags },
                ]),
            GraphQLObject(
                name: "MlflowMetricExtension",
                fields: [
                    "key": .text { (metric: Metric) in metric.key },
                    "value": .number { (metric: Metric) in metric.isNaN ? .nan : metric.storedValue },
                    "timestamp": .long { (metric: Metric) in metric.timestamp },
                    "step": .long { (metric: Metric) in metric.step },
                    "datasetName": .text { (metric: Metric) in metric.datasetName ?? "" },
                    "datasetDigest": .text { (metric: Metric) in metric.datasetDigest ?? "" },
                    "modelId": .text { (metric: Metric) in metric.modelID ?? "" },
                    "runId": .text { (metric: Metric) in metric.runID ?? "" },
                ]),
            Self.keyed("MlflowParam"), Self.keyed("MlflowRunTag"),
            GraphQLObject(
                name: "MlflowRunInputs",
                fields: [
                    "datasetInputs": .list("MlflowDatasetInput") { (run: Run) in run.datasets },
                    "modelInputs": .list("MlflowModelInput") { (run: Run) in run.modelInputs },
                ]),
            GraphQLObject(
                name: "MlflowDatasetInput",
                fields: [
                    "tags": .list("MlflowInputTag") { (input: DatasetInput) in input.tags },
                    "dataset": .object("MlflowDataset") { (input: DatasetInput) in input },
                ]),
            Self.keyed("MlflowInputTag"),
            GraphQLObject(
                name: "MlflowDataset",
                fields: [
                    "name": .text { (input: DatasetInput) in input.name },
                    "digest": .text { (input: DatasetInput) in input.digest },
                    "sourceType": .text { (input: DatasetInput) in input.sourceType },
                    "source": .text { (input: DatasetInput) in input.source },
                    "schema": .text { (input: DatasetInput) in input.schema ?? "" },
                    "profile": .text { (input: DatasetInput) in input.profile ?? "" },
                ]),
            GraphQLObject(name: "MlflowModelInput", fields: ["modelId": .text { (id: String) in id }]),
            GraphQLObject(
                name: "MlflowRunOutputs",
                fields: [
                    "modelOutputs": .list("MlflowModelOutput") { (run: Run) in run.modelOutputs }
                ]),
            GraphQLObject(
                name: "MlflowModelOutput",
                fields: [
                    "modelId": .text { (output: ModelOutput) in output.modelID },
                    "step": .long { (output: ModelOutput) in output.step },
                ]),
        ]
    }
}
