import MartletDomain
import QueryEngine

/// How the columns of data files are found.
///
/// Source: delta-io/delta, PROTOCOL.md, "Reader Requirements for Column Mapping".
enum ColumnMapping: String {
    /// By the column's own name.
    case unmapped = "none"
    /// By its physical name.
    case name
    /// By the number that each Parquet column has.
    case id

    /// - Throws: ``DeltaError/malformedLog(table:entry:line:reason:)`` for a mode that there is not.
    init(_ metadata: TableMetadata, _ versions: ProtocolVersions, table: String) throws(DeltaError) {
        self = .unmapped
        guard versions.asksReaders(TableFeature.columnMapping),
            let word = metadata.configuration?["delta.columnMapping.mode"] ?? nil
        else { return }
        guard let mode = ColumnMapping(rawValue: word) else {
            let reason = "has the column mapping mode '\(word)', which is none of none, name and id"
            throw .malformedLog(table: table, entry: "metaData", line: nil, reason: reason)
        }
        self = mode
    }
}

/// One column: as the table shows it, and as its files have it.
struct TableColumn: Sendable, Equatable {
    var field: TableSchema.Field
    /// Its name in data files, partition values and statistics.
    var physicalName: String
    /// The number of the Parquet column; nil unless files are read by it.
    var fieldID: Int32?
    /// Whether files hold readings of a clock that says no time zone.
    var hasLocalTime = false

    /// The type that files are read as.
    var storedType: String { hasLocalTime ? "TIMESTAMP" : field.type.sqlName }

    /// The value of the column, of the column of files that `physicalName` names.
    var sql: String {
        let stored = quotedIdentifier(physicalName)
        let value = hasLocalTime ? "CAST(\(stored) AS TIMESTAMP) AT TIME ZONE 'UTC'" : stored
        return "CAST(\(value) AS \(field.type.sqlName)) AS \(quotedIdentifier(field.name))"
    }
}
