/// What must be true of a version before it may stand in a stage, for the models whose names match a pattern. Part of
/// `martlet.yaml`.
public struct Policy: Sendable, Hashable {
    /// The models that it is for.
    public var models: NamePattern
    /// What each stage asks for; one that is absent asks for nothing.
    private var requirements: [Stage: Requirements]
    /// The stages that a version can stand in, the first to pass first.
    public var order: [Stage]
    /// What stage's gates an alias asks for. The most specific pattern counts; an alias that none matches asks for
    /// Production's.
    public var aliases: [AliasRule]
    public var freezes: [FreezeWindow]
    public var rollback: RollbackRule
    public var monitoring: MonitoringRule
    /// Accounts of one person, which count as one. Said once for all policies of a workspace.
    public var people: People

    /// Which stage's gates a group of aliases asks for.
    public struct AliasRule: Sendable, Hashable {
        public var pattern: NamePattern
        public var stage: Stage

        public init(_ pattern: NamePattern, _ stage: Stage) { (self.pattern, self.stage) = (pattern, stage) }
    }

    /// What going back to the last good version asks for.
    public struct RollbackRule: Sendable, Hashable {
        public var requirements: Requirements
        public var duringFreeze: Bool

        public init(_ requirements: Requirements = Requirements(), duringFreeze: Bool = false) {
            (self.requirements, self.duringFreeze) = (requirements, duringFreeze)
        }
    }

    /// When a model in service counts as unwatched, and what follows.
    public struct MonitoringRule: Sendable, Hashable {
        /// How late a check may be.
        public var tolerance: TimeSpan
        /// How long a model may be unwatched before its archiving is asked for; nil for never.
        public var archiveAfter: TimeSpan?

        public init(tolerance: TimeSpan = .days(3), archiveAfter: TimeSpan? = nil) {
            (self.tolerance, self.archiveAfter) = (tolerance, archiveAfter)
        }
    }

    public init(
        models: NamePattern = .all, staging: Requirements = Requirements(), production: Requirements = Requirements()
    ) {
        (self.models, requirements, order, aliases, freezes) = (models, [:], Stage.allCases, [], [])
        (rollback, monitoring, people) = (RollbackRule(), MonitoringRule(), People())
        (self.staging, self.production) = (staging, production)
    }

    /// What standing in a stage asks for, beyond what the stages before it do.
    public subscript(stage: Stage) -> Requirements {
        get { requirements[stage] ?? Requirements() }
        set { requirements[stage] = newValue.isEmpty ? nil : newValue }
    }

    public var staging: Requirements {
        get { self[.staging] }
        set { self[.staging] = newValue }
    }

    public var production: Requirements {
        get { self[.production] }
        set { self[.production] = newValue }
    }

    /// Every transition passes: a workspace of one person.
    public static let open = Policy()

    /// A reviewer signs for Staging, a program manager for Production, which also wants a monitoring plan and a passed
    /// performance gate.
    public static let governed = Policy(
        staging: Requirements(signOffs: [.reviewer]),
        production: Requirements(signOffs: [.programManager], monitoringPlan: true, minimumAreaUnderROC: 0.75))

    /// Whether nothing is asked for anywhere.
    public var isOpen: Bool { requirements.isEmpty && freezes.isEmpty && rollback.requirements.isEmpty }

    /// The roles whose sign-off means something for a stage, each once: those it asks for, or those that usually sign,
    /// and those that going back to it takes.
    public func signers(for stage: Stage) -> [Role] {
        let wanted = self[stage].signOffs
        let roles = wanted.isEmpty ? Self.usualSigners(for: stage) : wanted
        return (roles + (stage.isInService ? rollback.requirements.signOffs : [])).reduce(into: []) { found, role in
            if !found.contains(role) { found.append(role) }
        }
    }

    private static func usualSigners(for stage: Stage) -> [Role] {
        switch stage {
        case .staging: [.reviewer]
        case .production: [.programManager]
        case .unstaged, .archived: []
        default: [.reviewer, .programManager]
        }
    }

    /// The stages whose requirements hold for one that is to stand in `stage`, the first to pass first.
    public func stages(on stage: Stage) -> [(stage: Stage, requirements: Requirements)] {
        guard stage.isInService else { return self[stage].isEmpty ? [] : [(stage, self[stage])] }
        let passed = order.prefix { $0 != stage }.filter(\.isInService) + [stage]
        return passed.map { ($0, self[$0]) }
    }

    /// The stage whose gates a version passes before callers find it by an alias.
    public func stage(forAlias alias: String) -> Stage {
        aliases.filter { $0.pattern.matches(alias) }.max { $0.pattern.specificity < $1.pattern.specificity }?.stage
            ?? .production
    }

    /// A stage of these models by its word, in any case.
    /// - Throws: ``RegistryError/invalid(_:)`` that names the stages there are.
    public func stage(named word: String) throws(RegistryError) -> Stage {
        try Stage.named(word, among: order)
    }
}

/// Which accounts are one person's.
public struct People: Sendable, Hashable, Codable {
    /// By the person's name, the accounts.
    public var accounts: [String: [String]]

    public init(_ accounts: [String: [String]] = [:]) { self.accounts = accounts }

    /// Who stands behind an account: the same text for accounts of one person.
    public func person(_ account: String) -> String {
        accounts.keys.sorted().first { accounts[$0]?.contains(account) ?? false }.map { "person:\($0)" } ?? account
    }

    public init(from decoder: any Decoder) throws {
        accounts = try decoder.singleValueContainer().decode([String: [String]].self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(accounts)
    }
}
