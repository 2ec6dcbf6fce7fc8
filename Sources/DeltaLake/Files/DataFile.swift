import Foundation
import MartletDomain
import QueryEngine

/// A Parquet file that a commit is about to add.
struct DataFile {
    var path: String
    var name: String
    var bytes: Int64
    var statistics: FileStatistics

    /// Writes the rows of `sql` in their order into a new file of the table's folder and waits until the disk has it.
    ///
    /// It is complete before it has its name; what is left of one that failed begins with a point and belongs to
    /// no table.
    /// - Returns: Nil when there are no rows.
    static func write(
        _ sql: String, _ parameters: [QueryValue], _ schema: TableSchema, in log: LogFolder, _ session: any QuerySession
    ) throws -> DataFile? {
        let unique = UUID().uuidString.lowercased()
        let temporary = "\(log.root)/.tmp-\(unique).parquet"
        do {
            try session.execute(
                "COPY (\(sql)\n) TO \(quotedLiteral(temporary)) "
                    + "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, USE_TMP_FILE false)", parameters)
            let statistics = try FileStatistics(of: temporary, schema, session)
            guard statistics.rowCount > 0 else {
                DurableFile.remove(temporary)
                return nil
            }
            try check(statistics, schema, log)
            try DurableFile.syncFile(temporary)
            let name = "part-00000-\(unique)-c000.zstd.parquet"
            let path = "\(log.root)/\(name)"
            try DurableFile.move(temporary, to: path)
            try DurableFile.syncFolder(log.root)
            let bytes = DurableFile.attributes(path)?.bytes ?? 0
            return DataFile(path: path, name: name, bytes: bytes, statistics: statistics)
        } catch {
            DurableFile.remove(temporary)
            throw error
        }
    }

    private static func check(_ statistics: FileStatistics, _ schema: TableSchema, _ log: LogFolder) throws(DeltaError)
    {
        let problems = statistics.nullCounts.compactMap { name, nulls -> String? in
            guard nulls > 0, schema[name]?.nullable == false else { return nil }
            return "column '\(name)' is null in \(nulls) of \(statistics.rowCount) rows, and the table does not allow "
                + "that: select a value for them, or leave them out with WHERE \(quotedIdentifier(name)) IS NOT NULL"
        }
        guard problems.isEmpty else { throw .schemaMismatch(table: log.table, problems: problems) }
    }

    func addition(at milliseconds: Int64) -> JSONText {
        .object([
            (
                "add",
                .object([
                    ("path", .string(name)), ("partitionValues", .object([])), ("size", .integer(bytes)),
                    ("modificationTime", .integer(milliseconds)), ("dataChange", .boolean(true)),
                    ("stats", .string(statistics.text)),
                ])
            )
        ])
    }
}
