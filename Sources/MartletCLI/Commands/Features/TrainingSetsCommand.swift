import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

struct TrainingSetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training-set", abstract: "Make training sets, show how they were made, compute them again.",
        subcommands: [FeaturesCommand.BuildSet.self, Show.self, List.self],
        defaultSubcommand: FeaturesCommand.BuildSet.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how a training set was made; with --check, compute it again and compare to the last bit.",
            discussion: "Exit codes: 0 nothing has changed, 1 something has.")

        @Argument(help: "The training set, as schema.table or schema.table@version.") var table: String
        @Flag(help: "Compute it again out of the versions that it was made of, and compare.") var check = false
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let (name, version) = try versioned(table)
            let shown = try await connection.withClient {
                try await $0.send(ShowTrainingSet(table: name, version: version, check: check))
            }
            let differences = (shown.check?.stored ?? []) + (shown.check?.recomputed ?? [])
            if connection.json {
                try printJSON(shown)
            } else {
                show(shown.record)
                if let check = shown.check {
                    for difference in check.stored { print("stored: \(harmless(difference))") }
                    for difference in check.recomputed { print("computed again: \(harmless(difference))") }
                    if differences.isEmpty {
                        print("Computed again: the same \(shown.record.content.rowCount) rows, bit by bit")
                    }
                }
            }
            if !differences.isEmpty { throw ExitCode(1) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List training sets that were made by a declaration.")

        @Argument(help: "Only versions of this table.") var table: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try table.map { try TableName($0) }
            let sets = try await connection.withClient { try await $0.send(ListTrainingSets(table: name)).trainingSets }
            if connection.json { return try printJSON(sets) }
            printTable(
                ["TRAINING SET", "ROWS", "PLAN", "CONTENT", "WHEN", "WHO"],
                sets.map {
                    [
                        $0.table.description, "\($0.content.rowCount)", String($0.planHash.prefix(12)),
                        String($0.content.hash.prefix(12)), formatted(milliseconds: $0.createdAt), $0.createdBy,
                    ]
                })
        }
    }
}

/// A table with or without its version: `schema.table@3`.
func versioned(_ text: String) throws -> (name: TableName, version: Int64?) {
    guard text.contains("@") else { return (try TableName(text), nil) }
    let reference = try TableReference(text)
    return (reference.name, reference.version)
}

/// How a training set was made, for people.
func show(_ record: TrainingSetRecord) {
    printFacts([
        ("training set", record.table.description), ("rows", "\(record.content.rowCount)"),
        ("plan", record.planHash), ("content", record.content.hash), ("spine", record.spine.description),
        (
            "sources",
            record.sources.sorted { $0.key < $1.key }.map { name, table in
                name == table.name.description ? "\(table)" : "\(name) = \(table)"
            }.joined(separator: ", ")
        ),
        ("views", record.views.map { "\($0.name)@\($0.version) \($0.hash.prefix(12))" }.joined(separator: ", ")),
        ("label", record.label.joined(separator: ", ")), ("excluded", record.excluded.joined(separator: ", ")),
        ("made by", "\(record.createdBy), \(formatted(milliseconds: record.createdAt))"),
    ])
    for warning in record.warnings { notice("warning: \(harmless(warning))") }
    printTable(
        ["COLUMN", "TYPE", "CONTENT"],
        record.content.columns.map { [$0.name, $0.type.description, String($0.hash.prefix(12))] })
}
