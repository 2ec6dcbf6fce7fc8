package import AuditLog
import Foundation
import GRDB
package import MartletDomain
import Synchronization

/// Whose log it is.
package struct AuditIdentity: Sendable {
    package var workspaceID: String
    package var key: LogSigningKey

    package init(workspaceID: String, key: LogSigningKey) { (self.workspaceID, self.key) = (workspaceID, key) }
}

/// The log's growing end: appends entries inside the transaction of the change that they tell of, and signs the tree
/// before that transaction commits. The database never holds a change without its entry, nor an entry without a
/// checkpoint that covers it.
package final class AuditTrail: Sendable {
    package let identity: AuditIdentity
    private let policyDigest: String?
    private let current: Mutex<State>

    /// Used by the one writer; put back when a group fails.
    struct State: Sendable {
        var frontier = MerkleFrontier()
        /// Leaf hashes since the last full tile.
        var partialTile: [MerkleHash] = []
        /// Whether there are entries that no checkpoint covers yet.
        var isUnsealed = false
    }

    init(identity: AuditIdentity, policyDigest: String?, _ db: Snapshot) throws {
        (self.identity, self.policyDigest) = (identity, policyDigest)
        current = Mutex(try State(db, verifiedBy: identity.key.verificationKey))
    }

    var state: State { current.withLock { $0 } }
    func restore(_ state: State) { current.withLock { $0 = state } }

    /// Writes the entry of one change, done or refused. When this throws the trail is as it was before.
    func append(_ action: AuditAction, refusal: (any MartletError)?, _ transaction: Transaction) throws {
        let entry = try entry(action, refusal: refusal.map { ($0.code, $0.message) }, transaction).encoded()
        try append(entry, transaction)
    }

    /// Writes the entry of something that was no change.
    func append(_ event: RecordedEvent, _ database: Database) throws {
        let transaction = Transaction(database, now: event.time, caller: event.caller)
        try append(try entry(event.action, refusal: event.refusal, transaction).encoded(), transaction)
    }

    private func append(_ entry: [UInt8], _ transaction: Transaction) throws {
        let leaf = MerkleTree.leafHash(entry)
        try current.withLock { state in
            try transaction.execute(
                "INSERT INTO audit_entries (position, entry, leaf_hash) VALUES (?, ?, ?)",
                [.integer(Int64(state.frontier.size)), .blob(entry), .blob(leaf.bytes)])
            let isFull = state.partialTile.count + 1 == AuditTile.width
            if isFull {
                try AuditTile.store(state.partialTile + [leaf], endingAt: state.frontier.size + 1, transaction)
            }
            state.frontier.append(leaf)
            if isFull { state.partialTile = [] } else { state.partialTile.append(leaf) }
            state.isUnsealed = true
        }
    }

    /// Signs the tree as it is now, if it grew.
    func seal(_ transaction: Transaction) throws {
        try current.withLock { state in
            guard state.isUnsealed else { return }
            let checkpoint = try Checkpoint(
                origin: identity.key.name, size: state.frontier.size, root: state.frontier.root)
            try transaction.execute(
                """
                INSERT INTO audit_checkpoint (id, size, edge, note) VALUES (1, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET size = excluded.size, edge = excluded.edge, note = excluded.note
                """,
                [
                    .integer(Int64(checkpoint.size)), .blob(state.frontier.hashes.flatMap(\.bytes)),
                    .text(try checkpoint.signed(by: identity.key)),
                ])
            state.isUnsealed = false
        }
    }

    private func entry(
        _ action: AuditAction, refusal: (code: ErrorCode, message: String)?, _ transaction: Transaction
    ) -> AuditEntry {
        let caller = transaction.caller
        var parameters = action.parameters
        if refusal == nil { parameters.merge(transaction.notes.facts) { _, noted in noted } }
        return AuditEntry(
            eventID: randomID(), time: Date(timeIntervalSince1970: Double(transaction.now) / 1_000),
            workspaceID: identity.workspaceID,
            user: .init(
                name: caller.user.name, roles: caller.user.roles.map(\.rawValue).sorted(), kind: caller.user.auditKind),
            serviceName: action.service, actionName: action.name, requestParams: parameters,
            response: refusal.map {
                .init(statusCode: $0.code.status, errorCode: $0.code.rawValue, errorMessage: $0.message)
            } ?? .init(statusCode: 200),
            auditLevel: action.service == "identity" ? .account : .workspace,
            requestID: caller.requestID, sessionID: caller.sessionID, sourceIPAddress: caller.sourceAddress,
            userAgent: caller.userAgent,
            beforeDigest: refusal == nil ? transaction.notes.before : nil,
            afterDigest: refusal == nil ? transaction.notes.after : nil, policyDigest: policyDigest)
    }
}

extension ErrorCode {
    /// The status of a refusal in the log: 403 where somebody may not, 500 where we failed, 400 for the rest.
    fileprivate var status: Int {
        switch self {
        case .permissionDenied: 403
        case .unauthenticated: 401
        case .internalError, .dataLoss: 500
        default: 400
        }
    }
}

/// The log in the database is not the one that was signed.
package enum AuditTrailError: MartletError, Equatable {
    case damaged

    package var code: ErrorCode { .dataLoss }
    package var message: String {
        "The audit log does not match its signed checkpoint, so nothing was opened and nothing will be added to it. "
            + "`martlet audit verify` says where it was changed; restore the workspace from a copy made before."
    }
}

/// A random UUID (RFC 9562, version 4) in lower case, from the system's generator and without opening a file for it.
private func randomID() -> String {
    var (high, low) = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: 36) { bytes in
        var place = 0
        for index in 0..<32 {
            if [8, 12, 16, 20].contains(index) {
                bytes[place] = UInt8(ascii: "-")
                place += 1
            }
            let word = index < 16 ? high : low
            bytes[place] = digits[Int(truncatingIfNeeded: word >> (60 - 4 * UInt64(index % 16))) & 15]
            place += 1
        }
        return 36
    }
}
