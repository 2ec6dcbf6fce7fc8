import Foundation
package import MartletDomain
import Yams

/// What a person edits: `martlet.yaml`.
package struct WorkspaceConfiguration: Codable, Sendable {
    /// Names the workspace in its audit log; never changed afterwards.
    package var workspace: String
    /// What must be true before a model version serves, by the names of models.
    package var policies: Policies
    /// Which accounts are one person's; nil when every account is a person of its own.
    package private(set) var people: People?
    package var identity: IdentityMode
    package var engine: Engine
    /// Whom webhooks may ask.
    package var webhooks: WebhookSettings
    /// How served features are looked after.
    package var features: OnlineSettings
    /// How people may say who they are.
    package var authentication: AuthenticationSettings
    /// Roles besides the built-in ones: their names, and the verbs of each.
    package var roles: CustomRoles
    /// How the audit log is kept.
    package var audit: AuditSettings
    /// What is kept of predictions that are handed out.
    package var scoring: ScoringSettings

    /// Whether people say who they are.
    package enum IdentityMode: String, Codable, Sendable, CaseIterable {
        /// Whoever reaches the workspace may do anything.
        case open
        /// Every request carries a user's token.
        case users
    }

    /// What queries and training may take of the machine.
    package struct Engine: Codable, Sendable {
        package var memoryLimitInMegabytes: Int
        package var threads: Int
        /// Room that queries leave on the disk; nil for the engine's own measure.
        package var keptFreeInMegabytes: Int?
        /// How much one query may write; nil for as much as there is room for.
        package var writeLimitInMegabytes: Int?

        enum CodingKeys: String, CodingKey {
            case memoryLimitInMegabytes = "memory_limit_mb"
            case threads
            case keptFreeInMegabytes = "keep_free_mb"
            case writeLimitInMegabytes = "write_limit_mb"
        }

        package init(
            memoryLimitInMegabytes: Int = 768, threads: Int = max(1, ProcessInfo.processInfo.activeProcessorCount)
        ) {
            (self.memoryLimitInMegabytes, self.threads) = (memoryLimitInMegabytes, threads)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        workspace = try container.decode(String.self, forKey: .workspace)
        policies = try Policies(configuration: decoder)
        people = policies.people.accounts.isEmpty ? nil : policies.people
        // Who leaves the line out does not open the doors by that.
        let mode = try container.decodeIfPresent(String.self, forKey: .identity)
        guard let identity = mode.map(IdentityMode.init(rawValue:)) ?? .users else {
            throw DecodingError.dataCorruptedError(
                forKey: .identity, in: container,
                debugDescription: "'\(mode ?? "")' is none of: "
                    + IdentityMode.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self.identity = identity
        engine = try container.decodeIfPresent(Engine.self, forKey: .engine) ?? Engine()
        webhooks = try container.decodeIfPresent(WebhookSettings.self, forKey: .webhooks) ?? WebhookSettings()
        features = try container.decodeIfPresent(OnlineSettings.self, forKey: .features) ?? OnlineSettings()
        authentication =
            try container.decodeIfPresent(AuthenticationSettings.self, forKey: .authentication)
            ?? AuthenticationSettings()
        roles = try container.decodeIfPresent(CustomRoles.self, forKey: .roles) ?? [:]
        if let name = roles.keys.sorted().first(where: { Role(word: $0) != nil }) {
            throw DecodingError.dataCorruptedError(
                forKey: .roles, in: container, debugDescription: "\(name) is a built-in role, and stays as it is")
        }
        audit = try container.decodeIfPresent(AuditSettings.self, forKey: .audit) ?? AuditSettings()
        scoring = try container.decodeIfPresent(ScoringSettings.self, forKey: .scoring) ?? ScoringSettings()
    }

    package init(
        workspace: String, policies: Policies, engine: Engine = Engine(),
        webhooks: WebhookSettings = WebhookSettings(), features: OnlineSettings = OnlineSettings(),
        audit: AuditSettings = AuditSettings(), scoring: ScoringSettings = ScoringSettings()
    ) {
        (self.workspace, self.policies, self.engine, self.webhooks) = (workspace, policies, engine, webhooks)
        (self.features, self.audit, self.scoring) = (features, audit, scoring)
        authentication = AuthenticationSettings()
        roles = [:]
        people = policies.people.accounts.isEmpty ? nil : policies.people
        identity = policies.isOpen ? .open : .users
    }

    /// With one policy for all models.
    package init(
        workspace: String, policy: Policy, engine: Engine = Engine(), webhooks: WebhookSettings = WebhookSettings(),
        features: OnlineSettings = OnlineSettings(), audit: AuditSettings = AuditSettings(),
        scoring: ScoringSettings = ScoringSettings()
    ) {
        self.init(
            workspace: workspace, policies: Policies(policy), engine: engine, webhooks: webhooks, features: features,
            audit: audit, scoring: scoring)
    }

    /// The policy for models that no closer pattern matches.
    package var policy: Policy { policies.fallback }

    /// Reads a workspace's configuration.
    /// - Throws: ``WorkspaceError/configuration(_:reason:)``, saying where it is wrong.
    package static func read(_ workspace: Workspace) throws -> WorkspaceConfiguration {
        let file = workspace.configurationFile
        do {
            let text = try String(contentsOf: file, encoding: .utf8)
            // First, because it says everything that is wrong and where.
            try Policies.check(yaml: text)
            try checkNames(yaml: text)
            return try YAMLDecoder().decode(WorkspaceConfiguration.self, from: text)
        } catch let problems as ConfigurationProblems {
            throw WorkspaceError.configuration(file.path, reason: "\n- " + problems.problems.joined(separator: "\n- "))
        } catch {
            throw WorkspaceError.configuration(file.path, reason: words(ofDecoding: error))
        }
    }

    /// A setting that is misspelt would be one that nobody made.
    private static func checkNames(yaml text: String) throws {
        let names = (try? Yams.compose(yaml: text))?.mapping?.keys.compactMap { $0.scalar } ?? []
        let strange = names.filter { CodingKeys(stringValue: $0.string) == nil && $0.string != "policy" }
        guard strange.isEmpty else {
            throw ConfigurationProblems(
                strange.map { name in
                    (name.mark.map { "line \($0.line): " } ?? "") + "there is no setting '\(name.string.prefix(80))'"
                })
        }
    }

    package func write(_ workspace: Workspace) throws {
        let text = """
            # Martlet's configuration of this workspace. A change takes effect when the workspace is opened again,
            # and the audit log's entries name the digest of the policy they were made under.

            """
        try durablyWrite(Data((text + YAMLEncoder().encode(self)).utf8), to: workspace.configurationFile)
    }
}
