public import MartletDomain

/// The log's public key and newest signed checkpoint: what to keep elsewhere.
public struct GetCheckpoint: MartletRequest {
    public struct Response: Codable, Sendable {
        /// Public key, as a C2SP vkey.
        public var key: String
        /// A C2SP signed note; nil before the first entry.
        public var checkpoint: String?

        public init(key: String, checkpoint: String?) { (self.key, self.checkpoint) = (key, checkpoint) }
    }
    public static let path = "audit/checkpoint"

    public init() {}
}

public struct VerifyAudit: MartletRequest {
    public struct Response: Codable, Sendable {
        public var ok: Bool
        /// Entries read.
        public var size: Int
        /// 64 hexadecimal digits.
        public var root: String
        /// Each names the position it is about, from 0.
        public var problems: [Problem]

        public struct Problem: Codable, Sendable {
            public var position: Int?
            public var lastPosition: Int?
            public var what: String

            public init(position: Int?, lastPosition: Int?, what: String) {
                (self.position, self.lastPosition, self.what) = (position, lastPosition, what)
            }

            enum CodingKeys: String, CodingKey {
                case position, what
                case lastPosition = "last_position"
            }
        }

        public init(ok: Bool, size: Int, root: String, problems: [Problem]) {
            (self.ok, self.size, self.root, self.problems) = (ok, size, root, problems)
        }
    }
    public static let path = "audit/verify"

    public init() {}
}

/// Entries of the log, oldest first, in short. `martlet audit export` writes the bytes that were hashed.
public struct ListAuditEntries: MartletRequest {
    public struct Response: Codable, Sendable {
        public struct Entry: Codable, Sendable {
            public var position: Int64
            public var time: String
            public var user: String
            /// `registry.transition_stage`.
            public var action: String
            public var parameters: [String: String]
            public var status: Int
            public var error: String?

            public init(
                position: Int64, time: String, user: String, action: String, parameters: [String: String], status: Int,
                error: String?
            ) {
                (self.position, self.time, self.user, self.action) = (position, time, user, action)
                (self.parameters, self.status, self.error) = (parameters, status, error)
            }
        }
        public var entries: [Entry]

        public init(entries: [Entry]) { self.entries = entries }
    }
    public static let path = "audit/entries"

    public var from: Int64
    /// 1,000 at most.
    public var limit: Int

    public init(from: Int64 = 0, limit: Int = 100) { (self.from, self.limit) = (from, limit) }
}

/// Entries of the log that a query lets through, the newest first.
public struct SearchAuditLog: MartletRequest {
    public struct Response: Codable, Sendable {
        public var events: [AuditEvent]
        /// Give this as `before` for the next page; nil when there is none.
        public var next: Int64?

        public init(events: [AuditEvent], next: Int64?) { (self.events, self.next) = (events, next) }
    }
    public static let path = "audit/log"

    public var query: AuditQuery
    /// Only entries before this position.
    public var before: Int64?
    /// 1,000 at most.
    public var limit: Int

    public init(_ query: AuditQuery, before: Int64? = nil, limit: Int = 100) {
        (self.query, self.before, self.limit) = (query, before, limit)
    }
}

/// One entry of the log, as it was hashed.
public struct AuditEvent: Codable, Sendable {
    public var position: Int64
    public var eventID: String
    /// RFC 3339, UTC, microseconds.
    public var time: String
    public var user: String
    public var roles: [String]
    public var service: String
    public var action: String
    public var parameters: [String: String]
    public var status: Int
    public var error: String?
    public var sourceAddress: String?
    /// The entry's canonical JSON: these bytes are the leaf.
    public var entry: String

    enum CodingKeys: String, CodingKey {
        case position, time, user, roles, service, action, parameters, status, error, entry
        case eventID = "event_id"
        case sourceAddress = "source_ip_address"
    }

    public init(
        position: Int64, eventID: String, time: String, user: String, roles: [String], service: String, action: String,
        parameters: [String: String], status: Int, error: String?, sourceAddress: String?, entry: String
    ) {
        (self.position, self.eventID, self.time, self.user) = (position, eventID, time, user)
        (self.roles, self.service, self.action, self.parameters) = (roles, service, action, parameters)
        (self.status, self.error, self.sourceAddress, self.entry) = (status, error, sourceAddress, entry)
    }
}

/// One entry, by its event id or its position.
public struct GetAuditEvent: MartletRequest {
    public typealias Response = AuditEvent
    public static let path = "audit/event"

    public var event: String

    public init(_ event: String) { self.event = event }
}

/// A checkpoint that left the workspace.
public struct PublishedCheckpointRecord: Codable, Sendable {
    public var number: Int64
    public var size: Int
    /// Milliseconds since 1970 UTC.
    public var publishedAt: Int64
    /// `schedule`, `promotion`, `request`, `proof`.
    public var reason: String
    public var witnesses: [String]
    /// The signed note, with cosignatures.
    public var checkpoint: String

    enum CodingKeys: String, CodingKey {
        case number, size, reason, witnesses, checkpoint
        case publishedAt = "published_at"
    }

    public init(
        number: Int64, size: Int, publishedAt: Int64, reason: String, witnesses: [String], checkpoint: String
    ) {
        (self.number, self.size, self.publishedAt) = (number, size, publishedAt)
        (self.reason, self.witnesses, self.checkpoint) = (reason, witnesses, checkpoint)
    }
}

/// Lets the newest signed checkpoint leave now, and writes the log's folder.
public struct PublishCheckpoint: MartletRequest {
    public typealias Response = PublishedCheckpointRecord
    public static let path = "audit/publish"

    /// Why, in a word; nil for `request`.
    public var reason: String?

    public init(reason: String? = nil) { self.reason = reason }
}

/// Checkpoints that left, the newest first.
public struct ListCheckpoints: MartletRequest {
    public struct Response: Codable, Sendable {
        public var key: String
        public var checkpoints: [PublishedCheckpointRecord]
        /// Why the log is not written to its folder any more; nil as long as it is.
        public var alarm: String?

        public init(key: String, checkpoints: [PublishedCheckpointRecord], alarm: String?) {
            (self.key, self.checkpoints, self.alarm) = (key, checkpoints, alarm)
        }
    }
    public static let path = "audit/checkpoints"

    /// Only those with a lower number.
    public var before: Int64?
    public var limit: Int

    public init(before: Int64? = nil, limit: Int = 100) { (self.before, self.limit) = (before, limit) }
}

/// What witnesses say of a checkpoint that left (C2SP tlog-cosignature).
public struct AddCosignature: MartletRequest {
    public typealias Response = PublishedCheckpointRecord
    public static let path = "audit/cosignature"

    /// The cosigned note.
    public var checkpoint: String

    public init(checkpoint: String) { self.checkpoint = checkpoint }
}

/// That an entry is in the log (C2SP tlog-proof).
public struct ProveEvent: MartletRequest {
    public struct Response: Codable, Sendable {
        public var position: Int64
        public var proof: String

        public init(position: Int64, proof: String) { (self.position, self.proof) = (position, proof) }
    }
    public static let path = "audit/proof"

    /// An event id or a position.
    public var event: String

    public init(event: String) { self.event = event }
}

/// That the log of one size only appended to that of an earlier one.
public struct ProveConsistency: MartletRequest {
    public struct Response: Codable, Sendable {
        /// `old SIZE`, hashes, an empty line, the newer checkpoint.
        public var proof: String

        public init(proof: String) { self.proof = proof }
    }
    public static let path = "audit/consistency"

    public var from: Int
    /// The size of a checkpoint that left; nil for the newest.
    public var to: Int?

    public init(from: Int, to: Int? = nil) { (self.from, self.to) = (from, to) }
}
