import Foundation
package import MartletDomain
import Yams

/// What a person edits: `martlet.yaml`.
package struct WorkspaceConfiguration: Codable, Sendable {
    /// Names the workspace in its audit log; never changed afterwards.
    package var workspace: String
    /// What must be true before a model version serves.
    package var policy: Policy
    package var identity: IdentityMode
    package var engine: Engine
    /// Whom webhooks may ask.
    package var webhooks: WebhookSettings
    /// How served features are looked after.
    package var features: OnlineSettings
    /// What is kept of predictions that are handed out.
    package var scoring: ScoringSettings

    /// Whether people say who they are.
    package enum IdentityMode: String, Codable, Sendable {
        /// Whoever reaches the workspace may do anything.
        case open
        /// Every request carries a user's token.
        case users
    }

    /// What queries and training may take of the machine.
    package struct Engine: Codable, Sendable {
        package var memoryLimitInMegabytes: Int
        package var threads: Int

        enum CodingKeys: String, CodingKey {
            case memoryLimitInMegabytes = "memory_limit_mb"
            case threads
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
        policy = try container.decode(Policy.self, forKey: .policy)
        // Who leaves the line out does not open the doors by that.
        identity = try container.decodeIfPresent(IdentityMode.self, forKey: .identity) ?? .users
        engine = try container.decodeIfPresent(Engine.self, forKey: .engine) ?? Engine()
        webhooks = try container.decodeIfPresent(WebhookSettings.self, forKey: .webhooks) ?? WebhookSettings()
        features = try container.decodeIfPresent(OnlineSettings.self, forKey: .features) ?? OnlineSettings()
        scoring = try container.decodeIfPresent(ScoringSettings.self, forKey: .scoring) ?? ScoringSettings()
    }

    package init(
        workspace: String, policy: Policy, engine: Engine = Engine(), webhooks: WebhookSettings = WebhookSettings(),
        features: OnlineSettings = OnlineSettings(), scoring: ScoringSettings = ScoringSettings()
    ) {
        (self.workspace, self.policy, self.engine, self.webhooks) = (workspace, policy, engine, webhooks)
        (self.features, self.scoring) = (features, scoring)
        identity = policy.isOpen ? .open : .users
    }

    /// Reads a workspace's configuration.
    /// - Throws: ``WorkspaceError/configuration(_:reason:)``, saying where it is wrong.
    package static func read(_ workspace: Workspace) throws -> WorkspaceConfiguration {
        let file = workspace.configurationFile
        do {
            return try YAMLDecoder().decode(
                WorkspaceConfiguration.self, from: String(contentsOf: file, encoding: .utf8))
        } catch {
            throw WorkspaceError.configuration(file.path, reason: "\(error)")
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
