import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

extension ModelsCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a registered model with its versions, stages and aliases, or one version.",
            discussion: "Example: martlet models show flight-delay/Production")
        @Argument(help: "The model by its name, or a version, as flight-delay/3.") var model: String
        @OptionGroup var connection: ConnectionOptions

        private struct Shown: Encodable {
            var registered_model: MLflowRegistry.RegisteredModel
            /// The newest 20.
            var versions: [MLflowRegistry.ModelVersion]
        }

        func run() async throws {
            try await connection.withClient { client in
                if model.contains("/") { return try await show(ModelURI(argument: model), client) }
                do {
                    let newest = try await client.versions(of: model, limit: 20)
                    try show(try await client.registeredModel(model), newest.elements, hasMore: newest.hasMore)
                } catch ClientError.refused(.resourceDoesNotExist, _) where model.contains("@") {
                    // A name may have an @ in it, so a model of that name comes first.
                    try await show(ModelURI(argument: model), client)
                }
            }
        }

        private func show(
            _ found: MLflowRegistry.RegisteredModel, _ versions: [MLflowRegistry.ModelVersion], hasMore: Bool
        ) throws {
            if connection.json {
                return try printJSON(
                    Shown(registered_model: found, versions: versions.map { $0.named(by: found.aliases) }))
            }
            printFacts([
                ("Model", found.name), ("About", found.description),
                ("Created", formatted(milliseconds: found.creation_timestamp)),
                ("Changed", formatted(milliseconds: found.last_updated_timestamp)),
            ])
            printTags(found.tags)
            guard !versions.isEmpty else { return print("\nNo versions yet.") }
            print("")
            printTable(versionTable(versions, found.aliases))
            if hasMore { print(harmless("… and older ones: martlet models versions \(found.name) --limit 1000")) }
        }

        private func show(_ uri: ModelURI, _ client: Client) async throws {
            let version = try await client.modelVersion(at: uri)
            if connection.json { return try printJSON(version) }
            printFacts([
                ("Version", "\(version.name)/\(version.version)"), ("About", version.description),
                ("Stage", version.current_stage),
                ("Aliases", (version.aliases ?? []).map { "@\($0)" }.joined(separator: " ")),
                ("Status", version.status), ("Run", version.run_id), ("Source", version.source),
                ("Created", formatted(milliseconds: version.creation_timestamp)),
                ("Changed", formatted(milliseconds: version.last_updated_timestamp)),
            ])
            printTags(version.tags)
            // Another server, MLflow's say, has no word for features.
            let pinned = "models:/\(version.name)/\(version.version)"
            if let features = try? await client.send(ShowPackedFeatures(modelURI: pinned)).features { show(features) }
        }

        private func show(_ features: PackedFeaturesSummary) {
            print("")
            printFacts([
                ("Features", "\(features.inputs.count) inputs: \(features.inputs.joined(separator: ", "))"),
                ("Plan", features.planHash), ("Trained on", features.trainingSet.description),
                ("Rows' hash", features.contentHash),
            ])
            guard !features.views.isEmpty else { return }
            printTable(["VIEW", "VERSION", "HASH"], features.views.map { [$0.name, "\($0.version)", $0.hash] })
        }
    }

    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare versions by the runs that made them: parameters that differ, and all metrics.",
            discussion: """
                Example: martlet models compare flight-delay/Production flight-delay/Staging
                """)
        @Argument(help: "Two or more versions, as flight-delay/3.") var versions: [String]
        @OptionGroup var options: ComparisonOptions
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            guard (2...100).contains(versions.count) else { throw ValidationError("Name from 2 to 100 versions.") }
        }

        func run() async throws {
            let uris = try versions.map { try ModelURI(argument: $0) }
            let (runs, names) = try await connection.withClient { client in
                var (runs, names): ([MLflowTracking.Run], [String]) = ([], [])
                for uri in uris {
                    let version = try await client.modelVersion(at: uri)
                    let name = "\(version.name)/\(version.version)"
                    guard let run = version.run_id, !run.isEmpty else {
                        throw CommandRefusal.notFound(
                            "\(name) was registered without a run, so there is nothing to compare.")
                    }
                    runs.append(try await client.run(run))
                    names.append(name)
                }
                return (runs, names)
            }
            try options.show(runs, named: names, connection)
        }
    }
}
