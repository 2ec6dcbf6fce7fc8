/// One version of a registered model.
public struct ModelVersion: Sendable, Hashable, Codable {
    public struct ID: Sendable, Hashable, Codable, CustomStringConvertible {
        public var name: String
        /// From 1.
        public var version: Int64

        public init(name: String, version: Int64) { (self.name, self.version) = (name, version) }

        public var description: String { "\(name)/\(version)" }
    }

    public var id: ID
    public var stage: Stage
    public var text: String
    /// As it was given: `models:/m-…`, `runs:/…`, `mlflow-artifacts:/…`.
    public var source: String
    /// The folder below the artifact root that the source meant; nil if it meant none of ours.
    public var artifactPath: String?
    /// SHA-256 over the folder's files when it was registered.
    public var artifactDigest: String
    public var artifactCount: Int
    public var runID: String?
    public var runLink: String?
    /// Where clients download the files from; nil for versions of old, which did not record it.
    public var storageLocation: String?
    public var registeredBy: String
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    public var updatedAt: Int64
    /// Names by which callers find it, sorted.
    public var aliases: [String]
    public var tags: [KeyedText]

    public init(
        id: ID, stage: Stage = .unstaged, text: String = "", source: String, artifactPath: String?,
        artifactDigest: String, artifactCount: Int, runID: String?, runLink: String?, storageLocation: String? = nil,
        registeredBy: String, createdAt: Int64, updatedAt: Int64, aliases: [String] = [], tags: [KeyedText] = []
    ) {
        (self.id, self.stage, self.text, self.source) = (id, stage, text, source)
        (self.artifactPath, self.artifactDigest, self.artifactCount) = (artifactPath, artifactDigest, artifactCount)
        (self.runID, self.runLink, self.storageLocation) = (runID, runLink, storageLocation)
        self.registeredBy = registeredBy
        (self.createdAt, self.updatedAt) = (createdAt, updatedAt)
        (self.aliases, self.tags) = (aliases, tags)
    }
}

/// A version was registered, moved or deleted, or an alias was set or taken away: who, when, from where, to where.
public struct StageChange: Sendable, Hashable, Codable {
    public var version: ModelVersion.ID
    /// Nil when the version was registered, and for a change of alias.
    public var from: Stage?
    /// Nil when the version was deleted, and for a change of alias.
    public var to: Stage?
    /// The alias that was set on the version or, with `isRemoved`, taken away from it.
    public var alias: String?
    public var isRemoved: Bool
    public var by: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64
    /// How it came about; nil for the usual way, past the gates of the policy.
    public var way: Way?
    /// SHA-256 of the policy in force; nil in histories of old.
    public var policyDigest: String?
    /// Where in the audit log the change is told of; nil in histories of old.
    public var auditPosition: Int64?

    /// What else than a transition by the gates.
    public enum Way: String, Sendable, Hashable, Codable, CaseIterable {
        case breakGlass = "break_glass"
        /// Gates that a break-glass walked past were met afterwards.
        case ratified
        case rollback
    }

    public init(
        version: ModelVersion.ID, from: Stage?, to: Stage?, alias: String? = nil, isRemoved: Bool = false, by: String,
        at: Int64, way: Way? = nil, policyDigest: String? = nil, auditPosition: Int64? = nil
    ) {
        (self.version, self.from, self.to) = (version, from, to)
        (self.alias, self.isRemoved, self.by, self.at) = (alias, isRemoved, by, at)
        (self.way, self.policyDigest, self.auditPosition) = (way, policyDigest, auditPosition)
    }

    enum CodingKeys: String, CodingKey {
        case version, from, to, alias, by, at, way
        case isRemoved = "is_removed"
        case policyDigest = "policy_digest"
        case auditPosition = "audit_position"
    }
}
