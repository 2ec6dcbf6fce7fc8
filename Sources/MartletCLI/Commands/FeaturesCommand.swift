import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

struct FeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Features declared once, the same in training, scoring and replay.",
        subcommands: [
            Apply.self, BuildSet.self, ServeFeaturesCommand.self, PushFeaturesCommand.self, GetFeaturesCommand.self,
            MaterializeFeaturesCommand.self, VerifyFeaturesCommand.self, RecomputeFeaturesCommand.self,
            FeatureChecksCommand.self,
        ])

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a file of feature views on record, known from then on by the hash of what it means.",
            discussion: "Example: martlet features apply Examples/flights/features.yaml --name flights")

        @Argument(help: "The YAML file.") var file: String
        @Option(help: "The feature set's name. Default: the file's.") var name: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let definition = try textFile(file)
            let name = name ?? URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
            let set = try await connection.withClient { client in
                try await client.send(ApplyFeatures(name: name, definition: definition))
            }
            if connection.json { return try printJSON(set) }
            print("Feature set \(set.name): \(set.hash)")
        }
    }

    struct BuildSet: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "training-set",
            abstract: "Join to each row what its features were at that row's time, and keep the result as a table.",
            discussion: """
                One row in, one row out. Outcomes that became known after --known-at are left out.

                Example: martlet features training-set flights.training --features flights --spine flights.flights --key \
                flight_id --time departure --keep dep_delay --label late --label-known-at landed_at --from 2013-01-01 --to \
                2013-07-01
                """)

        @Argument(help: "The table to write.") var table: String
        @Option(help: "The feature set's name or hash.") var features: String
        @Option(help: "The table whose rows are wanted.") var spine: String
        @Option(help: "A column that names a row. May be given again.") var key: [String]
        @Option(help: "The column with the instant as of which features are computed.") var time: String
        @Option(help: "A column of the rows to keep as a feature. May be given again.") var keep: [String] = []
        @Option(help: "The column with the outcome.") var label: String
        @Option(help: "The column with the instant at which the outcome became known.") var labelKnownAt: String?
        @Option(help: "The first moment, as 2013-01-01 or with a time (UTC).") var from: String
        @Option(help: "The moment after the last.") var to: String
        @Option(help: "Leave out outcomes that became known later. Default: the end of the span.") var knownAt: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let recipe = FeatureRecipe(
                featureSet: features, spine: try TableName(spine), key: key, time: time, spineColumns: keep,
                label: label,
                labelAvailableAt: labelKnownAt)
            let end = try Instant(to)
            let request = BuildTrainingSet(
                table: try TableName(table), recipe: recipe, from: try Instant(from), to: end,
                knownAt: try knownAt.map { try Instant($0) } ?? end)
            let summary = try await connection.withClient { try await $0.send(request) }
            if connection.json { return try printJSON(summary) }
            print("Computed \(summary.reference): \(summary.rows) rows, \(summary.columns.count) columns")
        }
    }
}
