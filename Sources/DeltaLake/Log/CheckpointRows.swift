import Foundation
import QueryEngine

/// Checkpoints: the actions of a log so far, as rows of Parquet files or lines of JSON.
///
/// Source: delta-io/delta, PROTOCOL.md, "Checkpoints", "V1 Spec", "V2 Spec", "Sidecar Files".
struct CheckpointRows {
    let log: LogFolder
    let session: any QuerySession

    /// A row of a checkpoint, which may also say where more of it is.
    private struct Row: Decodable {
        struct Sidecar: Decodable {
            var path: String
            var sizeInBytes: Int64
        }

        struct Metadata: Decodable { var version: Int64 }

        var action: LogAction
        var sidecar: Sidecar?
        var checkpointMetadata: Metadata?

        enum CodingKeys: String, CodingKey { case sidecar, checkpointMetadata }

        init(from decoder: any Decoder) throws {
            action = try LogAction(from: decoder)
            let members = try decoder.container(keyedBy: CodingKeys.self)
            sidecar = try members.decodeIfPresent(Sidecar.self, forKey: .sidecar)
            checkpointMetadata = try members.decodeIfPresent(Metadata.self, forKey: .checkpointMetadata)
        }
    }

    func read(_ checkpoint: LogListing.Checkpoint, body: (LogAction) -> Void) throws {
        let name = checkpoint.files[0]
        var sidecars: [Row.Sidecar] = []
        var version: Int64?
        func take(_ row: Row) {
            if let sidecar = row.sidecar { sidecars.append(sidecar) }
            version = row.checkpointMetadata?.version ?? version
            body(row.action)
        }
        if name.hasSuffix(".json") {
            try log.read(file: name, as: Row.self, JSONDecoder(), body: take)
        } else {
            try rows(of: checkpoint.files.map { log.path + "/" + $0 }, name, take)
        }
        guard version == checkpoint.version || version == nil && !checkpoint.hasUUID else {
            let reason = "does not say in checkpointMetadata that it is of version \(checkpoint.version)"
            throw DeltaError.malformedLog(table: log.table, entry: name, line: nil, reason: reason)
        }
        var paths = DataFilePath(root: log.root, table: log.table)
        for sidecar in sidecars {
            let file = try find(sidecar, name, &paths)
            try rows(of: [file], "_sidecars/" + (file as NSString).lastPathComponent) { row in
                body(LogAction(add: row.action.add, remove: row.action.remove))
            }
        }
    }

    /// The file of a sidecar, which lies in `_delta_log/_sidecars` and nowhere else.
    private func find(_ sidecar: Row.Sidecar, _ name: String, _ paths: inout DataFilePath) throws(DeltaError) -> String
    {
        let outside = DeltaError.pathOutsideTable(table: log.table, path: sidecar.path)
        guard var file = sidecar.path.removingPercentEncoding else { throw outside }
        let folder = log.path + "/_sidecars/"
        for prefix in [folder, "file://" + folder, "file:" + folder] where file.hasPrefix(prefix) {
            file = String(file.dropFirst(prefix.count))
            break
        }
        guard !file.unicodeScalars.contains("/"), ![".", ".."].contains(file), !file.isEmpty else { throw outside }
        let found: (path: String, bytes: Int64)
        do throws(DeltaError) {
            found = try paths.resolve(decoded: "_delta_log/_sidecars/" + file, logged: sidecar.path)
        } catch {
            guard case .missingDataFile = error else { throw error }
            throw .missingSidecar(table: log.table, checkpoint: name, path: sidecar.path)
        }
        guard found.bytes == sidecar.sizeInBytes else {
            let reason = "has \(found.bytes) bytes, and its checkpoint says \(sidecar.sizeInBytes)"
            throw .malformedLog(table: log.table, entry: "_sidecars/" + file, line: nil, reason: reason)
        }
        return found.path
    }

    private func rows(of files: [String], _ name: String, _ body: (Row) -> Void) throws {
        let paths = files.map { quotedFile($0) }.joined(separator: ", ")
        let decoder = JSONDecoder()
        let scan = "read_parquet([\(paths)], union_by_name = true, hive_partitioning = false)"
        func malformed(_ reason: String) -> DeltaError {
            .malformedLog(table: log.table, entry: name, line: nil, reason: reason)
        }
        do {
            let sql =
                "SELECT CAST(to_json(t) AS VARCHAR) AS action FROM (SELECT * \(try replacement(in: scan)) FROM \(scan)) AS t"
            try session.query(sql, []) { batch in
                guard case .string(let rows)? = batch.columns.first?.values else { return }
                for row in rows {
                    guard let decoded = try? decoder.decode(Row.self, from: Data(row.utf8)) else {
                        throw malformed("has a row that is not an action")
                    }
                    body(decoded)
                }
            }
        } catch QueryError.statementFailed {
            throw malformed("is not a Parquet file that can be read")
        }
    }

    /// Leaves out of `add` what is there twice: statistics and values as columns, in which a NaN is no JSON.
    private func replacement(in scan: String) throws -> String {
        let columns = try session.collect("DESCRIBE SELECT * FROM \(scan)")["column_name"]?.strings ?? []
        guard columns.contains("add") else { return "" }
        let found = try session.collect("DESCRIBE SELECT unnest(add) FROM \(scan)")["column_name"]?.strings ?? []
        let kept = found.compactMap { $0 }.filter { !["stats_parsed", "partitionValues_parsed"].contains($0) }
        guard kept.count < found.count else { return "" }
        let members = kept.map { "\(quotedIdentifier($0)) := add.\(quotedIdentifier($0))" }.joined(separator: ", ")
        return "REPLACE (CASE WHEN add IS NULL THEN NULL ELSE struct_pack(\(members)) END AS add)"
    }
}
