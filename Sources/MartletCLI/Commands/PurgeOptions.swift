import ArgumentParser
import Martlet
import MartletAPI
import TerminalText

/// What commands that remove for good are told.
struct PurgeOptions: ParsableArguments {
    @Option(help: "Only what was deleted at least so long ago, as 30d or 2d8h5m20s.") var olderThan: String?
    @Flag(help: "Say what would be removed, and remove nothing.") var dryRun = false
    @Flag(help: "Do not ask.") var yes = false

    /// Asks a person, sends the request, and prints what is gone and what stays.
    func purge<Request: MartletRequest>(
        _ request: Request, _ question: String, _ connection: ConnectionOptions
    ) async throws where Request.Response == Purged {
        try confirm(question, isSure: yes || dryRun)
        let answer = try await connection.withClient { try await $0.send(request) }
        if connection.json { return try printJSON(answer) }
        for id in answer.purged { print(harmless("\(dryRun ? "would be removed" : "removed"): \(id)")) }
        for kept in answer.kept { print(harmlessLines("stays: \(kept.id) (\(kept.reason))")) }
        if answer.purged.isEmpty && answer.kept.isEmpty { print("Nothing deleted is there to be removed.") }
    }
}

extension ExperimentsCommand {
    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Remove deleted experiments for good, with their runs, models and files; their names are free then.",
            discussion: """
                With none named: all that are deleted. What a registered model version came from stays, and so do sealed files.

                Example: martlet experiments purge old-trials --yes
                """)
        @Argument(help: "Ids or names of deleted experiments.") var experiments: [String] = []
        @OptionGroup var options: PurgeOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            // A number means an id before it means a name, as everywhere.
            let ids = experiments.filter { Int64($0) != nil }
            let names = experiments.filter { Int64($0) == nil }
            try await options.purge(
                PurgeExperiments(
                    experimentIDs: ids.isEmpty ? nil : ids, names: names.isEmpty ? nil : names,
                    olderThan: options.olderThan, isDryRun: options.dryRun),
                "Remove \(experiments.isEmpty ? "all deleted experiments" : experiments.joined(separator: ", ")) for good?",
                connection)
        }
    }
}

extension RunsCommand {
    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove deleted runs for good, with their files.",
            discussion: """
                Without an id: all that are deleted. A run that a registered model version came from stays.

                Example: martlet runs purge --older-than 30d --yes
                """)
        @Argument(help: "Ids of deleted runs.") var runs: [String] = []
        @OptionGroup var options: PurgeOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await options.purge(
                PurgeRuns(
                    runIDs: runs.isEmpty ? nil : runs, olderThan: options.olderThan, isDryRun: options.dryRun),
                "Remove \(runs.isEmpty ? "all deleted runs" : "\(runs.count) runs") for good?", connection)
        }
    }
}
