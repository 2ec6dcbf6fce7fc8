import Foundation
import MartletDomain
import Platform
import Synchronization
import TestKit

/// What the scripted year asks for and other parts of Martlet give. Each is done in one place, ``YearWorld/take(_:)``, by
/// whatever there is today: when a verb of its own is there, it goes there and nothing else of the year changes.
enum YearStep: String, CaseIterable {
    /// A program manager leaves: the account is deactivated, its tokens stop.
    case deactivateProgramManager
    /// All that the leaver owned gets another owner, with a dossier.
    case handOver
    /// A version goes to Production without sign-offs, by two people with a reason.
    case breakGlass
    /// The last good version comes back by one command.
    case rollBack

    /// Whether Martlet has the verb; what is not is stood in for.
    var isThere: Bool { false }
}

/// A business of five people and two models, and a clock that the test moves.
final class YearWorld: Sendable {
    static let day = "late-delivery"
    static let night = "late-delivery-night"

    static let engineer = person("engineer", [.engineer])
    static let operations = person("operator", [.engineer])
    static let reviewer = person("reviewer", [.reviewer])
    static let leaver = person("manager", [.programManager])
    static let heir = person("successor", [.programManager])

    let platform: Platform
    let clock: YearClock

    init(platform: Platform, clock: YearClock) { (self.platform, self.clock) = (platform, clock) }

    private static func person(_ name: String, _ roles: Set<Role>) -> Caller {
        Caller(User(name: name, roles: roles), requestID: "request-of-\(name)")
    }

    // MARK: The business

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
            Self.rows(from: start, to: end), as: Deliveries.deliveries, .append, by: Self.engineer)
    }

    /// Trains on a span and registers.
    func train(_ model: String, _ span: (String, String), holdout: (String, String)) async throws -> ModelVersion {
        let training = try await Deliveries.set(span, as: "deliveries.training", platform, by: Self.engineer)
        let held = try await Deliveries.set(holdout, as: "deliveries.holdout", platform, by: Self.engineer)
        var specification = Deliveries.specification(training, holdout: held)
        specification.registerAs = model
        _ = try await platform.models.train(specification, by: Self.engineer)
        let newest = try await platform.registry.latestVersions(of: model).max { $0.id.version < $1.id.version }
        guard let newest else { throw InvalidRequest("Nothing was registered.") }
        return newest
    }

    /// Measures, signs and moves a version to Production, each step by the person whose it is.
    func promote(_ version: ModelVersion, by manager: Caller, on holdout: TableReference) async throws {
        let (name, number) = (version.id.name, "\(version.id.version)")
        _ = try await platform.models.evaluateGate(version.id, on: holdout, minimumAreaUnderROC: 0.6, by: Self.engineer)
        _ = try await platform.registry.signOff(name, number, for: .staging, by: Self.reviewer)
        _ = try await platform.registry.signOff(name, number, for: .production, by: manager)
        _ = try await platform.registry.transition(
            name, number, to: .production, archiveExisting: true, by: Self.operations)
    }

    func score(_ model: String, _ span: (String, String)) async throws -> ScoringRun {
        try await platform.scoring.scoreBatch(
            "models:/\(model)/Production", in: Deliveries.window(span), into: TableName(Self.predictions(model)),
            by: Self.operations)
    }

    static func predictions(_ model: String) -> String { "deliveries.\(model.replacing("-", with: "_"))" }

    func plan(_ model: String, owner: String, reference: TableReference) async throws {
        try await platform.registry.setMonitoringPlan(
            MonitoringPlan(
                model: model, owner: owner, frequency: .monthly, reference: reference,
                thresholds: .init(driftShare: 0.2), retrainingTrigger: .onDrift), by: Self.operations)
    }

    // MARK: What is not there yet

    func take(_ step: YearStep, reference: TableReference? = nil) async throws {
        switch step {
        case .deactivateProgramManager:
            // Until there is deactivation: whoever left asks for nothing any more.
            return
        case .handOver:
            for model in [Self.day, Self.night] {
                guard var plan = try await platform.registry.monitoringPlan(model) else { continue }
                plan.owner = Self.heir.user.name
                try await platform.registry.setMonitoringPlan(plan, by: Self.operations)
            }
        case .breakGlass:
            // Until there is break-glass: the sign-offs that it would do without are given the same day.
            let newest = try await platform.registry.latestVersions(of: Self.day).max { $0.id.version < $1.id.version }
            guard let newest, let reference else { return }
            try await promote(newest, by: Self.heir, on: reference)
        case .rollBack:
            // Until there is a rollback: the version before is moved there again.
            let history = try await platform.registry.history(of: Self.day)
            let stood = history.filter { $0.to == .production }.map(\.version)
            guard let now = stood.last, let before = stood.last(where: { $0 != now }) else { return }
            _ = try await platform.registry.transition(
                before.name, "\(before.version)", to: .production, archiveExisting: true, by: Self.operations)
        }
    }
}

/// A clock that a test sets; it goes on by a millisecond with each look.
final class YearClock: Sendable {
    private let now: Mutex<Int64>

    init(_ start: String) throws { now = Mutex(try Instant(start).microseconds / 1_000) }

    var wall: WallClock {
        WallClock { [self] in
            now.withLock { now in
                now += 1
                return now
            }
        }
    }

    func set(_ text: String) throws {
        let time = try Instant(text).microseconds / 1_000
        now.withLock { $0 = max($0, time) }
    }
}
