import AuditLog
import Foundation
import HTTPTypes
import Martlet
import Platform
import TestKit
import Testing

struct AuditorTests {
    @Test func `An auditor reads everything and changes nothing, and each try is on record`() async throws {
        try await withServer(policy: .governed) { server in
            let job = try await DeliveriesJob(server)
            let (model, training, holdout) = try await job.train()
            #expect(try await job.serve(reference: training, holdout: holdout) == nil)
            _ = try await job.score()
            let auditor = try await server.token(.auditor, named: "aud")
            let client = server.client(token: auditor)

            let why = try await client.send(ExplainPrediction(predictionID: try await job.predictions()[0].id))
            #expect(why.isReplayed)
            #expect(try await client.send(ListDatasets()).tables.count == 5)
            #expect(try await client.send(VerifyAudit()).ok)
            #expect(try await client.latestVersions(of: Deliveries.model).count == 1)
            let run = try await server.ask(.get, "/api/2.0/mlflow/runs/get?run_id=\(model.runID)", token: auditor)
            #expect(run.status == 200)

            let tables = server.platform.workspace.tables.path
            let files = try FileManager.default.subpathsOfDirectory(atPath: tables).sorted()
            for (path, body) in try writes(model, training, holdout) {
                let before = try await server.platform.auditEntries().count
                let answer = try await server.ask(.post, "/api/" + path, json: body, token: auditor)
                #expect(answer.status == 403 && answer.json["error_code"] == "PERMISSION_DENIED", "\(path): \(answer)")
                let entries = try await server.platform.auditEntries()
                #expect(entries.count > before, "\(path)")
                #expect(entries.last?.userIdentity.name == "aud" && entries.last?.response.statusCode != 200, "\(path)")
            }
            for (method, path) in [
                (HTTPRequest.Method.put, "/api/martlet/1.0/uploads"),
                (.put, "/api/2.0/mlflow-artifacts/artifacts/1/x/y/z"),
                (.delete, "/api/2.0/mlflow-artifacts/artifacts/1/\(model.runID)/artifacts"),
            ] {
                let answer = try await server.ask(method, path, body: Data("x".utf8), token: auditor)
                #expect(answer.status == 403, "\(method) \(path): \(answer.text)")
            }
            // Not even a table's own log has anything new.
            #expect(try FileManager.default.subpathsOfDirectory(atPath: tables).sorted() == files)
            #expect(try await client.latestVersions(of: Deliveries.model, in: [.production]).map(\.version) == ["1"])
            #expect(try await client.send(VerifyAudit()).ok)
        }
    }

    private func writes(
        _ model: TrainedModel, _ training: TableReference, _ holdout: TableReference
    ) throws -> [(String, JSON)] {
        func json(_ value: some Encodable) throws -> JSON { try JSON(JSONEncoder().encode(value)) }
        let (from, to) = (try Instant("2024-05-01"), try Instant("2024-05-02"))
        let plan = MonitoringPlan(
            model: Deliveries.model, owner: "aud", frequency: .daily, reference: training, thresholds: .init(),
            retrainingTrigger: .manual)
        return [
            (
                "martlet/1.0/datasets/derive",
                try json(
                    DeriveDataset(
                        table: TableName("deliveries.copy"), sql: "SELECT * FROM d",
                        inputs: ["d": TableName(Deliveries.deliveries)]))
            ),
            ("martlet/1.0/features/apply", try json(ApplyFeatures(name: "x", definition: Deliveries.features))),
            (
                "martlet/1.0/features/training-set",
                try json(
                    BuildTrainingSet(
                        table: TableName("deliveries.mine"), recipe: Deliveries.recipe(), from: from, to: to))
            ),
            ("martlet/1.0/models/train", try json(TrainModel(Deliveries.specification(training, holdout: holdout)))),
            (
                "martlet/1.0/models/gate",
                try json(EvaluateGate(model: Deliveries.model, version: "1", on: holdout, minimumAreaUnderROC: 0.5))
            ),
            (
                "martlet/1.0/scoring/batch",
                try json(
                    ScoreBatch(
                        modelURI: "models:/\(Deliveries.model)/Production", from: from, to: to,
                        predictions: TableName("deliveries.mine")))
            ),
            (
                "martlet/1.0/monitoring/check",
                try json(
                    CheckModel(
                        model: Deliveries.model, predictions: TableName(Deliveries.predictions),
                        from: Instant("2024-05-01"),
                        to: Instant("2024-06-01"), experiment: "deliveries"))
            ),
            ("martlet/1.0/monitoring/plan", try json(SetMonitoringPlan(plan))),
            ("martlet/1.0/quality/run", try json(RunQuality(suite: Deliveries.quality))),
            (
                "martlet/1.0/registry/sign-off",
                try json(SignOffVersion(model: Deliveries.model, version: "1", stage: .production))
            ),
            ("martlet/1.0/identity/users/create", try json(CreateUser(name: "eve", roles: [.contributor]))),
            ("2.0/mlflow/experiments/create", ["name": "x"]),
            ("2.0/mlflow/runs/log-metric", ["run_id": .text(model.runID), "key": "auc", "value": 1, "timestamp": 1]),
            ("2.0/mlflow/runs/set-tag", ["run_id": .text(model.runID), "key": "k", "value": "v"]),
            ("2.0/mlflow/registered-models/create", ["name": "x"]),
            (
                "2.0/mlflow/model-versions/transition-stage",
                ["name": .text(Deliveries.model), "version": "1", "stage": "Archived"]
            ),
        ]
    }
}
