import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

extension ModelsCommand {
    struct Evaluate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure a version on rows that it has not seen, for gates that ask for metrics.",
            discussion: "Example: martlet models evaluate flight-delay/3 --on flights.july@0")
        @Argument(help: "The version, as name/version, name/stage or name@alias.") var version: String
        @Option(help: "The rows: a training set, as schema.table@version.") var on: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let uri = version.hasPrefix("models:/") ? version : "models:/" + version
            let request = EvaluateVersion(uri, on: try TableReference(on))
            try show(
                try await connection.withClient { try await $0.send(request).evaluations }, asJSON: connection.json)
        }
    }

    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record a figure that was measured elsewhere; it counts where a gate says reported: true.",
            discussion: "Example: martlet models report flight-delay/3 rmse 4.2 --on flights.july@0 --digest 5f1c…")
        @Argument(help: "The version, as name/version.") var version: String
        @Argument(help: "The metric.") var metric: String
        @Argument(help: "Its value.") var value: Double
        @Option(help: "What it was measured on, as schema.table@version.") var on: String
        @Option(help: "The SHA-256 of the files that were measured, as martlet models verify says it.") var digest:
            String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let id = try ModelVersion.ID(text: version)
            let request = ReportEvaluation(
                model: id.name, version: "\(id.version)", metric: metric, value: value, on: try TableReference(on),
                artifactDigest: digest)
            try show([try await connection.withClient { try await $0.send(request) }], asJSON: connection.json)
        }
    }

    struct RecordTests: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record how a version's own tests went, for gates that ask for them.",
            discussion: """
                Exit codes: 0 recorded, and none failed; 1 recorded, and some failed.

                Example: martlet models record-tests flight-delay/3 --suite unit --passed 42 --failed 0
                """)
        @Argument(help: "The version, as name/version.") var version: String
        @Option(help: "The name of the suite.") var suite: String
        @Option(help: "How many tests passed.") var passed: Int64
        @Option(help: "How many failed.") var failed: Int64
        @Option(help: "The SHA-256 of the files that were tested. Default: those that the version has.")
        var digest: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let id = try ModelVersion.ID(text: version)
            let recorded = try await connection.withClient { client in
                let own = try await client.send(FindModelVersion(ModelURI(name: id.name, .version(id.version)))).sha256
                return try await client.send(
                    MartletAPI.RecordTests(
                        TestResult(
                            version: id, suite: suite, passed: passed, failed: failed, artifactDigest: digest ?? own)))
            }
            if connection.json {
                try printJSON(recorded)
            } else {
                print("\(version): \(recorded.passed) of \(suite) passed, \(recorded.failed) failed")
            }
            if recorded.failed > 0 { throw ExitCode(1) }
        }
    }

    struct TrainingDrift: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Compare what a version was trained on with the monitoring plan's reference, for gates that ask for it.",
            discussion: "Example: martlet models training-drift flight-delay/3")
        @Argument(help: "The version, as name/version.") var version: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let id = try ModelVersion.ID(text: version)
            let request = CompareTraining(model: id.name, version: "\(id.version)")
            let drift = try await connection.withClient { try await $0.send(request) }
            if connection.json { return try printJSON(drift) }
            print(
                "\(drift.training) against \(drift.reference): \(fixed(drift.share)) of the columns have drifted"
                    + (drift.driftedColumns.isEmpty ? "" : ": " + drift.driftedColumns.joined(separator: ", ")))
        }
    }
}

private func show(_ evaluations: [Evaluation], asJSON: Bool) throws {
    if asJSON { return try printJSON(evaluations) }
    printTable(["METRIC", "VALUE", "ON"], evaluations.map { [$0.metric, fixed($0.value), "\($0.table)"] })
}
