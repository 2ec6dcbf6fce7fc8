import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct DropTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Take a feature table off the record, and its rows out of the newest version.",
        discussion: """
            A table that was registered keeps its rows. The versions before can be read until they are vacuumed, and those \
            that a training set names for as long as it does.
            """)

    @Argument(help: "The feature table.") var table: String
    @Flag(help: "Leave the rows where they are.") var keepRows = false
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let name = try TableName(table)
        let dropped = try await connection.withClient {
            try await $0.send(DropFeatureTable(table: name, keepRows: keepRows))
        }
        if connection.json { return try printJSON(dropped) }
        print("Dropped \(dropped.table.name)" + (dropped.emptied.map { ": \($0) has no rows" } ?? "; its rows stay"))
    }
}
