import Foundation
package import MartletDomain
import Yams

/// What a person edits: `martlet.yaml`.
package struct WorkspaceConfiguration: Codable, Sendable {
    /// Names the workspace in its audit log; never changed afterwards.
    package var workspace: String
    /// What must be true before a model version serves.
    package var policy: Policy
    package var engine: Engine

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

    package init(workspace: String, policy: Policy, engine: Engine = Engine()) {
        (self.workspace, self.policy, self.engine) = (workspace, policy, engine)
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

    func write(_ workspace: Workspace) throws {
        let text = """
            # Martlet's configuration of this workspace. A change takes effect when the workspace is opened again,
            # and the audit log's entries name the digest of the policy they were made under.

            """
        try durablyWrite(Data((text + YAMLEncoder().encode(self)).utf8), to: workspace.configurationFile)
    }
}
