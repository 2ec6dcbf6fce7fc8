import MartletDomain
import Platform

extension MLflowGraphQL {
    /// What the fields of queries and mutations answer.
    var answerObjects: [GraphQLObject] {
        [
            GraphQLObject(
                name: "MlflowGetExperimentResponse",
                fields: ["experiment": .object("MlflowExperiment") { (found: Experiment) in found }, "apiError": error]),
            GraphQLObject(
                name: "MlflowGetRunResponse",
                fields: ["run": .object("MlflowRunExtension") { (found: RunAnswer) in found }, "apiError": error]),
            GraphQLObject(
                name: "MlflowSearchRunsResponse",
                fields: [
                    "runs": .list("MlflowRunExtension") { (answer: RunsAnswer) in answer.runs },
                    "nextPageToken": .text { (answer: RunsAnswer) in answer.nextToken ?? "" }, "apiError": error,
                ]),
            GraphQLObject(
                name: "MlflowGetMetricHistoryBulkIntervalResponse",
                fields: [
                    "metrics": .list("MlflowMetricWithRunId") { (answer: HistoriesAnswer) in
                        answer.measurements.map { KeyedMeasurement(key: answer.key, measurement: $0) }
                    }, "apiError": error,
                ]),
            GraphQLObject(
                name: "MlflowMetricWithRunId",
                fields: [
                    "key": .text { (metric: KeyedMeasurement) in metric.key },
                    "value": .number { (metric: KeyedMeasurement) in metric.measurement.value },
                    "timestamp": .long { (metric: KeyedMeasurement) in metric.measurement.timestamp },
                    "step": .long { (metric: KeyedMeasurement) in metric.measurement.step },
                    "runId": .text { (metric: KeyedMeasurement) in metric.measurement.run },
                ]),
            GraphQLObject(
                name: "MlflowSearchDatasetsResponse",
                fields: [
                    "datasetSummaries": .list("MlflowDatasetSummary") { (answer: DatasetsAnswer) in answer.summaries },
                    "apiError": error,
                ]),
            GraphQLObject(
                name: "MlflowDatasetSummary",
                fields: [
                    "experimentId": .text { (summary: DatasetUse) in summary.experimentID },
                    "name": .text { (summary: DatasetUse) in summary.name },
                    "digest": .text { (summary: DatasetUse) in summary.digest },
                    "context": .text { (summary: DatasetUse) in summary.context ?? "" },
                ]),
        ]
    }

    var error: GraphQLField { .absent("ApiError") }

    var errorObjects: [GraphQLObject] {
        let detail = GraphQLObject(
            name: "ErrorDetail", fields: ["field": .absent("String"), "message": .absent("String")])
        let names = ["code", "message", "helpUrl", "traceId"]
        var fields = Dictionary(uniqueKeysWithValues: names.map { ($0, GraphQLField.absent("String")) })
        fields["errorDetails"] = .absent("ErrorDetail")
        return [detail, GraphQLObject(name: "ApiError", fields: fields)]
    }

    var registryObjects: [GraphQLObject] {
        [
            GraphQLObject(
                name: "MlflowSearchModelVersionsResponse",
                fields: [
                    "modelVersions": .list("MlflowModelVersion") { (answer: VersionsAnswer) in answer.versions },
                    "nextPageToken": .text { (answer: VersionsAnswer) in answer.nextToken ?? "" }, "apiError": error,
                ]),
            GraphQLObject(
                name: "MlflowModelVersion",
                fields: [
                    "name": .text { (version: ModelVersion) in version.id.name },
                    "version": .text { (version: ModelVersion) in "\(version.id.version)" },
                    "creationTimestamp": .long { (version: ModelVersion) in version.createdAt },
                    "lastUpdatedTimestamp": .long { (version: ModelVersion) in version.updatedAt },
                    "userId": .text { (_: ModelVersion) in "" },
                    "currentStage": .text { (version: ModelVersion) in version.stage.rawValue },
                    "description": .text { (version: ModelVersion) in version.text },
                    "source": .text { (version: ModelVersion) in version.source },
                    "runId": .text { (version: ModelVersion) in version.runID ?? "" },
                    "status": .word("MlflowModelVersionStatus") { (_: ModelVersion) in "READY" },
                    "statusMessage": .text { (_: ModelVersion) in "" },
                    "tags": .list("MlflowModelVersionTag") { (version: ModelVersion) in version.tags },
                    "runLink": .text { (version: ModelVersion) in version.runLink ?? "" },
                    "aliases": .texts { (version: ModelVersion) in version.aliases },
                ]),
            Self.keyed("MlflowModelVersionTag"),
        ]
    }

    /// A type of keys and their values.
    static func keyed(_ name: String) -> GraphQLObject {
        GraphQLObject(
            name: name,
            fields: [
                "key": .text { (text: KeyedText) in text.key }, "value": .text { (text: KeyedText) in text.value },
            ])
    }
}

/// A measurement with the name of what was measured.
private struct KeyedMeasurement: Sendable {
    var key: String
    var measurement: RunMeasurement
}
