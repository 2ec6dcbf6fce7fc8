import Foundation
import MartletDomain
import QueryEngine

/// What a log adds up to, checked against what we can read and write.
struct TableState {
    let log: LogFolder
    var replay: LogReplay
    let metadata: TableMetadata
    let versions: ProtocolVersions
    let columns: [TableColumn]
    let mapping: ColumnMapping
    private let invariants: [String]

    var schema: TableSchema { TableSchema(columns.map(\.field)) }

    /// - Throws: ``DeltaError`` when reading the table right takes a feature that there is not.
    init(_ replay: LogReplay, _ log: LogFolder) throws(DeltaError) {
        let table = log.table
        guard let versions = replay.versions, let metadata = replay.metadata else {
            let reason = "has no \(replay.versions == nil ? "protocol" : "metaData") action, nor have those before it"
            let entry = LogFolder.entryName(replay.version)
            throw .malformedLog(table: table, entry: entry, line: nil, reason: reason)
        }
        try versions.checkReadable(table)
        guard metadata.format.provider.lowercased() == "parquet" else {
            throw .fileFormat(table: table, metadata.format.provider)
        }
        mapping = try ColumnMapping(metadata, versions, table: table)
        (columns, invariants) = try SchemaString.decode(
            metadata.schemaString, mapping, hasLocalTimes: versions.asksReaders(TableFeature.timestampNtz),
            table: table)
        let names = Set(columns.map(\.field.name))
        guard names.isSuperset(of: metadata.partitionColumns), metadata.partitionColumns.count < names.count else {
            let reason = "is partitioned by columns that it does not have, or by all it has"
            throw .malformedLog(table: table, entry: "metaData", line: nil, reason: reason)
        }
        if !versions.asksReaders(TableFeature.deletionVectors) {
            for file in replay.files where file.deletionVector != nil {
                throw .deletionVectors(table: table, path: file.path)
            }
        }
        (self.log, self.replay, self.metadata, self.versions) = (log, replay, metadata, versions)
    }

    var version: Int64 { replay.version }

    /// - Throws: ``DeltaError`` when changing the table right takes a feature that there is not.
    func checkWritable(removing: Bool) throws(DeltaError) {
        try versions.checkWritable(log.table)
        guard invariants.isEmpty else { throw .invariants(table: log.table, columns: invariants) }
        if removing && metadata.isAppendOnly { throw .appendOnly(table: log.table) }
    }

    /// This version for readers, its files found and their deletion vectors read.
    /// - Parameter files: Those that are meant; nil for all of the version.
    func snapshot(
        at milliseconds: Int64, of files: [AddFile]? = nil, _ session: any QuerySession
    ) throws -> DeltaSnapshot {
        DeltaSnapshot(
            version: version, timestamp: Date(milliseconds: milliseconds), schema: schema,
            partitionColumns: metadata.partitionColumns,
            files: try SnapshotFiles(state: self, session: session).found(files),
            tableID: metadata.id, tableDescription: metadata.description, columns: columns,
            isReadByID: mapping == .id)
    }
}
