import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

/// What was deleted goes for good, and nothing else does.
@Suite struct PurgeTests {
    private func file(_ uri: String, _ platform: Platform) async throws -> URL {
        try await platform.artifacts.write(Data("x".utf8), to: uri + "/file", by: .anyone)
        return try platform.artifacts.localURL(uri + "/file")
    }

    private func fill(_ run: Run, _ platform: Platform) async throws {
        let tracking = platform.tracking
        let model = try await tracking.createLoggedModel(in: run.info.experimentID, name: "m", by: .anyone)
        try await tracking.logBatch(
            run: run.info.id,
            metrics: [Metric("a", 1, timestamp: 1, modelID: model.id, datasetName: "d", datasetDigest: "g")],
            params: [KeyedText("p", "v")], tags: [KeyedText("t", "v")], by: .anyone)
        let dataset = DatasetInput(
            name: "d", digest: "g", sourceType: "t", source: "s", tags: [KeyedText("mlflow.data.context", "train")])
        try await tracking.logInputs(run: run.info.id, datasets: [dataset], models: [model.id], by: .anyone)
        try await tracking.logOutputs(run: run.info.id, models: [ModelOutput(model.id, step: 0)], by: .anyone)
    }

    @Test func `A deleted run goes with its files, one that is not deleted stays, and the audit log has both`()
        async throws
    {
        try await withWorkspace { platform in
            let (tracking, retention) = (platform.tracking, platform.retention)
            let run = try await tracking.createRun(by: .anyone)
            let other = try await tracking.createRun(by: .anyone)
            try await fill(run, platform)
            let files = [
                try await file(run.info.artifactURI, platform), try await file(other.info.artifactURI, platform),
            ]
            await #expect(throws: RetentionError.notDeleted(.run, id: run.info.id)) {
                try await retention.purgeRuns([run.info.id], by: .anyone)
            }
            try await tracking.deleteRun(run.info.id, by: .anyone)
            let dry = try await retention.purgeRuns(isDryRun: true, by: .anyone)
            #expect(dry.purged == [run.info.id] && FileManager.default.fileExists(atPath: files[0].path))
            let purged = try await retention.purgeRuns(by: .anyone)
            #expect(purged == Retention.Purged(purged: [run.info.id]))
            #expect(!FileManager.default.fileExists(atPath: files[0].path))
            #expect(FileManager.default.fileExists(atPath: files[1].path))
            await #expect(throws: TrackingError.noRun(id: run.info.id)) { try await tracking.run(run.info.id) }
            #expect(try await tracking.run(other.info.id) == other)
            #expect(try await tracking.metricHistory(run: run.info.id, key: "a").elements.isEmpty)
            let found = try await tracking.searchRuns(experimentIDs: ["0"], viewType: .all)
            #expect(found.elements.map(\.info.id) == [other.info.id])
            let entries = try await platform.audit.entries(from: 0, limit: 1_000)
            #expect(entries.contains { $0.entry.actionName == "purge_runs" })
            #expect(try await platform.audit.verify().isIntact)
        }
    }

    @Test func `A purge whose commit fails takes no run and no file`() async throws {
        try await withWorkspace { platform in
            let runs = [
                try await platform.tracking.createRun(by: .anyone), try await platform.tracking.createRun(by: .anyone),
            ]
            var files: [URL] = []
            for run in runs {
                files.append(try await file(run.info.artifactURI, platform))
                try await platform.tracking.deleteRun(run.info.id, by: .anyone)
            }
            let store = platform.artifacts.store
            try await store.failCommits(by: .anyone)
            await #expect(throws: StoreError.self) { try await platform.retention.purgeRuns(by: .anyone) }
            for (run, file) in zip(runs, files) {
                #expect(try await platform.tracking.run(run.info.id).info.lifecycleStage == .deleted)
                #expect(try Data(contentsOf: file) == Data("x".utf8))
            }
            try await store.letCommits(by: .anyone)
            let purged = try await platform.retention.purgeRuns(by: .anyone)
            #expect(Set(purged.purged) == Set(runs.map(\.info.id)))
            #expect(files.allSatisfy { !FileManager.default.fileExists(atPath: $0.path) })
        }
    }

    @Test func `Only what was deleted long enough ago goes`() async throws {
        try await withWorkspace { platform in
            let run = try await platform.tracking.createRun(by: .anyone)
            try await platform.tracking.deleteRun(run.info.id, by: .anyone)
            #expect(try await platform.retention.purgeRuns(olderThan: "1d", by: .anyone) == Retention.Purged())
            await #expect(throws: RetentionError.tooYoung(.run, id: run.info.id, olderThan: "1h")) {
                try await platform.retention.purgeRuns([run.info.id], olderThan: "1h", by: .anyone)
            }
            #expect(try await platform.retention.purgeRuns(olderThan: "0s", by: .anyone).purged == [run.info.id])
        }
    }

    @Test func `Of runs asked for by id one that must stay keeps them all`() async throws {
        try await withWorkspace { platform in
            let run = try await platform.tracking.createRun(by: .anyone)
            try await platform.tracking.deleteRun(run.info.id, by: .anyone)
            await #expect(throws: RetentionError.missing(.run, id: "none")) {
                try await platform.retention.purgeRuns([run.info.id, "none"], by: .anyone)
            }
            let refusal = await #expect(throws: RetentionError.self) {
                try await platform.retention.purgeRuns([run.info.id, "none", "neither"], by: .anyone)
            }
            #expect(refusal?.message.contains("none") == true && refusal?.message.contains("neither") == true)
            #expect(try await platform.tracking.run(run.info.id).info.lifecycleStage == .deleted)
        }
    }

    @Test func `What a registered version came from stays, and so do sealed files`() async throws {
        try await withWorkspace { platform in
            let (tracking, retention) = (platform.tracking, platform.retention)
            let experiment = try await tracking.createExperiment(name: "kept", by: .anyone)
            let run = try await tracking.createRun(in: experiment, by: .anyone)
            let sealed = try await tracking.createRun(in: experiment, by: .anyone)
            let model = try await tracking.createLoggedModel(
                in: experiment, name: "m", sourceRunID: run.info.id, by: .anyone)
            let file = try await file(model.artifactURI, platform)
            _ = try await self.file(sealed.info.artifactURI + "/model", platform)
            _ = try await platform.registry.createModel("churn", by: .anyone)
            try await platform.registry.createVersion(
                of: "churn", source: "models:/\(model.id)", by: .anyone)
            try await platform.artifacts.seal(directory: sealed.info.artifactURI + "/model", by: .anyone)
            try await tracking.deleteLoggedModel(model.id, by: .anyone)
            try await tracking.deleteExperiment(experiment, by: .anyone)
            for deletion in 0..<2 {
                if deletion == 1 { try await platform.registry.deleteVersion("churn", "1", by: .anyone) }
                let runs = try await retention.purgeRuns(by: .anyone)
                #expect(runs.purged.isEmpty && Set(runs.kept.map(\.id)) == [run.info.id, sealed.info.id])
                #expect(runs.kept.contains { $0.reason.contains("version 1 of the registered model churn") })
                #expect(runs.kept.contains { $0.reason.contains("are sealed") })
                #expect(try await retention.purgeLoggedModels(by: .anyone).kept.map(\.id) == [model.id])
                let refusal = await #expect(throws: RetentionError.self) {
                    try await retention.purgeExperiments(named: ["kept"], by: .anyone)
                }
                #expect(refusal?.code == .permissionDenied && refusal?.message.contains(run.info.id) == true)
                #expect(try await retention.purgeExperiments(by: .anyone).kept.map(\.id) == [experiment])
            }
            #expect(FileManager.default.fileExists(atPath: file.path))
            #expect(try await tracking.experiment(experiment).name == "kept")
        }
    }

    @Test func `A deleted experiment goes with all in it, and its name is free again`() async throws {
        try await withWorkspace { platform in
            let (tracking, retention) = (platform.tracking, platform.retention)
            let experiment = try await tracking.createExperiment(
                name: "it's", tags: [KeyedText("a", "b")], by: .anyone)
            var files: [URL] = []
            for _ in 0..<3 {
                let run = try await tracking.createRun(in: experiment, by: .anyone)
                try await fill(run, platform)
                files.append(try await file(run.info.artifactURI, platform))
            }
            let neighbour = try await tracking.createExperiment(
                name: "guest", artifactLocation: "mlflow-artifacts:/\(experiment)/guest", by: .anyone)
            let guest = try await file(
                try await tracking.createRun(in: neighbour, by: .anyone).info.artifactURI, platform)
            await #expect(throws: RetentionError.notDeleted(.experiment, id: experiment)) {
                try await retention.purgeExperiments([experiment], by: .anyone)
            }
            try await tracking.deleteExperiment(experiment, by: .anyone)
            let taken = await #expect(throws: TrackingError.self) {
                try await tracking.createExperiment(name: "it's", by: .anyone)
            }
            #expect(taken?.message.contains("martlet experiments purge 'it'\\''s'") == true)
            #expect(taken?.message.contains("martlet experiments restore") == true)
            #expect(try await retention.purgeExperiments(named: ["it's"], by: .anyone).purged == [experiment])
            #expect(files.allSatisfy { !FileManager.default.fileExists(atPath: $0.path) })
            #expect(FileManager.default.fileExists(atPath: guest.path))
            await #expect(throws: TrackingError.noExperiment(id: experiment)) {
                try await tracking.experiment(experiment)
            }
            let again = try await tracking.createExperiment(name: "it's", by: .anyone)
            #expect(again != experiment)
            #expect(try await tracking.searchLoggedModels(experimentIDs: [experiment]).elements.isEmpty)
            #expect(try await tracking.experiment(again).tags.isEmpty)
        }
    }

    @Test func `The experiment that always exists is never removed, nor one with a restored run`() async throws {
        try await withWorkspace { platform in
            try await platform.tracking.deleteExperiment("0", by: .anyone)
            await #expect(throws: RetentionError.alwaysThere(id: "0")) {
                try await platform.retention.purgeExperiments(["0"], by: .anyone)
            }
            let experiment = try await platform.tracking.createExperiment(name: "e", by: .anyone)
            let run = try await platform.tracking.createRun(in: experiment, by: .anyone)
            try await platform.tracking.deleteExperiment(experiment, by: .anyone)
            try await platform.tracking.restoreRun(run.info.id, by: .anyone)
            let refusal = await #expect(throws: RetentionError.self) {
                try await platform.retention.purgeExperiments([experiment], by: .anyone)
            }
            #expect(refusal?.message.contains(run.info.id) == true)
            #expect(try await platform.tracking.run(run.info.id).info.lifecycleStage == .active)
        }
    }

    @Test func `More runs than one change removes go all the same`() async throws {
        try await withWorkspace { platform in
            let experiment = try await platform.tracking.createExperiment(name: "many", by: .anyone)
            for _ in 0..<230 { _ = try await platform.tracking.createRun(in: experiment, by: .anyone) }
            try await platform.tracking.deleteExperiment(experiment, by: .anyone)
            #expect(try await platform.retention.purgeRuns(isDryRun: true, by: .anyone).purged.count == 230)
            #expect(try await platform.retention.purgeExperiments(by: .anyone).purged == [experiment])
            #expect(try await platform.retention.purgeRuns(by: .anyone) == Retention.Purged())
        }
    }

    @Test func `Ages are read as people write them`() throws {
        #expect(try Age.milliseconds(of: "30d") == 2_592_000_000)
        #expect(try Age.milliseconds(of: "2d8h5m20s") == 201_920_000)
        #expect(try Age.milliseconds(of: "1.5h") == 5_400_000)
        for wrong in [
            "", "8", "h", "1h2d", "1d1d", "1x", "-1d", "1d 2h", "9e99d", "99999999999999999999d", "1..2h", "٣d",
        ] {
            #expect(throws: InvalidRequest.self, "\(wrong)") { try Age.milliseconds(of: wrong) }
        }
    }
}
