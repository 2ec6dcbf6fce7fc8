import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct VerifyFeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Replay a view's history through the serving path, and compare every value with a batch.",
        discussion: """
            Asked is at the time of every row of the view's table in the span, and just after it; with --requests also at \
            the times of that table. Ends with 0 if nothing differs, 1 if something does, 2 if it could not be compared.

            Examples:
              martlet features verify vendor_performance --from 2024-01-01 --to 2024-07-01
              martlet features verify --model models:/risk@candidate --from 2024-01-01 --to 2024-07-01
            """)

    @Argument(help: "The view.") var view: String?
    @Option(help: "Which of its versions. Default: the newest.") var version: Int64?
    @Option(help: "A plan of that name, by the first 12 digits of its hash at least.") var hash: String?
    @Option(help: ArgumentHelp("All that this model's features are computed by.", valueName: "uri"))
    var model: String?
    @Option(help: "The first moment.") var from: String
    @Option(help: "The moment after the last.") var to: String
    @Option(help: "A table with the view's keys and a time.") var requests: String?
    @Option(help: "That table's column of times.") var at: String?
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (view == nil) != (model == nil) else { throw ValidationError("Say what to compare: VIEW or --model.") }
        if model != nil, version != nil || hash != nil {
            throw ValidationError("--version and --hash are of a view; --model says all of its plans.")
        }
    }

    func run() async throws {
        let requests = try requests.map { try TableName($0) }
        if let model {
            let request = VerifyModelFeatures(
                modelURI: model, from: try Instant(from), to: try Instant(to), requests: requests, at: at)
            let checks = try await connection.withClient { try await $0.send(request).checks }
            return try FeatureCheckReport.print(checks, connection)
        }
        let request = VerifyFeatures(
            view: view ?? "", version: version, hash: hash, from: try Instant(from), to: try Instant(to),
            requests: requests, at: at)
        let check = try await connection.withClient { try await $0.send(request) }
        try FeatureCheckReport.print([check], connection)
    }
}

struct RecomputeFeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recompute",
        abstract: "Compute again what was answered in service, as known at the time of each answer, and compare.",
        discussion: """
            Answers of a share of the keys are kept (features.log_share in martlet.yaml). Ends with 0 if nothing differs, 1 \
            if something does, 2 if it could not be compared.

            Example: martlet features recompute vendor_performance
            """)

    @Argument(help: "What is served. Default: all of it.") var view: String?
    @Option(help: "Answers from this moment on.") var from: String?
    @Option(help: "Answers before this moment.") var to: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = RecomputeFeatures(
            view: view, from: try from.map { try Instant($0) }, to: try to.map { try Instant($0) })
        let checks = try await connection.withClient { try await $0.send(request).checks }
        try FeatureCheckReport.print(checks, connection)
    }
}

struct FeatureChecksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checks", abstract: "List how served features compared with batches, newest first.")

    @Argument(help: "The view. Default: all.") var view: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let checks = try await connection.withClient { try await $0.send(ListFeatureChecks(view: view)).checks }
        if connection.json { return try printJSON(checks) }
        printTable(
            ["VIEW", "PLAN", "BY", "OUTCOME", "SPAN", "REQUESTS", "CELLS", "DIFFER", "WHEN"],
            checks.map {
                [
                    $0.view, String($0.planHash.prefix(12)), $0.kind.rawValue, $0.outcome.rawValue,
                    $0.span?.description ?? "", "\($0.requests)", "\($0.cells)", "\($0.mismatches)",
                    formatted(milliseconds: $0.at),
                ]
            })
    }
}

private enum FeatureCheckReport {
    /// Says what came out, and ends the command with what it means.
    static func print(_ checks: [ConsistencyCheck], _ connection: ConnectionOptions) throws {
        if connection.json { try printJSON(checks) } else { for check in checks { show(check) } }
        if checks.contains(where: { $0.outcome == .couldNotBeEvaluated }) || checks.isEmpty { throw ExitCode(2) }
        if checks.contains(where: { $0.outcome == .failed }) { throw ExitCode(1) }
    }

    private static func show(_ check: ConsistencyCheck) {
        switch check.outcome {
        case .couldNotBeEvaluated:
            Swift.print("\(check.view) could not be compared: \(check.reason ?? "no reason is known")")
        case .passed, .failed:
            Swift.print(
                "\(check.view): \(check.mismatches) of \(check.cells) cells differ, at \(check.requests) requests"
                    + (check.source.map { " over \($0)" } ?? ""))
            if check.leftOut > 0 { Swift.print("\(check.leftOut) answers could not be compared.") }
            if check.dropped > 0 { Swift.print("\(check.dropped) answers were not kept: there was no room for them.") }
            printTable(
                ["FEATURE", "CELLS", "DIFFER", "MISSING", "EXTRA", "WORST"],
                check.features.map {
                    [
                        $0.feature, "\($0.cells)", "\($0.mismatches)", "\($0.missing)", "\($0.extra)",
                        $0.worst.map { "\($0)" } ?? "",
                    ]
                })
            for feature in check.features {
                if let example = feature.example { Swift.print("\(feature.feature), first: \(example)") }
            }
        }
    }
}
