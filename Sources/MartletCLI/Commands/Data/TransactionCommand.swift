import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

extension DataCommand {
    struct TransactionCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "transaction",
            abstract: "Change a table by several files at once: begin, add files, commit or abort.",
            subcommands: [Begin.self, Add.self, Commit.self, Abort.self, List.self])

        struct Begin: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Open a transaction and print its id.")

            @Argument(help: "The table, as schema.table.") var table: String
            @Option(help: "SNAPSHOT, APPEND, UPDATE or DELETE.") var type: DatasetTransaction.Kind
            @Option(name: .customLong("key"), help: "The columns that tell rows apart, with commas between them.")
            var key: String?
            @Option(name: .customLong("where"), help: "For DELETE: the condition.") var predicate: String?
            @Option(name: .customLong("from"), help: "A version that the rows were computed from, as schema.table@3.")
            var inputs: [String] = []
            @Option(help: "The tracking run that does it.") var runID: String?
            @OptionGroup var branch: BranchOption
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let name = try branch.table(table)
                let inputs = try inputs.map { try TableReference($0) }
                let transaction = try await connection.withClient {
                    try await $0.beginTransaction(
                        type, on: name, keys: names(key), predicate: predicate, runID: runID, inputs: inputs)
                }
                if connection.json { return try printJSON(transaction) }
                print(transaction.id)
            }
        }

        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Put files into an open transaction, each of them whole or not at all.")

            @Argument(help: "The transaction's id.") var id: String
            @Argument(help: "Files: .csv, .csv.gz, .parquet or .jsonl.") var files: [String]
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let urls = try files.map { try readableFile($0) }
                let transaction = try await connection.withClient { client in
                    var transaction: DatasetTransaction?
                    for url in urls {
                        let bar = ProgressBar("Adding \(url.lastPathComponent)", unit: "B")
                        transaction = try await client.addFile(url, to: id) { bar.update($0, of: $1) }
                        bar.finish()
                    }
                    return transaction
                }
                guard let transaction else { return }
                if connection.json { return try printJSON(transaction) }
                let rows = transaction.files.reduce(Int64(0)) { $0 + $1.rows }
                print("Transaction \(transaction.id) holds \(rows) rows of \(transaction.files.count) files")
            }
        }

        struct Commit: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Commit a transaction as the table's next version. May be asked again.")

            @Argument(help: "The transaction's id.") var id: String
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let version = try await connection.withClient { try await $0.commitTransaction(id) }
                if connection.json { return try printJSON(version) }
                print("Committed \(version.table): \(version.rowCount) rows")
            }
        }

        struct Abort: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Give a transaction up.")

            @Argument(help: "The transaction's id.") var id: String
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let transaction = try await connection.withClient { try await $0.abortTransaction(id) }
                if connection.json { return try printJSON(transaction) }
                print("Aborted \(transaction.id); \(transaction.table) is as it was")
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List open transactions.")

            @Option(help: "Of that table or branch only.") var table: String?
            @Flag(help: "Also those that were committed or aborted.") var all = false
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let name = try table.map { try TableName($0) }
                let found = try await connection.withClient {
                    try await $0.send(ListTransactions(table: name, ended: all)).transactions
                }
                if connection.json { return try printJSON(found) }
                printTable(
                    ["ID", "TABLE", "TYPE", "STATE", "OPENED", "BY", "FILES", "ROWS", "VERSION"],
                    found.map { transaction in
                        [
                            transaction.id, transaction.table.description, transaction.kind.rawValue,
                            transaction.state.rawValue, formatted(milliseconds: transaction.openedAt),
                            transaction.openedBy, "\(transaction.files.count)",
                            "\(transaction.files.reduce(Int64(0)) { $0 + $1.rows })",
                            transaction.version.map { "\($0)" } ?? "",
                        ]
                    })
            }
        }
    }
}
