import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

extension DataCommand {
    struct BranchCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "branch",
            abstract: "Branches of a table: work beside main, then make main what the branch is.",
            discussion: "Other commands work on a branch with --branch NAME, or by the name schema.table:branch.",
            subcommands: [Create.self, List.self, FastForward.self, Delete.self])

        struct Create: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract:
                    "Create a branch that begins as the table is, or was at a version. Files are shared, not copied.")

            @Argument(help: "The table, as schema.table.") var table: String
            @Argument(help: "The branch's name.") var name: String
            @Option(help: "The version to begin with. Default: the newest.") var version: Int64?
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let branch = try TableName(table).on(branch: name)
                let made = try await connection.withClient {
                    try await $0.send(CreateBranch(branch: branch, version: version))
                }
                if connection.json { return try printJSON(made) }
                print("Created \(made.table) of \(made.table.main)@\(made.base): \(made.rows) rows")
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List a table's branches.")

            @Argument(help: "The table, as schema.table.") var table: String
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let name = try TableName(table)
                let branches = try await connection.withClient { try await $0.send(ListBranches(table: name)).branches }
                if connection.json { return try printJSON(branches) }
                printTable(
                    ["BRANCH", "VERSION", "ROWS", "BASE", "MAIN", "CREATED", "BY"],
                    branches.map { branch in
                        [
                            branch.table.branch ?? "", "\(branch.version)", "\(branch.rows)", "\(branch.base)",
                            branch.mainVersion == branch.base ? "not moved" : "moved to \(branch.mainVersion)",
                            formatted(milliseconds: branch.createdAt), branch.createdBy,
                        ]
                    })
            }
        }

        struct FastForward: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Make main what the branch is now, as one version; refused when main has moved.")

            @Argument(help: "The table, as schema.table.") var table: String
            @Argument(help: "The branch's name.") var name: String
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let branch = try TableName(table).on(branch: name)
                let version = try await connection.withClient { try await $0.send(FastForwardBranch(branch: branch)) }
                if connection.json { return try printJSON(version) }
                print("\(version.table) is what \(branch) is")
            }
        }

        struct Delete: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Delete a branch with its versions; refused when something was computed from it.")

            @Argument(help: "The table, as schema.table.") var table: String
            @Argument(help: "The branch's name.") var name: String
            @Flag(name: .customLong("yes"), help: "Do not ask.") var isSure = false
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let branch = try TableName(table).on(branch: name)
                try confirm("Delete the branch \(branch) with all its versions?", isSure: isSure)
                _ = try await connection.withClient { try await $0.send(DeleteBranch(branch: branch)) }
                if !connection.json { print("Deleted \(branch)") }
            }
        }
    }
}
