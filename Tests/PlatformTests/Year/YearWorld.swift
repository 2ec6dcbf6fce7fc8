import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

/// A business of five people and two models, and a clock that the test moves.
struct YearWorld: Sendable {
    static let day = "late-delivery"
    static let night = "late-delivery-night"

    let platform: Platform
    let clock: SettableClock
    let engineer: Caller
    let operations: Caller
    let reviewer: Caller
    let manager: Caller
    let successor: Caller
    /// With which the manager came.
    let managersToken: String

    init(_ platform: Platform, _ clock: SettableClock) async throws {
        func person(_ name: String, _ roles: Set<Role>) async throws -> (caller: Caller, token: String) {
            let token = try await platform.identity.createUser(name, roles: roles, by: .setup)
            let user = try await platform.identity.user(presenting: token)
            return (Caller(user, requestID: "request-of-\(name)"), token)
        }
        (self.platform, self.clock) = (platform, clock)
        engineer = try await person("engineer", [.contributor]).caller
        operations = try await person("operations", [.contributor, .operator]).caller
        reviewer = try await person("reviewer", [.reviewer]).caller
        (manager, managersToken) = try await person("manager", [.programManager])
        successor = try await person("successor", [.programManager]).caller
    }

    /// Rows of a span of 2024, and of a year in which parcels come from further away after July.
    static func rows(from start: String, to end: String) throws -> String {
        let (start, end) = (try Instant(start), try Instant(end))
        let lines = Deliveries.deliveriesCSV(rows: 6_060).split(separator: "\n")
        let moved = try Instant("2024-08-01")
        let kept = try lines.dropFirst().compactMap { line -> String? in
            var cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let time = try Instant(cells[2].replacing(" ", with: "T") + "Z")
            guard time.microseconds >= start.microseconds, time.microseconds < end.microseconds else { return nil }
            if time.microseconds >= moved.microseconds { cells[4] = "\((Int(cells[4]) ?? 0) + 150)" }
            return cells.joined(separator: ",")
        }
        return ([String(lines[0])] + kept).joined(separator: "\n") + "\n"
    }

    func importRows(from start: String, to end: String) async throws {
        try await platform.importText(
            Self.rows(from: start, to: end), as: Deliveries.deliveries, .append, by: engineer)
    }

    /// The tables and features of the first months.
    func prepare() async throws {
        try await platform.importText(
            Self.rows(from: "2024-01-01", to: "2024-04-08"), as: Deliveries.deliveries, by: engineer)
        try await platform.importText(Deliveries.carriersCSV(), as: Deliveries.carriers, by: engineer)
        _ = try await platform.features.apply(Deliveries.features, named: "deliveries", by: engineer)
    }

    /// Trains on a span and registers.
    /// - Returns: The version, and the tables that it was trained and measured on.
    func train(
        _ model: String, _ span: (String, String), holdout: (String, String)
    ) async throws -> (version: ModelVersion, training: TableReference, holdout: TableReference) {
        let training = try await Deliveries.set(span, as: "deliveries.training", platform, by: engineer)
        let held = try await Deliveries.set(holdout, as: "deliveries.holdout", platform, by: engineer)
        var specification = Deliveries.specification(training, holdout: held)
        specification.registerAs = model
        _ = try await platform.models.train(specification, by: engineer)
        let newest = try await platform.registry.latestVersions(of: model).max { $0.id.version < $1.id.version }
        return (try #require(newest), training, held)
    }

    /// Measures, signs and moves a version to Production, each step by the person whose it is.
    func promote(_ version: ModelVersion, by manager: Caller, on holdout: TableReference) async throws {
        let (name, number) = (version.id.name, "\(version.id.version)")
        _ = try await platform.models.evaluateGate(version.id, on: holdout, minimumAreaUnderROC: 0.6, by: engineer)
        _ = try await platform.registry.signOff(name, number, for: .staging, by: reviewer)
        _ = try await platform.registry.signOff(name, number, for: .production, by: manager)
        _ = try await platform.registry.transition(
            name, number, to: .production, archiveExisting: true, by: operations)
    }

    func plan(
        _ model: String, owner: Caller, reference: TableReference,
        retraining trigger: MonitoringPlan.RetrainingTrigger = .manual
    ) async throws {
        try await platform.registry.setMonitoringPlan(
            MonitoringPlan(
                model: model, owner: owner.user.name, frequency: .monthly, reference: reference,
                thresholds: .init(driftShare: 0.2), retrainingTrigger: trigger), by: operations)
    }

    /// Scores a month that is over with what is in Production.
    /// - Returns: The surest prediction.
    func score(_ model: String, _ month: String, _ next: String) async throws -> YearPrediction {
        let table = try TableName("deliveries.\(model.replacing("-", with: "_"))")
        let run = try await platform.scoring.scoreBatch(
            "models:/\(model)/Production", in: Deliveries.window(("\(month)-01", "\(next)-01")), into: table,
            by: operations)
        let found = try await platform.scoring.predictions(in: table, run.window, limit: 1)
        let first = try #require(found.first)
        return YearPrediction(
            model: model, month: month, id: first.id, score: first.score, version: try #require(Int64(run.modelVersion))
        )
    }

    func check(_ model: String, _ month: String, _ next: String) async throws -> MonitoringCheck {
        try await platform.monitoring.check(
            model, predictions: TableName("deliveries.\(model.replacing("-", with: "_"))"),
            in: Deliveries.window(("\(month)-01", "\(next)-01")), labelsKnownAt: nil, experiment: "monitoring",
            by: operations)
    }

    func health(_ model: String) async throws -> ModelHealth {
        try #require(try await platform.registry.health(of: model).first)
    }
}

struct YearPrediction: Sendable {
    var model: String
    /// `2024-05`
    var month: String
    var id: String
    var score: Double
    var version: Int64
}
