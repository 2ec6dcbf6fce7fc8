package import Foundation

extension WitnessSigningKey {
    /// Writes the key to a new file that only its owner can read.
    package func store(at file: URL) throws(AuditLogError) { try SecretFile.store(encoded, at: file) }

    /// Reads a key that ``store(at:)`` wrote.
    package init(file: URL) throws(AuditLogError) {
        let text = try SecretFile.contents(of: file)
        do {
            try self.init(text)
        } catch {
            throw .keyFile(path: file.path, reason: error.message)
        }
    }
}
