package import Foundation
import AuditLog
import MartletDomain
package import Metadata
import QueryEngine

/// The log as one Parquet file in the shape of Databricks' `system.access.audit`.
///
/// `event_time` is a timestamp with time zone (UTC), `event_date` a date, `user_identity` and `response` are structs,
/// `request_params` is a map of text to text; the rest is text, and `position` a 64-bit integer.
package enum AuditParquet {
    private static let columns = """
        {'position': 'BIGINT', 'account_id': 'VARCHAR', 'workspace_id': 'VARCHAR', 'version': 'VARCHAR',
        'event_time': 'TIMESTAMPTZ', 'event_date': 'DATE', 'source_ip_address': 'VARCHAR', 'user_agent': 'VARCHAR',
        'session_id': 'VARCHAR',
        'user_identity': 'STRUCT(email VARCHAR, subject_name VARCHAR, roles VARCHAR[], kind VARCHAR)',
        'service_name': 'VARCHAR', 'action_name': 'VARCHAR', 'request_id': 'VARCHAR',
        'request_params': 'MAP(VARCHAR, VARCHAR)',
        'response': 'STRUCT("statusCode" INTEGER, "errorMessage" VARCHAR, "result" VARCHAR, "errorCode" VARCHAR)',
        'audit_level': 'VARCHAR', 'event_id': 'VARCHAR', 'before_digest': 'VARCHAR', 'after_digest': 'VARCHAR',
        'policy_digest': 'VARCHAR'}
        """

    /// - Returns: The number of entries.
    /// - Throws: `AuditLogError.export` for a file that exists or can't be written.
    package static func write(_ archive: AuditArchive, to file: URL) async throws -> Int {
        guard !FileManager.default.fileExists(atPath: file.path) else {
            throw AuditLogError.export(path: file.path, reason: "there is such a file; name a new one")
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = folder.appending(path: "rows.jsonl")
        let count = try archive.exportRows(to: lines)
        let engine = try DuckDBEngine(
            configuration: DuckDBConfiguration(
                memoryLimitInBytes: 512 << 20, threads: 2, temporaryDirectory: folder.appending(path: "spill"),
                folders: [folder, file.deletingLastPathComponent()]))
        do {
            _ = try await engine.withSession { session in
                try session.execute(
                    "COPY (SELECT * FROM read_json(\(quotedLiteral(lines.path)), format = 'newline_delimited', "
                        + "maximum_object_size = 16777216, columns = \(columns)) ORDER BY position) "
                        + "TO \(quotedLiteral(file.path)) (FORMAT parquet, COMPRESSION zstd)")
            }
        } catch {
            await engine.close()
            throw error
        }
        await engine.close()
        return count
    }
}
