import AuditLog
package import Foundation

extension AuditArchive {
    /// Writes the log as JSON lines in the shape of Databricks' `system.access.audit`, oldest first.
    ///
    /// As there: `version`, `event_time` (RFC 3339, UTC, microseconds), `event_date`, `workspace_id`,
    /// `source_ip_address`, `user_agent`, `session_id`, `user_identity` (`email`, `subject_name`), `service_name`,
    /// `action_name`, `request_id`, `request_params` (an object of texts), `response` (`statusCode`, `errorMessage`,
    /// `result`), `audit_level`, `event_id`, `account_id`. Ours beside: `position`, `user_identity.roles` and `.kind`,
    /// `response.errorCode`, `before_digest`, `after_digest`, `policy_digest`.
    /// - Returns: The number of entries.
    /// - Throws: ``AuditLogError/export(path:reason:)`` for a file that exists or can't be written.
    package func exportRows(to file: URL) throws -> Int {
        guard !FileManager.default.fileExists(atPath: file.path) else {
            throw AuditLogError.export(path: file.path, reason: "there is such a file; name a new one")
        }
        guard FileManager.default.createFile(atPath: file.path, contents: nil),
            let handle = try? FileHandle(forWritingTo: file)
        else { throw AuditLogError.export(path: file.path, reason: "it can't be written") }
        defer { try? handle.close() }
        var (count, lines) = (0, [UInt8]())
        try read { db in
            try db.forEach("SELECT position, entry FROM audit_entries ORDER BY position") { row in
                let entry = try AuditEntry(encoded: row.blob("entry"))
                lines += try entry.row(at: row.integer("position")).encoded() + [0x0A]
                count += 1
                guard lines.count > 1 << 20 else { return }
                try handle.write(contentsOf: lines)
                lines.removeAll(keepingCapacity: true)
            }
        }
        try handle.write(contentsOf: lines)
        try handle.synchronize()
        return count
    }
}

extension AuditEntry {
    /// This entry as a row of `system.access.audit`.
    fileprivate func row(at position: Int64) -> CanonicalJSON {
        func text(_ value: String?) -> CanonicalJSON { value.map { .string($0) } ?? .null }
        return .object([
            "position": .integer(Int(position)), "account_id": .null, "workspace_id": .string(workspaceID),
            "version": .string(version), "event_time": .string(eventTime), "event_date": .string(eventDate),
            "source_ip_address": text(sourceIPAddress), "user_agent": text(userAgent), "session_id": text(sessionID),
            "user_identity": .object([
                "email": text(userIdentity.email ?? userIdentity.name), "subject_name": text(userIdentity.name),
                "roles": .array(userIdentity.roles.map { .string($0) }), "kind": text(userIdentity.kind),
            ]),
            "service_name": .string(serviceName), "action_name": .string(actionName), "request_id": text(requestID),
            "request_params": .object(requestParams.mapValues { .string($0) }),
            "response": .object([
                "statusCode": .integer(response.statusCode), "errorMessage": text(response.errorMessage),
                "result": .null, "errorCode": text(response.errorCode),
            ]),
            "audit_level": .string(auditLevel.rawValue), "event_id": .string(eventID),
            "before_digest": text(beforeDigest), "after_digest": text(afterDigest),
            "policy_digest": text(policyDigest),
        ])
    }
}
