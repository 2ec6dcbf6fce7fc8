import AuditLog
import Foundation
import MartletDomain

extension Workspace {
    /// The configuration, written first when there is none.
    func configuration(creating policy: Policy) throws -> WorkspaceConfiguration {
        if !FileManager.default.fileExists(atPath: configurationFile.path) {
            // Its gates and its users would be gone with it.
            guard !exists else {
                throw WorkspaceError.configuration(
                    configurationFile.path, reason: "it is gone; put it back from a copy")
            }
            let name = "workspace-" + UUID().uuidString.lowercased().prefix(8)
            try WorkspaceConfiguration(workspace: name, policy: policy).write(self)
        }
        return try WorkspaceConfiguration.read(self)
    }

    /// The log's key, made with the workspace and never replaced: with another key nobody could verify the log.
    func signingKey(for name: String) throws -> LogSigningKey {
        if FileManager.default.fileExists(atPath: signingKeyFile.path) {
            return try LogSigningKey(file: signingKeyFile)
        }
        guard !exists else { throw AuditLogError.keyFile(path: signingKeyFile.path, reason: "it is gone") }
        let key = try LogSigningKey.generate(name: "martlet/\(name)")
        try key.store(at: signingKeyFile)
        try durablyWrite(Data("\(key.verificationKey)\n".utf8), to: verificationKeyFile)
        return key
    }
}
