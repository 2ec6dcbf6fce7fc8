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
