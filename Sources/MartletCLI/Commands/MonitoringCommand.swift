import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct MonitoringCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitoring",
        abstract: "Models in service: the plan on record, and looks at drift and realised quality.",
        subcommands: [Plan.self, Show.self, Check.self])

    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a model's monitoring plan on record: without one, nothing goes to Production.",
            discussion: """
                Example: martlet monitoring plan flight-delay --owner "flight operations" --frequency monthly --reference \
                flights.training@0 --drift-share 0.5 --min-auc 0.78 --retrain on_drift
                """)
        @Argument(help: "The registered model.") var model: String
        @Option(help: "Who answers for it.") var owner: String
        @Option(help: "The group that answers for it when the owner has left.") var ownerGroup: String?
        @Option(help: "daily, weekly, monthly, a duration as P7D, or five fields as cron has them, in UTC.")
        var frequency: MonitoringPlan.Frequency
        @Option(help: "The table of predictions that is looked at, as schema.table.") var table: String?
        @Option(help: "The condition that rows of the table meet.") var filter: String?
        @Option(help: "What normal is: a training set, as schema.table@version.") var reference: String
        @Option(help: "The share of columns from which the data count as drifted.") var driftShare = 0.5
        @Option(help: "Realised AUC below this calls for action.") var minAuc: Double?
        @Option(help: "What sets off a retraining: on_drift, on_performance or manual.")
        var retrain = MonitoringPlan.RetrainingTrigger.manual
        @Option(help: "The job that retrains.") var job: String?
        @Option(
            name: .customLong("column"), parsing: .singleValue,
            help: "A column's test and threshold, as column=psi or column=psi:0.2. May be given again.")
        var columns: [String] = []
        @Option(
            name: .customLong("contact"), parsing: .singleValue,
            help: "Who is told when something is found, or nothing is looked at. May be given again.")
        var contacts: [String] = []
        @Option(help: "The webhook that is told.") var webhook: String?
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            if filter != nil, table == nil { throw ValidationError("--filter needs --table.") }
            _ = try columnTests()
        }

        private func columnTests() throws -> [String: MonitoringPlan.ColumnTest]? {
            guard !columns.isEmpty else { return nil }
            var tests: [String: MonitoringPlan.ColumnTest] = [:]
            for pair in try keyedTexts(
                columns, what: "a column and its test: write dep_delay=psi or dep_delay=psi:0.2"
            ) {
                let parts = pair.value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let threshold = parts.count == 2 ? Double(parts[1]) : nil
                guard let test = parts.first, !test.isEmpty, parts.count == 1 || threshold != nil else {
                    throw ValidationError("'\(pair.value)' is no test: write psi or psi:0.2.")
                }
                tests[pair.key] = .init(String(test), threshold: threshold)
            }
            return tests
        }

        func run() async throws {
            let escalates = !contacts.isEmpty || webhook != nil
            let plan = MonitoringPlan(
                model: model, owner: owner, ownerGroup: ownerGroup, frequency: frequency,
                selection: table.map { .init(table: $0, filter: filter) }, reference: try TableReference(reference),
                thresholds: .init(
                    driftShare: driftShare, minimumAreaUnderROC: minAuc, columns: try columnTests()),
                retrainingTrigger: retrain, retrainingJob: job,
                escalation: escalates ? .init(contacts: contacts, webhook: webhook) : nil)
            let kept = try await connection.withClient { try await $0.setMonitoringPlan(plan) }
            if connection.json { return try printJSON(kept) }
            print(
                "On record: \(kept.model) is looked at \(kept.frequency.rawValue) against \(kept.reference); \(kept.owner) answers for it"
            )
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the plan in force.")
        @Argument(help: "The registered model.") var model: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try printJSON(try await connection.withClient { try await $0.send(GetMonitoringPlan(model: model)) })
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold a span of predictions against the plan's reference and against what came true.",
            discussion: """
                Logs a run with the report; on drift, retrains a candidate if the plan says so.

                Exit codes: 0 no drift; 1 the data have drifted.

                Example: martlet monitoring check flight-delay --predictions flights.predictions --from 2013-08-01 --to \
                2013-09-01 --experiment flights-monitoring
                """)
        @Argument(help: "The registered model.") var model: String
        @Option(help: "The predictions table. Default: the one that the plan selects.") var predictions: String?
        @Option(help: "The first moment, as 2013-08-01 or with a time (UTC).") var from: String
        @Option(help: "The moment after the last.") var to: String
        @Option(help: "Use outcomes as they were known then. Default: now.") var labelsKnownAt: String?
        @Option(help: "The experiment that gets the report.") var experiment: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let request = CheckModel(
                model: model, predictions: try predictions.map { try TableName($0) }, from: try Instant(from),
                to: try Instant(to), labelsKnownAt: try labelsKnownAt.map { try Instant($0) }, experiment: experiment)
            let check = try await connection.withClient { try await $0.send(request) }
            if connection.json { try printJSON(check) } else { show(check) }
            if check.datasetDrift { throw ExitCode(1) }
        }

        private func show(_ check: MonitoringCheck) {
            print(
                "\(check.model)/\(check.modelVersion): \(check.datasetDrift ? "DRIFT" : "no drift"), run \(check.runID)"
            )
            print(
                "\(check.driftedFeatures.count) of \(check.featureCount) columns drifted: \(check.driftedFeatures.joined(separator: ", "))"
            )
            if let auc = check.areaUnderROC {
                print("AUC \(fixed(auc)), F1 \(fixed(check.f1 ?? .nan)) on \(check.labelledRows) outcomes")
            }
            if let run = check.retrainingRunID {
                print("Retrained a candidate in run \(run); it passes no gate by that")
            }
        }
    }
}
