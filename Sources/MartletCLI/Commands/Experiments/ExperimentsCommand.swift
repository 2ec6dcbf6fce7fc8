import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

struct ExperimentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiments",
        abstract: "Experiments: what runs belong to.",
        discussion: """
            An experiment is meant by its id or its name.

            Example: martlet experiments list --filter "name LIKE 'flights%'"
            """,
        subcommands: [
            List.self, Show.self, Create.self, Rename.self, Tag.self, Delete.self, Restore.self, Purge.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List or search experiments, newest first unless told otherwise.",
            discussion: """
                Filters know name, creation_time, last_update_time and tags.KEY.

                Example: martlet experiments search --filter "tags.team = 'operations'" --order "name ASC"
                """,
            aliases: ["search"])
        @OptionGroup var search: SearchOptions
        @Option(help: "active, deleted or all.") var view = SearchOptions.View.active
        @Option(help: "How many at most.") var limit = 100
        @OptionGroup var connection: ConnectionOptions

        func validate() throws { try requireLimit(limit) }

        func run() async throws {
            let (found, hasMore) = try await connection.withClient {
                try await $0.searchExperiments(
                    matching: search.filter, orderBy: search.order, view: view.type, pageSize: min(limit + 1, 1_000)
                ).first(limit)
            }
            if connection.json {
                try printJSON(found)
            } else {
                printTable(
                    TextTable(
                        [
                            .init("ID", .number), .init("NAME"), .init("STATE", .whole), .init("CREATED", .whole),
                            .init("CHANGED", .whole),
                        ],
                        found.map {
                            [
                                $0.experiment_id, $0.name, $0.lifecycle_stage,
                                formatted(milliseconds: $0.creation_time),
                                formatted(milliseconds: $0.last_update_time),
                            ]
                        }))
            }
            if hasMore { notice("There are more: --limit \(min(limit * 2, longestList))") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an experiment with its tags.",
            discussion: "Example: martlet experiments show flights")
        @Argument(help: "The experiment, by id or name.") var experiment: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let found = try await connection.withClient { try await $0.experiment(namedOrID: experiment) }
            if connection.json { return try printJSON(found) }
            printFacts([
                ("Experiment", found.experiment_id), ("Name", found.name), ("State", found.lifecycle_stage),
                ("Artifacts", found.artifact_location), ("Created", formatted(milliseconds: found.creation_time)),
                ("Changed", formatted(milliseconds: found.last_update_time)),
            ])
            printTags(found.tags)
        }
    }
}

/// Tags below a title; nothing when there are none.
func printTags(_ tags: [MLflowTracking.Tag]?) { printPairs("Tags", tags) }

/// Names and values below a title; nothing when there are none.
func printPairs(_ title: String, _ pairs: [MLflowTracking.Tag]?) {
    guard let pairs, !pairs.isEmpty else { return }
    print("\n\(title)")
    let rows = pairs.map { ["  " + ($0.key ?? ""), $0.value ?? ""] }
    for line in TextTable([.init(""), .init("")], rows).lines(fitting: TerminalScreen.width).dropFirst() { print(line) }
}

/// How much a list shows at most.
let longestList = 1_000_000

func requireLimit(_ limit: Int) throws {
    guard (1...longestList).contains(limit) else {
        throw ValidationError("--limit takes a number from 1 to 1,000,000.")
    }
}
