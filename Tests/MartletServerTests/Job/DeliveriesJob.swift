import Foundation
import Martlet
import Platform
import TestKit

/// The whole job as a user of the SDK does it, every step by the person whose it is.
struct DeliveriesJob {
    let server: TestServer
    /// May review too, but never what they registered.
    let author: Client
    let checker: Client
    let director: Client

    init(_ server: TestServer) async throws {
        self.server = server
        let token = try await server.platform.identity.createUser(
            "author", roles: [.contributor, .reviewer], by: .setup)
        author = server.client(token: token)
        checker = try await server.user(.reviewer, named: "checker")
        director = try await server.user(.programManager, named: "director")
    }

    func importTables() async throws {
        try await withTemporaryFolder { folder in
            for (table, text) in [
                (Deliveries.deliveries, Deliveries.deliveriesCSV()), (Deliveries.carriers, Deliveries.carriersCSV()),
            ] {
                let file = folder.appending(path: table + ".csv")
                try Data(text.utf8).write(to: file)
                _ = try await author.importDataset(TableName(table), from: file)
            }
        }
    }

    func buildSets() async throws -> (training: TableReference, holdout: TableReference) {
        let features = try await author.send(ApplyFeatures(name: "deliveries", definition: Deliveries.features))
        func build(_ table: String, _ span: (String, String)) async throws -> TableReference {
            let (start, end) = (try Instant(span.0), try Instant(span.1))
            return try await author.send(
                BuildTrainingSet(
                    table: TableName(table), recipe: Deliveries.recipe(features.hash), from: start, to: end,
                    knownAt: end)
            ).reference
        }
        return (
            try await build("deliveries.training", Deliveries.training),
            try await build("deliveries.holdout", Deliveries.holdout)
        )
    }

    func train() async throws -> (model: TrainedModel, training: TableReference, holdout: TableReference) {
        try await importTables()
        let sets = try await buildSets()
        let model = try await author.send(TrainModel(Deliveries.specification(sets.training, holdout: sets.holdout)))
        return (model, sets.training, sets.holdout)
    }

    func setPlan(reference: TableReference) async throws {
        try await author.setMonitoringPlan(
            MonitoringPlan(
                model: Deliveries.model, owner: "director", frequency: .monthly, reference: reference,
                thresholds: .init(driftShare: 0.2), retrainingTrigger: .onDrift))
    }

    func gate(on table: TableReference, minimum: Double = 0.75) async throws -> GateResult {
        try await author.send(
            EvaluateGate(model: Deliveries.model, version: "1", on: table, minimumAreaUnderROC: minimum))
    }

    /// Asks for Production.
    /// - Returns: Why it was refused; nil if it was not.
    func promote(_ version: String = "1", by client: Client) async throws -> String? {
        do {
            try await client.transitionStage(of: Deliveries.model, version: version, to: .production)
            return nil
        } catch ClientError.refused(.permissionDenied, let reasons) {
            return reasons
        }
    }

    /// Meets every gate and promotes.
    func serve(reference: TableReference, holdout: TableReference) async throws -> String? {
        try await checker.signOff(Deliveries.model, version: "1", for: .staging)
        try await director.signOff(Deliveries.model, version: "1", for: .production)
        try await setPlan(reference: reference)
        _ = try await gate(on: holdout)
        return try await promote(by: author)
    }

    func score() async throws -> ScoringRun {
        try await author.send(
            ScoreBatch(
                modelURI: "models:/\(Deliveries.model)/Production", from: Instant(Deliveries.served.0),
                to: Instant(Deliveries.served.1), predictions: TableName(Deliveries.predictions)))
    }

    func predictions() async throws -> [FindPredictions.Response.Prediction] {
        try await author.send(
            FindPredictions(
                table: TableName(Deliveries.predictions), from: Instant(Deliveries.served.0),
                to: Instant(Deliveries.served.1), limit: 1_000)
        ).predictions
    }

    func check() async throws -> MonitoringCheck {
        try await author.send(
            CheckModel(
                model: Deliveries.model, predictions: TableName(Deliveries.predictions),
                from: Instant(Deliveries.served.0), to: Instant(Deliveries.served.1),
                labelsKnownAt: Instant("2024-06-08"), experiment: "deliveries-monitoring"))
    }
}
