import Foundation
import MartletDomain
import QueryEngine

/// What a log adds up to, checked against what we can read and write.
struct TableState {
    let log: LogFolder
    var replay: LogReplay
    let metadata: TableMetadata
    let versions: ProtocolVersions
    let schema: TableSchema
    private let invariants: [String]

    /// - Throws: ``DeltaError`` when reading the table right takes more than protocol 1.
    init(_ replay: LogReplay, _ log: LogFolder) throws(DeltaError) {
        let table = log.table
        guard let versions = replay.versions, let metadata = replay.metadata else {
            let reason = "has no \(replay.versions == nil ? "protocol" : "metaData") action, nor have those before it"
            let entry = LogFolder.entryName(replay.version)
            throw .malformedLog(table: table, entry: entry, line: nil, reason: reason)
        }
        guard versions.minReaderVersion <= 1 else { throw .readerVersion(table: table, versions.minReaderVersion) }
        guard metadata.format.provider.lowercased() == "parquet" else {
            throw .fileFormat(table: table, metadata.format.provider)
        }
        (schema, invariants) = try SchemaString.decode(metadata.schemaString, table: table)
        let unknown = metadata.partitionColumns.filter { [schema] name in schema[name] == nil }
        guard unknown.isEmpty, metadata.partitionColumns.count < schema.fields.count else {
            let reason = "is partitioned by columns that it does not have, or by all it has"
            throw .malformedLog(table: table, entry: "metaData", line: nil, reason: reason)
        }
        for file in replay.files where file.deletionVector != nil {
            throw .deletionVectors(table: table, path: file.path)
        }
        (self.log, self.replay, self.metadata, self.versions) = (log, replay, metadata, versions)
    }

    var version: Int64 { replay.version }

    /// - Throws: ``DeltaError`` when changing the table right takes more than protocol 2.
    func checkWritable(removing: Bool) throws(DeltaError) {
        guard versions.minWriterVersion <= 2 else { throw .writerVersion(table: log.table, versions.minWriterVersion) }
        guard invariants.isEmpty else { throw .invariants(table: log.table, columns: invariants) }
        guard metadata.partitionColumns.isEmpty else {
            throw .partitionedWrite(table: log.table, columns: metadata.partitionColumns)
        }
        if removing && metadata.isAppendOnly { throw .appendOnly(table: log.table) }
    }

    /// This version for readers, its files found.
    func snapshot(at milliseconds: Int64, _ session: any QuerySession) throws -> DeltaSnapshot {
        var paths = DataFilePath(root: log.root, table: log.table)
        let types = metadata.partitionColumns.compactMap { name in schema[name].map { (name, $0.type) } }
        var files: [DeltaSnapshot.File] = []
        for file in replay.files {
            let (path, bytes) = try paths.resolve(file.path)
            let values = file.partitionValues ?? [:]
            for (name, type) in types where !PartitionValue.isValid(values[name] ?? nil, type) {
                throw DeltaError.malformedLog(
                    table: log.table, entry: "add '\(file.path)'", line: nil,
                    reason: "has a value of partition column '\(name)' that is not a \(type)")
            }
            let rows = try file.rowCount ?? countRows(path, file.path, session)
            files.append(.init(path: path, bytes: bytes, rowCount: rows, partitionValues: values))
        }
        return DeltaSnapshot(
            version: version, timestamp: Date(milliseconds: milliseconds), schema: schema,
            partitionColumns: metadata.partitionColumns, files: files, tableID: metadata.id,
            tableDescription: metadata.description)
    }

    /// Rows of a file whose writer did not say, out of its own footer.
    private func countRows(_ path: String, _ logged: String, _ session: any QuerySession) throws -> Int64 {
        var rows: Int64 = 0
        let sql = "SELECT CAST(num_rows AS BIGINT) FROM parquet_file_metadata(\(SQLText.file(path)))"
        do {
            try session.query(sql, []) { batch in
                if case .long(let counts)? = batch.columns.first?.values { rows = counts.first ?? rows }
            }
        } catch QueryError.statementFailed {
            throw DeltaError.damagedDataFile(table: log.table, path: logged)
        }
        return rows
    }
}
