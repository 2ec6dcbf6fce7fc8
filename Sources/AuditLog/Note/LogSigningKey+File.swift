package import Foundation

extension LogSigningKey {
    /// Writes the key to a new file that only its owner can read: see ``SecretFile/store(_:at:)``.
    package func store(at file: URL) throws(AuditLogError) { try SecretFile.store(encoded, at: file) }

    /// Reads a key that ``store(at:)`` wrote.
    ///
    /// - Throws: ``AuditLogError/keyFile(path:reason:)`` if it is missing, open to others, or holds no key.
    package init(file: URL) throws(AuditLogError) {
        let text = try SecretFile.contents(of: file)
        do {
            try self.init(text)
        } catch {
            throw .keyFile(path: file.path, reason: error.message)
        }
    }
}
