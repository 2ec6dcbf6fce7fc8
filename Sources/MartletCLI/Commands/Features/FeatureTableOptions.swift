import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

/// What a feature table is, as options.
struct FeatureTableOptions: ParsableArguments {
    @Argument(help: "The table, as catalog.schema.table; schema.table means main.schema.table.") var table: String
    @Option(
        name: .customLong("key"),
        help: "A column that says what a row is about. May be given again; lookups pair with them in this order.")
    var keys: [String] = []
    @Option(name: .customLong("time-key"), help: "The column with the time at which a row came to hold.")
    var timeKeys: [String] = []
    @Option(help: "The column that tells rows of one key and time apart; the greater value wins.")
    var tieBreak: String?
    @Option(help: "The column with the time at which a row became known.") var availableAt: String?
    @Option(name: .customLong("partition-by"), help: "A column that the files are parted by. May be given again.")
    var partitionColumns: [String] = []
    @Option(help: "What the table is for.") var description: String?
    @Option(
        name: .customLong("tag"), help: ArgumentHelp("A tag. May be given again.", valueName: "key=value"))
    var tags: [String] = []

    func declaration(columns: [ColumnDeclaration]? = nil) throws -> FeatureTableDeclaration {
        FeatureTableDeclaration(
            name: table, primaryKeys: keys, timeKeys: timeKeys, tieBreak: tieBreak, availableAt: availableAt,
            partitionColumns: partitionColumns, columns: columns, description: description,
            tags: try keyedTexts(tags).reduce(into: [:]) { $0[$1.key] = $1.value })
    }
}

/// Rows, as options: a file, a table, or SQL over tables.
struct FeatureRowsOptions: ParsableArguments {
    @Option(
        name: .customLong("from-table"), help: "Take the rows of a table, as schema.table or schema.table@version.")
    var fromTable: String?
    @Option(name: .customLong("sql"), help: "Take the rows that the SELECT in this file gives.") var sqlFile: String?
    @Option(
        name: .customLong("from"),
        help: ArgumentHelp(
            "A table that the SQL reads, by the name it uses for it. May be given again.", valueName: "name=table"))
    var inputs: [String] = []

    /// - Parameter file: The file whose rows are meant, sent when there is one.
    func source(_ file: String?, _ client: Client) async throws -> FeatureRowsSource? {
        guard [file, fromTable, sqlFile].compactMap({ $0 }).count <= 1 else {
            throw ValidationError("Rows come from one place: FILE, --from-table or --sql.")
        }
        if let file {
            let url = URL(fileURLWithPath: file)
            guard FileManager.default.isReadableFile(atPath: url.path) else {
                throw DatasetError.unreadableFile(file, reason: "the file is not there, or may not be read")
            }
            let bar = ProgressBar("Sending \(url.lastPathComponent)", unit: "B")
            let upload = try await client.upload(url) { bar.update($0, of: $1) }
            bar.finish()
            return .upload(upload.upload, fileName: url.lastPathComponent)
        }
        if let fromTable {
            guard fromTable.contains("@") else { return .table(try TableName(fromTable)) }
            let reference = try TableReference(fromTable)
            return .table(reference.name, version: reference.version)
        }
        guard let sqlFile else { return nil }
        let tables = try inputs.map { text -> (String, TableName) in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ValidationError("--from takes NAME=TABLE, not '\(text)'.") }
            return (parts[0], try TableName(parts[1]))
        }
        return .query(try textFile(sqlFile), inputs: Dictionary(tables) { _, last in last })
    }
}

/// What a feature table is, for people.
func show(_ summary: FeatureTableSummary) {
    let (table, keys) = (summary.table, summary.table.keys)
    printFacts([
        ("table", "\(table.name)@\(summary.version)"), ("rows", "\(summary.rows)"), ("id", table.id),
        ("primary key", keys.primaryKeys.joined(separator: ", ")), ("time key", keys.timeKey),
        ("tie break", keys.tieBreak), ("available at", keys.availableAt),
        ("partitioned by", keys.partitionColumns.joined(separator: ", ")),
        ("description", table.description),
        ("tags", table.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")),
        ("data sources", table.dataSources.map { "\($0.kind.rawValue):\($0.source)" }.joined(separator: ", ")),
        ("\(table.origin.rawValue) by", "\(table.createdBy), \(formatted(milliseconds: table.createdAt))"),
        ("folder", summary.path),
    ])
    let features = Set(summary.features)
    printTable(
        ["COLUMN", "TYPE", "ROLE"],
        summary.columns.map { column in
            [
                column.name, column.type.description,
                features.contains(column.name) ? "feature" : role(column.name, keys),
            ]
        })
}

private func role(_ column: String, _ keys: FeatureTableKeys) -> String {
    switch column {
    case keys.timeKey: "time key"
    case keys.tieBreak: "tie break"
    case keys.availableAt: "available at"
    default: "key"
    }
}
