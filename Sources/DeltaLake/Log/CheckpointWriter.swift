import Foundation
import QueryEngine

/// Writes classic checkpoints: one Parquet file, then `_last_checkpoint`, which points readers to it.
///
/// Source: delta-io/delta, PROTOCOL.md, "Checkpoints", "V1 Spec" and "Last Checkpoint File".
struct CheckpointWriter {
    let log: LogFolder
    let session: any QuerySession

    static func fileName(_ version: Int64) -> String {
        String(LogFolder.entryName(version).dropLast("json".count)) + "checkpoint.parquet"
    }

    /// Writes the checkpoint of a commit just made, if it is its turn. A commit is done without it, so that
    /// whatever goes wrong here is left to the next.
    func writeIfDue(_ version: Int64, every interval: Int64) {
        guard version > 0, version % max(1, interval) == 0 else { return }
        _ = try? write(version)
    }

    /// Writes the checkpoint of a version unless it has one; nobody sees the file before the disk has all of it.
    func write(_ version: Int64) throws {
        guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
        let state = try TableState(DeltaTable.replay(log, listing, to: version, session), log)
        try state.checkWritable(removing: false)
        // What is no interval keeps every tombstone.
        let retention = TableProperty.deletedFileRetention.milliseconds(in: state.metadata) ?? .max
        let (oldest, overflow) = DeltaTable.now().subtractingReportingOverflow(retention)
        let rows = CheckpointActions.rows(state, removedSince: overflow ? .min : oldest)
        let path = log.path + "/" + Self.fileName(version)
        if DurableFile.attributes(path) == nil {
            let temporary = "\(log.path)/.tmp-\(UUID().uuidString.lowercased())"
            defer { DurableFile.remove(temporary) }
            try copy(rows, to: temporary)
            try DurableFile.syncFile(temporary)
            _ = try DurableFile.link(temporary, ifAbsent: path)
            try DurableFile.syncFolder(log.path)
        }
        guard let attributes = DurableFile.attributes(path), attributes.isRegular else {
            throw DeltaError.fileSystem(
                operation: "create", file: Self.fileName(version), reason: "something else has that name")
        }
        try point(to: version, rows: rows.count, files: state.replay.files.count, bytes: attributes.bytes)
    }

    private func copy(_ rows: [JSONText], to path: String) throws {
        let table = "martlet_checkpoint"
        try session.execute("CREATE TEMPORARY TABLE \(table) (action VARCHAR)")
        defer { _ = try? session.execute("DROP TABLE \(table)") }
        for start in stride(from: 0, to: rows.count, by: 8192) {
            let texts = rows[start..<min(start + 8192, rows.count)].map(\.text)
            let batch = RecordBatch(columns: [Column("action", .string(texts))], rowCount: texts.count)
            try session.append(batch, to: table)
        }
        let structure = quotedLiteral(CheckpointActions.structure)
        try session.execute(
            "COPY (SELECT unnest(from_json(action, \(structure))) FROM \(table)) TO \(quotedLiteral(path)) "
                + "(FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false)")
        // A value that did not fit its column would have become null.
        var whole = false
        let check =
            "SELECT count(*) = \(rows.count) AND bool_and(coalesce(txn.appId, add.path, remove.path, "
            + "metaData.schemaString, CAST(protocol.minReaderVersion AS VARCHAR)) IS NOT NULL) "
            + "FROM read_parquet(\(quotedFile(path)))"
        try session.query(check) { batch in
            if case .boolean(let values)? = batch.columns.first?.values, values.first == true { whole = true }
        }
        guard whole else {
            throw DeltaError.fileSystem(operation: "write", file: "checkpoint", reason: "an action did not fit in it")
        }
    }

    /// The one file of a log that is replaced: it only says where to look first. It never points back.
    private func point(to version: Int64, rows: Int, files: Int, bytes: Int64) throws(DeltaError) {
        struct Pointer: Decodable { var version: Int64 }
        let path = log.path + "/_last_checkpoint"
        if let attributes = DurableFile.attributes(path), attributes.bytes <= 1 << 20,
            let data = FileManager.default.contents(atPath: path),
            let known = try? JSONDecoder().decode(Pointer.self, from: data), known.version >= version,
            DurableFile.attributes(log.path + "/" + Self.fileName(known.version)) != nil
        {
            return
        }
        let pointer = JSONText.object([
            ("version", .integer(version)), ("size", .integer(Int64(rows))), ("sizeInBytes", .integer(bytes)),
            ("numOfAddFiles", .integer(Int64(files))),
        ])
        let temporary = "\(log.path)/.tmp-\(UUID().uuidString.lowercased())"
        try DurableFile.write(Data(pointer.text.utf8), to: temporary)
        do {
            try DurableFile.move(temporary, to: path)
        } catch {
            DurableFile.remove(temporary)
            throw error
        }
        try DurableFile.syncFolder(log.path)
    }
}
