import Foundation
import MartletDomain
import Platform
import Testing

@Suite struct TrackingStoreTests {
    @Test func `A run tells what was logged, and its latest metrics`() async throws {
        try await withTracking { tracking, _, caller in
            let experiment = try await tracking.createExperiment(name: "e", tags: [KeyedText("a", "b")], by: caller)
            #expect(experiment == "1")
            let created = try await tracking.createRun(in: experiment, name: "r", startTime: 7, by: caller)
            let id = created.info.id
            #expect(created.info.artifactURI == "mlflow-artifacts:/1/\(id)/artifacts")
            try await tracking.logBatch(
                run: id,
                metrics: [
                    Metric("auc", 0.5, timestamp: 1, step: 1), Metric("auc", 0.9, timestamp: 2),
                    Metric("auc", 0.5, timestamp: 1, step: 1), Metric("nan", .nan, timestamp: 1),
                    Metric("inf", .infinity, timestamp: 1),
                ], params: [KeyedText("depth", "8")], tags: [KeyedText("t", "1"), KeyedText("t", "2")], by: caller)
            try await tracking.logMetric(Metric("auc", 0.7, timestamp: 0, step: 1), run: id, by: caller)
            try await tracking.setTag(KeyedText("mlflow.runName", "renamed"), run: id, by: caller)
            try await tracking.updateRun(id, status: .finished, endTime: 9, by: caller)
            let run = try await tracking.run(id)
            #expect(run.info.name == "renamed" && run.info.status == .finished && run.info.endTime == 9)
            #expect(run.metric("auc") == 0.5 && run.metric("nan")?.isNaN == true)
            #expect(run.metric("inf") == .greatestFiniteMagnitude)
            #expect(run.param("depth") == "8" && run.tag("t") == "2")
            let history = try await tracking.metricHistory(run: id, key: "auc")
            #expect(history.elements.map(\.value) == [0.7, 0.5, 0.9] && history.nextToken == nil)
            let first = try await tracking.metricHistory(run: id, key: "auc", size: 2)
            #expect(first.elements.count == 2)
            let rest = try await tracking.metricHistory(run: id, key: "auc", size: 2, token: first.nextToken)
            #expect(rest.elements.map(\.value) == [0.9] && rest.nextToken == nil)
        }
    }

    @Test func `A batch with one changed parameter logs nothing at all`() async throws {
        try await withTracking { tracking, _, caller in
            let id = try await tracking.createRun(by: caller).info.id
            try await tracking.logParam(KeyedText("p", "1"), run: id, by: caller)
            try await tracking.logParam(KeyedText("p", "1"), run: id, by: caller)
            await #expect(throws: TrackingError.paramChanged(run: id, key: "p", old: "1", new: "2")) {
                try await tracking.logParam(KeyedText("p", "2"), run: id, by: caller)
            }
            await #expect(throws: TrackingError.paramsChanged(run: id, [.init(key: "p", old: "1", new: "2")])) {
                try await tracking.logBatch(
                    run: id, metrics: [Metric("m", 1, timestamp: 1)],
                    params: [KeyedText("new", "1"), KeyedText("p", "2")], tags: [KeyedText("t", "1")], by: caller)
            }
            let run = try await tracking.run(id)
            #expect(run.metrics.isEmpty && run.params == [KeyedText("p", "1")] && run.tag("t") == nil)
        }
    }

    @Test func `A deleted experiment hides its runs and keeps its name until it is restored`() async throws {
        try await withTracking { tracking, _, caller in
            let experiment = try await tracking.createExperiment(name: "e", by: caller)
            let id = try await tracking.createRun(in: experiment, by: caller).info.id
            try await tracking.deleteExperiment(experiment, by: caller)
            await #expect(throws: TrackingError.experimentExists(name: "e", isDeleted: true)) {
                try await tracking.createExperiment(name: "e", by: caller)
            }
            await #expect(throws: TrackingError.runNotActive(id: id)) {
                try await tracking.logParam(KeyedText("p", "1"), run: id, by: caller)
            }
            await #expect(throws: TrackingError.noExperiment(id: experiment)) {
                try await tracking.deleteExperiment(experiment, by: caller)
            }
            #expect(try await tracking.searchRuns(experimentIDs: [experiment]).elements.isEmpty)
            #expect(try await tracking.searchRuns(experimentIDs: [experiment], viewType: .all).elements.count == 1)
            try await tracking.restoreExperiment(experiment, by: caller)
            #expect(try await tracking.searchRuns(experimentIDs: [experiment]).elements.map(\.info.id) == [id])
            #expect(try await tracking.experiment("0").name == "Default")
        }
    }

    @Test func `Runs are filtered, ordered and paged`() async throws {
        try await withTracking { tracking, _, caller in
            let values: [Double?] = [0.1, .nan, 0.9, nil, 0.5]
            for (index, value) in values.enumerated() {
                let run = try await tracking.createRun(name: "r\(index)", startTime: Int64(index), by: caller)
                try await tracking.logBatch(
                    run: run.info.id, metrics: value.map { [Metric("my auc", $0, timestamp: 1)] } ?? [],
                    params: [KeyedText("depth", "\(index % 2)")], tags: [KeyedText("Team", index < 3 ? "Risk" : "ops")],
                    by: caller)
            }
            func names(_ filter: String, _ order: [String] = [], size: Int = 100) async throws -> String {
                var (names, token): ([String], String?) = ([], nil)
                repeat {
                    let page = try await tracking.searchRuns(
                        experimentIDs: ["0"], filter: filter, orderBy: order, size: size, token: token)
                    #expect(page.elements.count <= size)
                    names += page.elements.map(\.info.name)
                    token = page.nextToken
                } while token != nil
                return names.map { String($0.dropFirst()) }.joined()
            }
            #expect(try await names("") == "43210")
            #expect(try await names("", ["attributes.start_time ASC"], size: 2) == "01234")
            #expect(try await names("", ["metrics.`my auc` DESC"]) == "24013")
            #expect(try await names("", ["metrics.`my auc`"], size: 1) == "04213")
            #expect(try await names("metrics.`my auc` > 0.4") == "42")
            #expect(try await names("metrics.`my auc` != 0.5") == "210")
            #expect(try await names("metrics.\"my auc\" >= 0.1 AND params.depth = '0'", ["params.depth"]) == "420")
            #expect(try await names("tags.Team ILIKE 'RI%'") == "210")
            #expect(try await names("tags.Team LIKE 'Ri%' AND run_name != 'r1'") == "20")
            #expect(try await names("tags.none IS NULL AND attributes.start_time <= 1") == "10")
            #expect(try await names("params.depth IS NOT NULL AND status = 'RUNNING' AND end_time > 1") == "")
        }
    }

    @Test func `LIKE minds the case`() async throws {
        try await withTracking { tracking, _, caller in
            _ = try await tracking.createExperiment(name: "Wire", by: caller)
            #expect(try await tracking.searchExperiments(filter: "name LIKE 'Wi%'").elements.count == 1)
            #expect(try await tracking.searchExperiments(filter: "name ILIKE 'wI%'").elements.count == 1)
            #expect(try await tracking.searchExperiments(filter: "name LIKE 'wi%'").elements.isEmpty)
        }
    }

    @Test func `No text of a filter becomes SQL`() async throws {
        try await withTracking { tracking, _, caller in
            _ = try await tracking.createRun(tags: [KeyedText("a", "it's \"x\"; DROP TABLE runs; --")], by: caller)
            let filters = [
                "tags.`a' OR '1'='1` = 'x'", "tags.a = \"' OR '1'='1\"", "params.`?` = '?'", "metrics.`a\"b` > 1",
                "tags.`a)) OR 1=1 --` LIKE '%'",
            ]
            for filter in filters {
                #expect(
                    try await tracking.searchRuns(experimentIDs: ["0"], filter: filter).elements.isEmpty, "\(filter)")
            }
            let found = try await tracking.searchRuns(experimentIDs: ["0"], filter: "tags.a LIKE '%DROP TABLE%'")
            #expect(found.elements.count == 1)
        }
    }

    @Test func `A logged model keeps its metrics by dataset and is found by them`() async throws {
        try await withTracking { tracking, _, caller in
            let run = try await tracking.createRun(by: caller).info.id
            let model = try await tracking.createLoggedModel(
                in: "0", name: "m", sourceRunID: run, params: [KeyedText("d", "8")], by: caller)
            #expect(model.id.hasPrefix("m-") && model.artifactURI == "mlflow-artifacts:/0/models/\(model.id)/artifacts")
            try await tracking.logMetric(
                Metric("auc", 0.9, timestamp: 1, modelID: model.id, datasetName: "train", datasetDigest: "x"), run: run,
                by: caller)
            _ = try await tracking.finalizeLoggedModel(model.id, as: .ready, by: caller)
            func count(_ filter: String, _ datasets: [Tracking.DatasetFilter] = []) async throws -> Int {
                try await tracking.searchLoggedModels(experimentIDs: ["0"], filter: filter, datasets: datasets)
                    .elements.count
            }
            #expect(try await count("metrics.auc > 0.8 AND params.d = '8' AND status = 'READY'") == 1)
            #expect(try await count("metrics.auc > 0.8", [.init(name: "eval")]) == 0)
            #expect(try await count("", [.init(name: "train", digest: "x")]) == 1)
            let stored = try await tracking.loggedModel(model.id)
            #expect(stored.metrics.first?.datasetName == "train" && stored.metrics.first?.runID == run)
            try await tracking.deleteLoggedModel(model.id, by: caller)
            await #expect(throws: TrackingError.noLoggedModel(id: model.id)) {
                try await tracking.loggedModel(model.id)
            }
        }
    }
}
