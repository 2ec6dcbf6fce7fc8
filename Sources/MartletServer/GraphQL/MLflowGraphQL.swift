import MartletDomain
import Platform
import Synchronization

/// MLflow's GraphQL schema, as far as the pages of its interface ask. Names of types and fields: MLflow 3.18.
///
/// Refusals are the answer's `errors`; the `apiError` that each answer has is null, as with MLflow's server.
struct MLflowGraphQL: Sendable {
    let tracking: Tracking
    let registry: Registry

    var schema: GraphQLSchema {
        let query = GraphQLObject(name: "Query", fields: queries)
        let mutation = GraphQLObject(name: "Mutation", fields: mutations)
        let objects =
            [query, mutation] + answerObjects + runObjects + runDetailObjects + registryObjects + errorObjects
        return GraphQLSchema(
            query: query, mutation: mutation,
            objects: Dictionary(objects.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }),
            inputs: Self.inputs, enumerations: ["MlflowViewType": ViewType.allCases.map(\.rawValue)],
            scalars: ["String", "Int", "LongString", "Float", "Boolean", "ID"])
    }

    private static let inputs: [String: [String: GraphQLInput]] = [
        "MlflowGetExperimentInput": ["experimentId": .text],
        "MlflowGetRunInput": ["runId": .text, "runUuid": .text],
        "MlflowGetMetricHistoryBulkIntervalInput": [
            "runIds": .list(.text), "metricKey": .text, "startStep": .integer, "endStep": .integer,
            "maxResults": .integer,
        ],
        "MlflowSearchRunsInput": [
            "experimentIds": .list(.text), "filter": .text, "runViewType": .enumeration("MlflowViewType"),
            "maxResults": .integer, "orderBy": .list(.text), "pageToken": .text,
        ],
        "MlflowSearchDatasetsInput": ["experimentIds": .list(.text)],
        "MlflowSearchModelVersionsInput": [
            "filter": .text, "maxResults": .long, "orderBy": .list(.text), "pageToken": .text,
        ],
    ]

    private var queries: [String: GraphQLField] {
        [
            "mlflowGetExperiment": .root("MlflowGetExperimentResponse", "MlflowGetExperimentInput") {
                [tracking] input in
                let id = input.text("experimentId") ?? ""
                try await GraphQLCaller.require("tracking.get_experiment", on: .experiments([id]))
                return try await tracking.experiment(id)
            },
            "mlflowGetRun": .root("MlflowGetRunResponse", "MlflowGetRunInput") { [tracking] input in
                let id = input.text("runId").unlessEmpty ?? input.text("runUuid") ?? ""
                try await GraphQLCaller.require("tracking.get_run", on: .runs([id]))
                return RunAnswer(run: try await tracking.run(id), experiments: ExperimentCache(tracking))
            },
            "mlflowGetMetricHistoryBulkInterval": .root(
                "MlflowGetMetricHistoryBulkIntervalResponse", "MlflowGetMetricHistoryBulkIntervalInput"
            ) { [tracking] input in
                let sample = try HistorySample(
                    runs: input.texts("runIds"), key: try required(input.text("metricKey"), "metric_key"),
                    start: input.integer("startStep"), end: input.integer("endStep"),
                    size: input.integer("maxResults").map(Int.init(clamping:)))
                try await GraphQLCaller.require("tracking.get_metric_history", on: .runs(sample.runs))
                var found: [RunMeasurement] = []
                for run in sample.runs {
                    found += try await tracking.sampledHistory(
                        run: run, key: sample.key, steps: sample.steps, size: sample.size)
                }
                return HistoriesAnswer(key: sample.key, measurements: found)
            },
            "mlflowSearchRuns": searchRuns,
            "mlflowSearchModelVersions": .root(
                "MlflowSearchModelVersionsResponse", "MlflowSearchModelVersionsInput"
            ) { [registry] input in
                let page = try await registry.searchVersions(
                    filter: input.text("filter") ?? "", orderBy: input.texts("orderBy"),
                    size: input.integer("maxResults").map(Int.init(clamping:)) ?? 10_000,
                    token: input.text("pageToken"),
                    visible: GraphQLCaller.visible(.registeredModel, "registry.search_model_versions"))
                return VersionsAnswer(versions: page.elements, nextToken: page.nextToken)
            },
        ]
    }

    private var mutations: [String: GraphQLField] {
        [
            "mlflowSearchRuns": searchRuns,
            "mlflowSearchDatasets": .root(
                "MlflowSearchDatasetsResponse", "MlflowSearchDatasetsInput"
            ) { [tracking] input in
                let visible = GraphQLCaller.visible(.experiment, "tracking.search_datasets")
                let (asked, seen) = (
                    input.texts("experimentIds"), input.texts("experimentIds").filter(visible.contains)
                )
                guard asked.isEmpty || !seen.isEmpty else { return DatasetsAnswer(summaries: []) }
                return DatasetsAnswer(summaries: try await tracking.searchDatasets(experimentIDs: seen))
            },
        ]
    }

    private var searchRuns: GraphQLField {
        .root("MlflowSearchRunsResponse", "MlflowSearchRunsInput") { [tracking] input in
            let visible = GraphQLCaller.visible(.experiment, "tracking.search_runs")
            let page = try await tracking.searchRuns(
                experimentIDs: input.texts("experimentIds").filter(visible.contains),
                filter: input.text("filter") ?? "",
                viewType: input.text("runViewType").flatMap(ViewType.init(rawValue:)) ?? .activeOnly,
                orderBy: input.texts("orderBy"), size: input.integer("maxResults").map(Int.init(clamping:)) ?? 1_000,
                token: input.text("pageToken"))
            let experiments = ExperimentCache(tracking)
            return RunsAnswer(
                runs: page.elements.map { RunAnswer(run: $0, experiments: experiments) }, nextToken: page.nextToken)
        }
    }
}

/// A run, and where its experiment comes from when that is asked for.
struct RunAnswer: Sendable {
    var run: Run
    var experiments: ExperimentCache
}

struct RunsAnswer: Sendable {
    var runs: [RunAnswer]
    var nextToken: String?
}

struct HistoriesAnswer: Sendable {
    var key: String
    var measurements: [RunMeasurement]
}

struct DatasetsAnswer: Sendable {
    var summaries: [DatasetUse]
}

struct VersionsAnswer: Sendable {
    var versions: [ModelVersion]
    var nextToken: String?
}

/// The experiments of one answer, each read once.
final class ExperimentCache: Sendable {
    private let tracking: Tracking
    private let known = Mutex<[String: Experiment]>([:])

    init(_ tracking: Tracking) { self.tracking = tracking }

    func experiment(_ id: String) async throws -> Experiment {
        if let found = known.withLock({ $0[id] }) { return found }
        let found = try await tracking.experiment(id)
        known.withLock { $0[id] = found }
        return found
    }
}
