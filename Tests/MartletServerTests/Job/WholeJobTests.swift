import Foundation
import HTTPTypes
import Martlet
import Platform
import TestKit
import Testing

struct WholeJobTests {
    @Test func `A model goes from raw files to monitored Production, and every step is on record`() async throws {
        try await withServer(policy: .governed) { server in
            let job = try await DeliveriesJob(server)
            try await job.importTables()
            let reports = try await job.author.send(RunQuality(suite: Deliveries.quality)).reports
            #expect(reports.count == 1 && reports.allSatisfy { !$0.isStopped && $0.result.success })
            let (model, training, holdout) = try await job.train()
            #expect(model.registeredVersion == "1" && (model.metrics["auc"] ?? 0) > 0.75, "\(model.metrics)")
            #expect(
                model.inputs == ["distance", "carrier_late_rate_30d", "carrier_deliveries_all", "carrier_age_years"])

            try await expectEveryGateNamed(job)
            try await meetEveryGate(job, training, holdout)

            let scored = try await job.score()
            #expect(scored.rowCount > 300 && scored.modelVersion == "1" && scored.modelURI.hasSuffix("/Production"))
            let check = try await job.check()
            #expect(check.datasetDrift && check.driftedFeatures.contains("carrier_deliveries_all"))
            #expect(check.labelledRows == Int(scored.rowCount) && (check.areaUnderROC ?? 0) > 0.7)
            try await expectLogged(check, server, job)
            try await expectCandidateOutside(check, job)
            try await expectReplayed(job, scored, model)

            let audit = try await job.checker.send(VerifyAudit())
            #expect(audit.ok && audit.problems.isEmpty && audit.size > 20)
        }
    }

    private func expectEveryGateNamed(_ job: DeliveriesJob) async throws {
        let reasons = try #require(try await job.promote(by: job.author))
        for words in [
            "4 of its gates", "sign-off for Staging by a reviewer", "sign-off for Production by a program_manager",
            "monitoring plan", "performance gate: auc of at least 0.75",
            "martlet registry sign-off late-delivery/1 --stage Staging",
            "martlet registry sign-off late-delivery/1 --stage Production",
            "martlet monitoring plan late-delivery --owner", "martlet gate late-delivery/1 --on",
        ] {
            #expect(reasons.contains(words), "\(words) in: \(reasons)")
        }
        let unmet = try await job.director.send(
            ListUnmetGates(model: Deliveries.model, version: "1", stage: .production))
        #expect(unmet.unmet.count == 4)
    }

    private func meetEveryGate(
        _ job: DeliveriesJob, _ training: TableReference, _ holdout: TableReference
    ) async throws {
        // Who registered it may not sign, whatever else they are.
        let own = await #expect(throws: ClientError.self) {
            try await job.author.signOff(Deliveries.model, version: "1", for: .staging)
        }
        #expect(own?.code == .permissionDenied && own?.message.contains("registered") == true)
        try await job.checker.signOff(Deliveries.model, version: "1", for: .staging, comment: "looked at April")
        try await job.director.signOff(Deliveries.model, version: "1", for: .production)
        try await job.setPlan(reference: training)
        let gate = try await job.gate(on: holdout)
        #expect(gate.outcome == .passed && (gate.value ?? 0) > 0.75 && gate.table == holdout)
        // Who asks does not count as who approves.
        let asker = try #require(try await job.promote(by: job.director))
        #expect(asker.contains("1 of its gates is") && asker.contains("that of director does not count"), "\(asker)")
        #expect(try await job.promote(by: job.author) == nil)
        let serving = try await job.checker.latestVersions(of: Deliveries.model, in: [.production])
        #expect(serving.map(\.version) == ["1"])
    }

    private func expectLogged(_ check: MonitoringCheck, _ server: TestServer, _ job: DeliveriesJob) async throws {
        let token = try await server.token(.auditor)
        let run = try await server.ask(
            .get, "/api/2.0/mlflow/runs/get?run_id=\(check.runID)", json: nil, token: token
        ).json["run"]
        let metrics = run["data"]["metrics"].elements
        func value(_ key: String) -> JSON? { metrics.first { $0["key"].text == key }?["value"] }
        #expect(value("dataset_drift_detected") == 1)
        #expect(value("n_drifted_features") == .number(Double(check.driftedFeatures.count)))
        #expect(value("total_features") == 5)
        #expect(value("auc") == check.areaUnderROC.map { .number($0) })
        #expect(run["info"]["status"] == "FINISHED")
        let tags = run["data"]["tags"].elements
        #expect(tags.contains { $0["key"] == "action_required" && $0["value"] == "retraining_triggered" })
        let files = try await server.ask(
            .get, "/api/2.0/mlflow/artifacts/list?run_id=\(check.runID)", json: nil, token: token
        ).json["files"].elements
        let report = try #require(files.map(\.["path"].text).first { $0.hasSuffix(".html") })
        let page = try await job.checker.artifact(at: run["info"]["artifact_uri"].text + "/" + report)
        #expect(String(decoding: page, as: UTF8.self).contains("carrier_deliveries_all"))
    }

    private func expectCandidateOutside(_ check: MonitoringCheck, _ job: DeliveriesJob) async throws {
        #expect(check.retrainingRunID != nil)
        let newest = try await job.author.latestVersions(of: Deliveries.model)
        #expect(Set(newest.map(\.version)) == ["1", "2"])
        #expect(newest.first { $0.version == "2" }?.run_id == check.retrainingRunID)
        let serving = try await job.author.latestVersions(of: Deliveries.model, in: [.production])
        #expect(serving.map(\.version) == ["1"])
        #expect(try await job.promote("2", by: job.author)?.contains("3 of its gates") == true)
    }

    private func expectReplayed(_ job: DeliveriesJob, _ scored: ScoringRun, _ model: TrainedModel) async throws {
        for prediction in try await job.predictions().prefix(3) {
            let why = try await job.checker.send(ExplainPrediction(predictionID: prediction.id))
            #expect(why.isReplayed && why.score == prediction.score && why.outcome != nil)
            #expect(why.features.map(\.name) == model.inputs && why.features.allSatisfy { $0.table != nil })
            #expect(why.trainingRunID == model.runID && why.registeredBy == "author")
            #expect(why.signOffs.map(\.user) == ["checker", "director"] && why.scoring == scored)
            #expect(why.stageChanges.last?.to == .production)
            #expect(
                why.trainingInputs.map(\.name.description).sorted() == [Deliveries.carriers, Deliveries.deliveries])
        }
    }

    @Test func `Two runs of the same job give equal quality, scores and prediction ids`() async throws {
        func run() async throws -> ([String: Double], [String], [Double]) {
            try await withServer(policy: .governed) { server in
                let job = try await DeliveriesJob(server)
                let (model, training, holdout) = try await job.train()
                #expect(try await job.serve(reference: training, holdout: holdout) == nil)
                _ = try await job.score()
                let predictions = try await job.predictions()
                return (model.metrics, predictions.map(\.id), predictions.map(\.score))
            }
        }
        let (first, second) = (try await run(), try await run())
        #expect(first.0 == second.0 && first.1 == second.1 && first.2 == second.2)
        #expect(first.1.count > 300)
    }
}
