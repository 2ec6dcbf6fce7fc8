/// Somebody asked for a version to move to a stage, and waits for others.
public struct TransitionRequest: Sendable, Hashable, Codable {
    public enum Status: String, Sendable, Hashable, Codable, CaseIterable { case open, applied, rejected, cancelled }

    public var id: String
    public var version: ModelVersion.ID
    public var stage: Stage
    public var requestedBy: String
    public var comment: String?
    /// The files that were asked for.
    public var artifactDigest: String
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    public var status: Status
    public var closedBy: String?
    public var closedAt: Int64?

    public init(
        id: String, version: ModelVersion.ID, stage: Stage, requestedBy: String, comment: String?,
        artifactDigest: String, createdAt: Int64, status: Status = .open, closedBy: String? = nil,
        closedAt: Int64? = nil
    ) {
        (self.id, self.version, self.stage, self.requestedBy) = (id, version, stage, requestedBy)
        (self.comment, self.artifactDigest, self.createdAt, self.status) = (comment, artifactDigest, createdAt, status)
        (self.closedBy, self.closedAt) = (closedBy, closedAt)
    }

    enum CodingKeys: String, CodingKey {
        case id, version, stage, comment, status
        case requestedBy = "requested_by"
        case artifactDigest = "artifact_digest"
        case createdAt = "created_at"
        case closedBy = "closed_by"
        case closedAt = "closed_at"
    }
}

/// Something that was said or done about a version. Words of the kinds and actions are Databricks'.
public struct ModelActivity: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case requestedTransition = "REQUESTED_TRANSITION"
        case approvedRequest = "APPROVED_REQUEST"
        case rejectedRequest = "REJECTED_REQUEST"
        case cancelledRequest = "CANCELLED_REQUEST"
        case appliedTransition = "APPLIED_TRANSITION"
        case systemTransition = "SYSTEM_TRANSITION"
        case newComment = "NEW_COMMENT"
    }

    /// What somebody can do about a request or comment.
    public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
        case approve = "APPROVE_TRANSITION_REQUEST"
        case reject = "REJECT_TRANSITION_REQUEST"
        case cancel = "CANCEL_TRANSITION_REQUEST"
        case editComment = "EDIT_COMMENT"
        case deleteComment = "DELETE_COMMENT"
    }

    public var id: String
    public var version: ModelVersion.ID
    public var kind: Kind
    public var user: String
    public var comment: String?
    /// What Martlet says about it.
    public var systemComment: String?
    public var from: Stage?
    public var to: Stage?
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    public var updatedAt: Int64

    public init(
        id: String, version: ModelVersion.ID, kind: Kind, user: String, comment: String? = nil,
        systemComment: String? = nil, from: Stage? = nil, to: Stage? = nil, createdAt: Int64, updatedAt: Int64
    ) {
        (self.id, self.version, self.kind, self.user) = (id, version, kind, user)
        (self.comment, self.systemComment, self.from, self.to) = (comment, systemComment, from, to)
        (self.createdAt, self.updatedAt) = (createdAt, updatedAt)
    }

    enum CodingKeys: String, CodingKey {
        case id, version, kind, user, comment, from, to
        case systemComment = "system_comment"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }
}

extension TransitionRequest {
    /// What a user can do about it while it is open: cancel their own, approve or reject another's if they may sign.
    public func actions(for user: User, under policy: Policy) -> [ModelActivity.Action] {
        guard status == .open else { return [] }
        if policy.people.person(user.name) == policy.people.person(requestedBy) {
            // In a workspace of one person nobody else could.
            return user == .anyone && policy.isOpen ? [.approve, .reject, .cancel] : [.cancel]
        }
        return user.mayDecide(stage, of: version.name, under: policy) ? [.approve, .reject] : []
    }
}

/// A move past the gates that two people answer for, because something could not wait.
public struct BreakGlass: Sendable, Hashable, Codable {
    /// Where a version is to go.
    public enum Target: Sendable, Hashable {
        case stage(Stage)
        case alias(String)
    }

    public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
        case asked, expired, done, ratified, undone
    }

    /// How long the second person has, milliseconds.
    public static let patience: Int64 = 30 * 60_000

    public var id: String
    public var version: ModelVersion.ID
    /// Of an alias, the stage whose gates the policy names for it.
    public var stage: Stage
    /// The alias that it is about; nil for a stage.
    public var alias: String?
    public var reason: String
    public var askedBy: String
    /// Milliseconds since 1970 UTC.
    public var askedAt: Int64
    public var confirmedBy: String?
    public var confirmedAt: Int64?
    public var status: Status
    public var artifactDigest: String

    public init(
        id: String, version: ModelVersion.ID, stage: Stage, alias: String? = nil, reason: String, askedBy: String,
        askedAt: Int64, confirmedBy: String? = nil, confirmedAt: Int64? = nil, status: Status = .asked,
        artifactDigest: String
    ) {
        (self.id, self.version, self.stage, self.alias, self.reason) = (id, version, stage, alias, reason)
        (self.askedBy, self.askedAt, self.confirmedBy) = (askedBy, askedAt, confirmedBy)
        (self.confirmedAt, self.status, self.artifactDigest) = (confirmedAt, status, artifactDigest)
    }

    enum CodingKeys: String, CodingKey {
        case id, version, stage, alias, reason, status
        case askedBy = "asked_by"
        case askedAt = "asked_at"
        case confirmedBy = "confirmed_by"
        case confirmedAt = "confirmed_at"
        case artifactDigest = "artifact_digest"
    }

    public var target: Target { alias.map { .alias($0) } ?? .stage(stage) }

    /// Who confirms: whoever may sign for where it goes or, on the way out of service, for where it is.
    public func signers(from current: Stage, under policy: Policy) -> [Role] {
        policy.signers(for: stage.isInService ? stage : current)
    }

    /// This, confirmed by a second person.
    /// - Parameter time: Milliseconds since 1970 UTC.
    public func confirmed(
        by user: User, of version: ModelVersion, under policy: Policy, at time: Int64
    ) throws(RegistryError) -> Self {
        guard status == .asked, time >= askedAt, time - askedAt <= Self.patience else {
            throw .breakGlassOver(self.version, target, askedAt: askedAt)
        }
        guard policy.people.person(user.name) != policy.people.person(askedBy) else {
            throw .breakGlassAlone(user: user.name, self.version, target)
        }
        let signers = signers(from: version.stage, under: policy)
        guard !user.signingRoles(of: signers, forModel: self.version.name).isEmpty else {
            throw .mayNotSign(user: user.name, signers, stage)
        }
        guard version.artifactDigest == artifactDigest else { throw .otherFiles(self.version) }
        var copy = self
        (copy.status, copy.confirmedBy, copy.confirmedAt) = (.done, user.name, time)
        return copy
    }
}
