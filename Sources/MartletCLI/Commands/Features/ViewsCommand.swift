import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct ViewsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "views", abstract: "Feature views on record: their plans, and what uses them.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List feature views, every version.")

        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let views = try await connection.withClient { try await $0.send(ListFeatureViews()).views }
            if connection.json { return try printJSON(views) }
            printTable(
                ["VIEW", "VERSION", "PLAN", "TABLE", "FEATURES", "MODELS"],
                views.map { record in
                    [
                        record.view.name, "\(record.view.version)", String(record.hash.prefix(12)),
                        record.view.source?.table ?? "",
                        record.view.features.filter { !$0.isHidden }.map(\.name).joined(separator: ", "),
                        record.models.map { "\($0.name)/\($0.version)" }.joined(separator: ", "),
                    ]
                })
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a feature view's plan and what uses it.")

        @Argument(help: "The view's name.") var name: String
        @Option(help: "Its version. Default: the newest.") var version: Int64?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let record = try await connection.withClient {
                try await $0.send(ShowFeatureView(name: name, version: version))
            }
            if connection.json { return try printJSON(record) }
            let source = record.view.source
            printFacts([
                ("view", "\(record.view.name) version \(record.view.version)"), ("plan", record.hash),
                ("table", source?.table), ("entity", source?.entity.joined(separator: ", ")),
                ("event time", source?.eventTime), ("available at", source?.availableAt),
                ("joined by", record.view.join.joined(separator: ", ")),
                ("put on record by", "\(record.createdBy), \(formatted(milliseconds: record.createdAt))"),
                ("feature sets", record.featureSets.joined(separator: ", ")),
                ("training sets", record.trainingSets.map(\.description).joined(separator: ", ")),
                ("models", record.models.map { "\($0.name)/\($0.version) (\($0.stage))" }.joined(separator: ", ")),
            ])
            print(harmlessLines(record.view.inWords))
            printTable(
                ["FEATURE", "KIND", "OF"],
                record.view.features.map { feature in
                    [
                        feature.name, feature.definition.kind,
                        (feature.definition.sourceColumns + feature.definition.inputs).joined(separator: ", "),
                    ]
                })
        }
    }
}
