import MartletDomain
import Metadata
import Synchronization

/// When tokens and sessions were last used, until it is written down: once a minute at most, not with each request.
final class NotedUses: Sendable {
    enum Used: Hashable, Sendable {
        case token(String)
        /// By the digest of its id.
        case session(String)
    }

    private let times = Mutex<[Used: Int64]>([:])

    /// - Parameter last: What is written down already.
    func note(_ used: Used, at now: Int64, last: Int64?) {
        if let last, now - last < 60_000 { return }
        times.withLock { times in
            // Beyond that, some are told late.
            if times.count < 100_000 || times[used] != nil { times[used] = max(now, times[used] ?? now) }
        }
    }

    func last(_ used: Used) -> Int64? { times.withLock { $0[used] } }

    func take() -> [Used: Int64] {
        times.withLock { times in
            defer { times = [:] }
            return times
        }
    }
}

extension Identity {
    /// Writes down when tokens and sessions were last used, as one change; none if nothing was.
    package func recordUses() async throws {
        let used = uses.take()
        guard !used.isEmpty else { return }
        let action = AuditAction("identity", "record_uses", ["count": "\(used.count)"])
        try await store.change(action, by: Caller(.martlet, requestID: "identity")) { db in
            for (use, time) in used {
                switch use {
                case .token(let id):
                    try db.execute(
                        "UPDATE access_tokens SET last_used_at = ? WHERE id = ? AND COALESCE(last_used_at, 0) < ?",
                        [.integer(time), .text(id), .integer(time)])
                case .session(let hash):
                    try db.execute(
                        "UPDATE sessions SET last_used_at = ? WHERE id_hash = ? AND last_used_at < ?",
                        [.integer(time), .text(hash), .integer(time)])
                }
            }
        }
    }
}
