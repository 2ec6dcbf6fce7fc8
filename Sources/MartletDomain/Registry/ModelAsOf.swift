/// What callers of a model got at a moment, who had vouched for it, and under which policy.
public struct ModelAsOf: Sendable, Hashable, Codable {
    /// How a version came to be found.
    public struct Standing: Sendable, Hashable, Codable {
        public var version: Int64
        public var artifactDigest: String
        /// The change that put it there.
        public var change: StageChange
        /// The sign-offs that counted for it; those on record then, in histories of old.
        public var approvals: [SignOff]
        /// The policy in force when it was put there; nil in histories of old.
        public var policy: String?

        public init(
            version: Int64, artifactDigest: String, change: StageChange, approvals: [SignOff], policy: String?
        ) {
            (self.version, self.artifactDigest, self.change) = (version, artifactDigest, change)
            (self.approvals, self.policy) = (approvals, policy)
        }

        enum CodingKeys: String, CodingKey {
            case version, change, approvals, policy
            case artifactDigest = "artifact_digest"
        }
    }

    public var model: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64
    /// The version in Production; nil when there was none.
    public var production: Standing?
    /// By alias.
    public var aliases: [String: Standing]
    /// SHA-256 of the policy in force at the moment itself; nil when it is not on record.
    public var policyDigest: String?
    /// Its text.
    public var policy: String?
    /// By position in the audit log, the id of the entry that tells of it: of every change and sign-off above.
    public var auditEntries: [String: String]

    public init(
        model: String, at: Int64, production: Standing?, aliases: [String: Standing], policyDigest: String?,
        policy: String?, auditEntries: [String: String]
    ) {
        (self.model, self.at, self.production, self.aliases) = (model, at, production, aliases)
        (self.policyDigest, self.policy, self.auditEntries) = (policyDigest, policy, auditEntries)
    }

    enum CodingKeys: String, CodingKey {
        case model, at, production, aliases, policy
        case policyDigest = "policy_digest"
        case auditEntries = "audit_entries"
    }
}

/// What one person answers for, as it is handed to another.
public struct HandoverDossier: Sendable, Hashable, Codable {
    public struct Item: Sendable, Hashable, Codable {
        public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            case model
            case monitoringPlan = "monitoring_plan"
            /// A feature table whose tag `owner` names them.
            case featureTable = "feature_table"
            case transitionRequest = "transition_request"
        }

        public var kind: Kind
        public var name: String
        /// Since when it is theirs, milliseconds since 1970 UTC.
        public var since: Int64

        public init(_ kind: Kind, _ name: String, since: Int64) {
            (self.kind, self.name, self.since) = (kind, name, since)
        }
    }

    public var from: String
    public var to: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64
    public var items: [Item]
    /// The health of every model among them.
    public var health: [ModelHealth]
    /// Requests for versions of these models that are open.
    public var openRequests: [TransitionRequest]

    public init(
        from: String, to: String, at: Int64, items: [Item], health: [ModelHealth], openRequests: [TransitionRequest]
    ) {
        (self.from, self.to, self.at, self.items) = (from, to, at, items)
        (self.health, self.openRequests) = (health, openRequests)
    }

    enum CodingKeys: String, CodingKey {
        case from, to, at, items, health
        case openRequests = "open_requests"
    }

    /// For people to read.
    public var markdown: String {
        func time(_ milliseconds: Int64) -> String { Instant(milliseconds: milliseconds).description }
        func cell(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }
        var lines = ["# Handover from \(from) to \(to)", "", "On \(time(at)).", "", "## What is handed over", ""]
        if items.isEmpty {
            lines.append("Nothing.")
        } else {
            lines += ["| what | name | since |", "|---|---|---|"]
            lines += items.map { "| \($0.kind.rawValue) | \(cell($0.name)) | \(time($0.since)) |" }
        }
        lines += ["", "## How the models do", ""]
        if health.isEmpty { lines += ["There are none.", ""] }
        for model in health {
            let place = model.alias.map { "by the alias \($0)" } ?? "in Production"
            let version = model.version.map { "version \($0) \(place)" } ?? "no version in Production"
            lines += ["### \(model.model): \(model.status.rawValue)", "", "- \(version)"]
            if let due = model.nextCheckDue { lines.append("- next look due: \(time(due))") }
            if let reason = model.retraining?.calledForBecause {
                lines.append(
                    "- retraining is called for: \(cell(reason))" + (model.retraining?.job.map { " (job \($0))" } ?? "")
                )
            }
            lines += model.findings.map { "- \($0.status.rawValue): \(cell($0.text))" }
            lines.append("")
        }
        lines += ["## Open requests", ""]
        if openRequests.isEmpty { lines.append("There are none.") }
        lines += openRequests.map {
            "- \($0.version) to \($0.stage.rawValue), asked for by \($0.requestedBy) on \(time($0.createdAt))"
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
