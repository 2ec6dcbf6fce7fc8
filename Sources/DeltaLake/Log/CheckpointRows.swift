import Foundation
import QueryEngine

/// Classic checkpoints: the actions of a log so far as rows of a Parquet file.
///
/// Source: delta-io/delta, PROTOCOL.md, "Checkpoints", "V1 Spec".
struct CheckpointRows {
    let log: LogFolder
    let session: any QuerySession

    func read(_ files: [String], body: (LogAction) -> Void) throws {
        let paths = files.map { SQLText.file(log.path + "/" + $0) }.joined(separator: ", ")
        let decoder = JSONDecoder()
        let sql =
            "SELECT CAST(to_json(t) AS VARCHAR) AS action FROM read_parquet([\(paths)], union_by_name = true) AS t"
        try session.query(sql, []) { batch in
            guard case .string(let rows)? = batch.columns.first?.values else { return }
            for row in rows {
                do {
                    body(try decoder.decode(LogAction.self, from: Data(row.utf8)))
                } catch {
                    throw DeltaError.malformedLog(
                        table: log.table, entry: files[0], line: nil, reason: "has a row that is not an action")
                }
            }
        }
    }
}
