import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

extension RunsCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all that is known of a run: parameters, metrics, tags, inputs, outputs and files.",
            discussion: "Example: martlet runs show 5d1b2c3e4f5a6b7c8d9e0f1a2b3c4d5e")
        @Argument(help: "The run's id.") var run: String
        @OptionGroup var connection: ConnectionOptions

        private struct Shown: Encodable {
            var run: MLflowTracking.Run
            /// Nil when the files are not in Martlet's store.
            var artifacts: [ArtifactTree.File]?
        }

        func run() async throws {
            let (found, experiment, files) = try await connection.withClient { client in
                let found = try await client.run(run)
                let experiment = try await client.experiment(found.info.experiment_id)
                return (
                    found, experiment,
                    try await ArtifactTree(client.artifacts(at: found.info.artifact_uri), limit: 1_000)
                )
            }
            if connection.json { return try printJSON(Shown(run: found, artifacts: files?.files)) }
            let info = found.info
            let ended = info.end_time.map {
                formatted(milliseconds: $0) + (found.duration.isEmpty ? "" : ", after \(found.duration)")
            }
            printFacts([
                ("Run", info.run_id), ("Name", info.run_name),
                ("Experiment", "\(experiment.experiment_id), \(experiment.name)"), ("Status", found.state),
                ("Started", formatted(milliseconds: info.start_time)), ("Ended", ended), ("User", info.user_id),
                ("Artifacts", info.artifact_uri),
            ])
            printPairs("Parameters", found.data.params)
            printMetrics(found.data.metrics ?? [])
            printTags(found.data.tags)
            printInputs(found)
            printFiles(files)
        }

        private func printMetrics(_ metrics: [MLflowTracking.Metric]) {
            guard !metrics.isEmpty else { return }
            print("\nMetrics")
            printTable(
                TextTable(
                    [.init("  NAME"), .init("LAST", .number), .init("STEP", .number), .init("AT", .whole)],
                    metrics.map { metric in
                        [
                            "  " + (metric.key ?? ""), metric.value.map { shortNumber($0.value) } ?? "",
                            metric.step.map { "\($0.value)" } ?? "",
                            metric.timestamp.map { formatted(milliseconds: $0.value) } ?? "",
                        ]
                    }))
        }

        private func printInputs(_ run: MLflowTracking.Run) {
            let datasets = run.inputs?.dataset_inputs ?? []
            if !datasets.isEmpty {
                print("\nInputs")
                printTable(
                    TextTable(
                        [.init("  DATASET"), .init("DIGEST", .whole), .init("USED FOR"), .init("FROM")],
                        datasets.map { input in
                            [
                                "  " + (input.dataset?.name ?? ""), input.dataset?.digest ?? "",
                                input.tags.value(MartletDomain.Run.datasetContextTag) ?? "",
                                input.dataset?.source_type ?? "",
                            ]
                        }))
            }
            let models =
                (run.inputs?.model_inputs ?? []).map { ["  read", $0.model_id ?? ""] }
                + (run.outputs?.model_outputs ?? []).map { output in
                    ["  made", (output.model_id ?? "") + (output.step.map { " at step \($0.value)" } ?? "")]
                }
            guard !models.isEmpty else { return }
            print("\nModels")
            for line in TextTable([.init(""), .init("")], models).lines().dropFirst() { print(line) }
        }

        private func printFiles(_ files: ArtifactTree?) {
            guard let files else { return print("\nThe files are not in Martlet's store.") }
            guard !files.files.isEmpty else { return }
            print("\nFiles")
            for line in files.lines { print("  " + line) }
            if files.isCut { print("  … and more: martlet runs artifacts list \(run) FOLDER") }
        }
    }
}
