import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

extension DataCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a table's columns and first rows, at its newest or any version, or as of a time.")

        @Argument(help: "The table, as schema.table.") var table: String
        @Option(help: "The version. Default: the newest.") var version: Int64?
        @Option(help: "The version that was the newest then: 2013-07-01 or 2013-07-01T12:00:00Z.") var asOf: String?
        @Option(help: "How many of the first rows to show.") var rows: Int?
        @OptionGroup var branch: BranchOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try branch.table(table)
            let instant = try asOf.map { try Instant($0) }
            let summary = try await connection.withClient {
                try await $0.send(ShowDataset(table: name, version: version, asOf: instant, rows: rows))
            }
            if connection.json { return try printJSON(summary) }
            print("\(summary.reference): \(summary.rows) rows in \(summary.path)")
            printTable(["COLUMN", "TYPE"], summary.columns.map { [$0.name, $0.type.description] })
            guard let preview = summary.preview else { return }
            print("")
            printTable(
                TextTable(summary.columns.map { .init($0.name) }, preview.map { $0.map { harmless($0 ?? "null") } }))
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show who wrote each version of a table, when, how, and from what.")

        @Argument(help: "The table, as schema.table.") var table: String
        @OptionGroup var branch: BranchOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try branch.table(table)
            let versions = try await connection.withClient { try await $0.send(DatasetHistory(table: name)).versions }
            if connection.json { return try printJSON(versions) }
            printTable(
                ["VERSION", "WHEN", "WHO", "WHAT", "KIND", "ROWS", "RUN", "TRANSACTION", "FROM"],
                versions.map { version in
                    [
                        "\(version.table.version)", formatted(milliseconds: version.writtenAt), version.writtenBy,
                        version.operation.rawValue, version.kind?.rawValue ?? "", "\(version.rowCount)",
                        harmless(version.runID ?? ""), String((version.transaction ?? "").prefix(8)),
                        version.inputs.map(\.description).joined(separator: " "),
                    ]
                })
        }
    }

    struct AsOf: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which version of a table was the newest at a time.")

        @Argument(help: "The table, as schema.table.") var table: String
        @Argument(help: "The time: 2013-07-01 or 2013-07-01T12:00:00Z.") var time: String
        @OptionGroup var branch: BranchOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let (name, instant) = (try branch.table(table), try Instant(time))
            let found = try await connection.withClient {
                try await $0.send(DatasetAsOf(table: name, time: instant))
            }
            if connection.json { return try printJSON(found) }
            print("\(found.table)@\(found.version)")
        }
    }

    struct Lineage: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a table was computed from, and which tables, models and checks used it.")

        @Argument(help: "The table, as schema.table or schema.table@version.") var table: String
        @Option(help: "The version. Default: the newest.") var version: Int64?
        @Option(help: "How many steps to follow each way, 1 to 50.") var depth = 5
        @OptionGroup var branch: BranchOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let reference = table.contains("@") ? try TableReference(table) : nil
            let name = try reference.map { $0.name } ?? branch.table(table)
            let wanted = version ?? reference?.version
            let lineage = try await connection.withClient {
                try await $0.send(ShowLineage(table: name, version: wanted, depth: depth))
            }
            if connection.json { return try printJSON(lineage) }
            print(lineage.table)
            for (title, nodes) in [("computed from", lineage.upstream), ("used by", lineage.downstream)] {
                print("\(title)\(nodes.isEmpty ? ": nothing on record" : "")")
                for line in Self.lines(nodes, "  ") { print(line) }
            }
        }

        private static func lines(_ nodes: [DatasetLineage.Node], _ indent: String) -> [String] {
            nodes.enumerated().flatMap { index, node -> [String] in
                let isLast = index == nodes.count - 1
                var text =
                    node.kind == .table ? node.name : "\(node.kind.rawValue.replacing("_", with: " ")) \(node.name)"
                if let detail = node.detail { text += " (\(detail))" }
                if node.isRepeated { text += " …as above" }
                if node.isCut { text += " …more: --depth" }
                return [indent + (isLast ? "└─ " : "├─ ") + harmless(text)]
                    + lines(node.next, indent + (isLast ? "   " : "│  "))
            }
        }
    }
}
