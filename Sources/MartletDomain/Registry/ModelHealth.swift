/// Whether a model in service is looked after, and what is wrong when it is not.
public struct ModelHealth: Sendable, Hashable, Codable {
    public enum Status: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
        case green, yellow, red

        public static func < (left: Self, right: Self) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// One thing that is wrong, and since when.
    public struct Finding: Sendable, Hashable, Codable {
        public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            case noPlan = "no_plan"
            case overdue
            case ownerGone = "owner_gone"
            case ownerUnknown = "owner_unknown"
            case lastCheckFailed = "last_check_failed"
            case brokenGlass = "broken_glass"
            case signOffsExpired = "sign_offs_expired"
            case policyUnmet = "policy_unmet"
        }

        public var kind: Kind
        public var status: Status
        public var text: String
        /// Milliseconds since 1970 UTC; nil when it is not known.
        public var since: Int64?

        public init(_ kind: Kind, _ status: Status, _ text: String, since: Int64? = nil) {
            (self.kind, self.status, self.text, self.since) = (kind, status, text, since)
        }
    }

    /// Whether a new version is to be trained, by what the plan says.
    public struct Retraining: Sendable, Hashable, Codable {
        public var trigger: MonitoringPlan.RetrainingTrigger
        /// The job that retrains.
        public var job: String?
        /// Why it is called for; nil when it is not.
        public var calledForBecause: String?
        /// The run that retrained after the last look.
        public var runID: String?

        public init(
            _ trigger: MonitoringPlan.RetrainingTrigger, job: String? = nil, calledForBecause reason: String? = nil,
            runID: String? = nil
        ) {
            (self.trigger, self.job, self.calledForBecause, self.runID) = (trigger, job, reason, runID)
        }

        enum CodingKeys: String, CodingKey {
            case trigger, job
            case calledForBecause = "called_for_because"
            case runID = "run_id"
        }
    }

    public var model: String
    /// The version in Production or, where there is none, that an alias which stands for it means; nil when there is
    /// none.
    public var version: Int64?
    /// The alias by which callers find the version, when it is not in Production.
    public var alias: String?
    public var owner: String?
    public var ownerGroup: String?
    /// Who is told when something is wrong.
    public var escalation: MonitoringPlan.Escalation?
    public var retraining: Retraining?
    public var lastCheckAt: Int64?
    /// When the next look is due.
    public var nextCheckDue: Int64?
    public var findings: [Finding]

    public var status: Status { findings.map(\.status).max() ?? .green }

    public init(
        model: String, version: Int64?, owner: String? = nil, ownerGroup: String? = nil, lastCheckAt: Int64? = nil,
        nextCheckDue: Int64? = nil, findings: [Finding] = []
    ) {
        (self.model, self.version, self.owner, self.ownerGroup) = (model, version, owner, ownerGroup)
        (self.lastCheckAt, self.nextCheckDue, self.findings) = (lastCheckAt, nextCheckDue, findings)
    }

    private enum CodingKeys: String, CodingKey {
        case model, version, alias, owner, findings, status, escalation, retraining
        case ownerGroup = "owner_group"
        case lastCheckAt = "last_check_at"
        case nextCheckDue = "next_check_due"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        model = try container.decode(String.self, forKey: .model)
        version = try container.decodeIfPresent(Int64.self, forKey: .version)
        alias = try container.decodeIfPresent(String.self, forKey: .alias)
        owner = try container.decodeIfPresent(String.self, forKey: .owner)
        ownerGroup = try container.decodeIfPresent(String.self, forKey: .ownerGroup)
        lastCheckAt = try container.decodeIfPresent(Int64.self, forKey: .lastCheckAt)
        nextCheckDue = try container.decodeIfPresent(Int64.self, forKey: .nextCheckDue)
        findings = try container.decode([Finding].self, forKey: .findings)
        escalation = try container.decodeIfPresent(MonitoringPlan.Escalation.self, forKey: .escalation)
        retraining = try container.decodeIfPresent(Retraining.self, forKey: .retraining)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encodeIfPresent(version, forKey: .version)
        try container.encodeIfPresent(alias, forKey: .alias)
        try container.encode(status, forKey: .status)
        try container.encodeIfPresent(owner, forKey: .owner)
        try container.encodeIfPresent(ownerGroup, forKey: .ownerGroup)
        try container.encodeIfPresent(lastCheckAt, forKey: .lastCheckAt)
        try container.encodeIfPresent(nextCheckDue, forKey: .nextCheckDue)
        try container.encodeIfPresent(escalation, forKey: .escalation)
        try container.encodeIfPresent(retraining, forKey: .retraining)
        try container.encode(findings, forKey: .findings)
    }
}

extension ModelHealth {
    /// What somebody is to be told: everything that is red.
    public var alarming: [Finding] { findings.filter { $0.status == .red } }

    /// Since when nobody has looked after the model: overdue, or with an owner who is gone; nil when somebody does.
    public var unwatchedSince: Int64? {
        findings.filter { $0.status == .red && [.overdue, .ownerGone, .noPlan].contains($0.kind) }
            .compactMap(\.since).min()
    }
}
