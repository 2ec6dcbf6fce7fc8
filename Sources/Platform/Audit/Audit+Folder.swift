import AuditLog
import Foundation
import MartletDomain
import Metadata
import Synchronization

extension Audit {
    /// Writes the newest checkpoint that left, and the tiles and entries under it, to the workspace's folder `audit`.
    ///
    /// Only what is new is written. A folder that is ahead of the log, or holds another one, is an alarm: nothing is
    /// written then, this time or later, until the workspace is opened again.
    /// - Returns: how many files were written.
    @discardableResult
    package func writeFolder() async throws -> Int {
        if let alarm { throw AuditLogError.differs(place: workspace.audit.path, reason: alarm) }
        return try await desk.turns.inTurn("folder") {
            guard let published = try await newestPublished() else { throw AuditError.notPublished }
            let (folder, key) = (TlogFolder(workspace.audit), verificationKey)
            do {
                // Readers never wait for the writer, so a long one holds nobody up.
                return try await store.read { try folder.extend(to: published.note, by: key, from: StoredLog($0)) }
            } catch AuditLogError.differs(let place, let reason) {
                let isNew = desk.state.withLock { state in
                    defer { state.alarm = reason }
                    return state.alarm == nil
                }
                if isNew { await raiseAlarm(AuditLogError.differs(place: place, reason: reason)) }
                throw AuditLogError.differs(place: place, reason: reason)
            }
        }
    }

    /// Says it to whoever looks after the server, and in the log.
    func raiseAlarm(_ error: any MartletError) async {
        desk.say(error.message)
        let event = RecordedEvent(
            AuditAction("audit", "alarm"), by: .keeper, at: store.clock.now, refusal: (error.code, error.message))
        try? await store.record([event])
    }
}

extension Caller {
    /// Martlet itself, where it keeps the log.
    static let keeper = Caller(.martlet, requestID: "audit")
}
