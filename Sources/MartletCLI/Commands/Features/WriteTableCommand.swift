import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct WriteTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write", abstract: "Write rows into a feature table as its next version: all of them, or none.",
        discussion: """
            merge: a row whose key is there takes its place, any other is added. Of a table without times, columns that \
            the rows lack keep their values. overwrite: the rows take the place of all. New columns become features. Rows \
            with a null in the key, or with another's key, are refused by their numbers.

            Example: martlet features write risk.vendors march.parquet
            """)

    @Argument(help: "The feature table.") var table: String
    @Argument(help: "A file with the rows: .csv, .csv.gz, .parquet or .jsonl.") var file: String?
    @OptionGroup var rows: FeatureRowsOptions
    @Option(help: "merge or overwrite.") var mode = FeatureWriteMode.merge
    @Option(help: "The tracking run that made the rows.") var runID: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let name = try TableName(table)
        let summary = try await connection.withClient { client in
            guard let source = try await rows.source(file, client) else {
                throw ValidationError("Say where the rows come from: FILE, --from-table or --sql.")
            }
            return try await client.send(WriteFeatureTable(table: name, rows: source, mode: mode, runID: runID))
        }
        if connection.json { return try printJSON(summary) }
        print("Wrote \(summary.written?.rowCount ?? 0) rows: \(summary.reference) has \(summary.rows)")
    }
}
