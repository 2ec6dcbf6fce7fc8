import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

struct CreateTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a feature table, of declared columns or of its first rows.",
        discussion: """
            Keys, time key and tie break allow no nulls, and together tell every row from every other. A table that is \
            there and is what is asked for is given back.

            Example: martlet features create risk.vendors vendors.parquet --key uei --time-key as_of --available-at \
            loaded_at
            Example: martlet features create risk.vendors --key uei --column uei:string --column rating:double
            """)

    @OptionGroup var options: FeatureTableOptions
    @Argument(help: "A file with the first rows: .csv, .csv.gz, .parquet or .jsonl.") var file: String?
    @Option(
        name: .customLong("column"),
        help: ArgumentHelp("A column and its type. May be given again.", valueName: "name:type"))
    var columns: [String] = []
    @OptionGroup var rows: FeatureRowsOptions
    @Option(help: "The tracking run that made the rows.") var runID: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let declared = try columns.map { text -> ColumnDeclaration in
            guard let colon = text.lastIndex(of: ":") else {
                throw ValidationError("--column takes NAME:TYPE, not '\(text)'.")
            }
            return ColumnDeclaration(String(text[..<colon]), String(text[text.index(after: colon)...]))
        }
        let declaration = try options.declaration(columns: declared.isEmpty ? nil : declared)
        let summary = try await connection.withClient { client in
            let source = try await rows.source(file, client)
            return try await client.send(CreateFeatureTable(declaration, rows: source, runID: runID))
        }
        if connection.json { return try printJSON(summary) }
        show(summary)
    }
}
