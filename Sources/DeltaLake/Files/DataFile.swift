import Foundation
import MartletDomain
import QueryEngine

/// A Parquet file that a commit is about to add.
struct DataFile {
    /// The value of each partition column in all rows of a file, in the order of the columns.
    typealias Partition = [(column: String, value: String?)]

    var path: String
    /// The path as the log has it.
    var name: String
    var bytes: Int64
    var partition: Partition
    var statistics: FileStatistics
    /// What the log says of the file for whoever arranges files.
    var tags: [String: String] = [:]

    /// Writes the rows of `sql` in their order into a new file of the table's folder and waits until the disk has it.
    ///
    /// It is complete before it has its name; what is left of one that failed begins with a point and belongs to
    /// no table.
    /// - Parameters:
    ///   - schema: The columns of `sql`: those of the table that do not partition it.
    ///   - compression: Snappy is what other writers take, too: it is the faster, and Zstandard the smaller.
    /// - Returns: Nil when there are no rows.
    static func write(
        _ sql: String, _ parameters: [QueryValue], _ schema: TableSchema, _ partition: Partition = [],
        in log: LogFolder, _ session: any QuerySession, compression: Compression = .snappy
    ) throws -> DataFile? {
        let unique = UUID().uuidString.lowercased()
        let temporary = "\(log.root)/.tmp-\(unique).parquet"
        do {
            try session.execute(
                "COPY (\(sql)\n) TO \(quotedLiteral(temporary)) "
                    + "(FORMAT parquet, COMPRESSION \(compression.rawValue), ROW_GROUP_SIZE 122880, USE_TMP_FILE false)",
                parameters, writing: temporary)
            let statistics = try FileStatistics(of: temporary, schema, session)
            guard statistics.rowCount > 0 else {
                DurableFile.remove(temporary)
                return nil
            }
            try check(statistics, schema, log)
            try DurableFile.syncFile(temporary)
            let folder = PartitionPath.folder(partition)
            let place = folder.isEmpty ? log.root : log.root + "/" + folder
            try DurableFile.makeFolder(place)
            let name = "part-00000-\(unique)\(mark).\(compression.rawValue).parquet"
            let path = "\(place)/\(name)"
            try DurableFile.move(temporary, to: path)
            try DurableFile.syncFolder(place)
            let bytes = DurableFile.attributes(path)?.bytes ?? 0
            let logged = PartitionPath.uri(folder.isEmpty ? name : folder + "/" + name)
            return DataFile(path: path, name: logged, bytes: bytes, partition: partition, statistics: statistics)
        } catch {
            DurableFile.remove(temporary)
            throw error
        }
    }

    /// In the names of our files, so that what a killed writer left is told from files of other programs.
    private static let mark = "-m000"

    /// Whether a file of that name was written by us.
    static func isOurs(_ name: String) -> Bool {
        name.hasPrefix("part-") && Compression.allCases.contains { name.hasSuffix("\(mark).\($0.rawValue).parquet") }
    }

    enum Compression: String, CaseIterable { case snappy, zstd }

    private static func check(_ statistics: FileStatistics, _ schema: TableSchema, _ log: LogFolder) throws(DeltaError)
    {
        let problems = statistics.nullCounts.compactMap { name, nulls -> String? in
            guard nulls > 0, schema[name]?.nullable == false else { return nil }
            return "column '\(name)' is null in \(nulls) of \(statistics.rowCount) rows, and the table does not allow "
                + "that: select a value for them, or leave them out with WHERE \(quotedIdentifier(name)) IS NOT NULL"
        }
        guard problems.isEmpty else { throw .schemaMismatch(table: log.table, problems: problems) }
    }

    /// - Parameter dataChange: False when the same rows were in other files of the table before.
    func addition(at milliseconds: Int64, dataChange: Bool) -> JSONText {
        var members: [(String, JSONText)] = [
            ("path", .string(name)), ("partitionValues", .object(partition.map { ($0.column, .optional($0.value)) })),
            ("size", .integer(bytes)), ("modificationTime", .integer(milliseconds)),
            ("dataChange", .boolean(dataChange)), ("stats", .string(statistics.text)),
        ]
        if !tags.isEmpty { members.append(("tags", .strings(tags))) }
        return .object([("add", .object(members))])
    }
}
