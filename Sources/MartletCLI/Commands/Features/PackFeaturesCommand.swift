import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

struct PackFeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Write what a model needs to be scored into its folder: lookups, views, their hashes.",
        discussion: """
            Writes martlet_features.json, by which Martlet looks features up for the model, and feature_spec.yaml, which says \
            the same to other tools. Do so before the folder is registered: registering seals it.

            Example: martlet features pack risk.training --into ./model
            """)

    @Argument(help: "The training set, as schema.table or schema.table@version.") var table: String
    @Option(help: "The model's folder.") var into: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let (name, version) = try versioned(table)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: into, isDirectory: &isFolder), isFolder.boolValue else {
            throw InvalidRequest("There is no folder \(into) to write into.")
        }
        let folder = URL(fileURLWithPath: into, isDirectory: true)
        let packed = try await connection.withClient { client in
            try await client.packFeatures(name, version: version, into: folder)
        }
        if connection.json { return try printJSON(packed) }
        print(
            "Packed \(packed.inputs.count) inputs of \(packed.trainingSet) into \(harmless(into)): plan \(packed.planHash)"
        )
    }
}
