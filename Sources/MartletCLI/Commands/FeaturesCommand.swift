import ArgumentParser
import Foundation
import Martlet
import MartletAPI

struct FeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Features declared once, the same in training, scoring and replay.",
        subcommands: [
            Apply.self, TrainingSetsCommand.self, LintFeaturesCommand.self, Replay.self, ViewsCommand.self,
            CreateTableCommand.self,
            WriteTableCommand.self, ReadTableCommand.self, ListTablesCommand.self, ShowTableCommand.self,
            RegisterTableCommand.self, DropTableCommand.self, TagTableCommand.self, ServeFeaturesCommand.self,
            PushFeaturesCommand.self, RejectedPushesCommand.self, GetFeaturesCommand.self,
            MaterializeFeaturesCommand.self,
            VerifyFeaturesCommand.self, RecomputeFeaturesCommand.self, FeatureChecksCommand.self,
            PackFeaturesCommand.self, ScoreRowsCommand.self,
        ])

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a file of feature views on record, known from then on by the hash of what it means.",
            discussion: "Example: martlet features apply Examples/flights/features.yaml --name flights")

        @Argument(help: "The file, YAML or SQL (CREATE FEATURE VIEW …).") var file: String
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
}
