import Crypto
import Foundation
import MartletDomain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Keeps secrets where a copy of the database alone does not give them away: AES-256-GCM, with a key in a file of its
/// own that only its owner reads.
struct SecretBox: Sendable {
    private let file: URL

    init(file: URL) { self.file = file }

    /// - Parameter owner: What the secret is of; it can be opened for nothing else.
    /// - Returns: Nonce, ciphertext and tag.
    func seal(_ secret: String, for owner: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(Data(secret.utf8), using: try key(), authenticating: Data(owner.utf8))
        guard let combined = box.combined else { throw WebhookError.secretUnreadable(file: file.path) }
        return Array(combined)
    }

    /// - Throws: ``WebhookError/secretUnreadable(file:)``.
    func unseal(_ sealed: [UInt8], for owner: String) throws -> String {
        guard let key = try existingKey(), let box = try? AES.GCM.SealedBox(combined: sealed),
            let data = try? AES.GCM.open(box, using: key, authenticating: Data(owner.utf8))
        else { throw WebhookError.secretUnreadable(file: file.path) }
        return String(decoding: data, as: UTF8.self)
    }

    private func key() throws -> SymmetricKey {
        if let key = try existingKey() { return key }
        let key = SymmetricKey(size: .bits256)
        let text = key.withUnsafeBytes { Data($0) }.base64EncodedString() + "\n"
        try writePrivately(Data(text.utf8))
        // Somebody may have been faster; theirs counts then.
        guard let stored = try existingKey() else { throw WebhookError.secretUnreadable(file: file.path) }
        return stored
    }

    private func existingKey() throws -> SymmetricKey? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let data = Data(base64Encoded: text), data.count == 32 else {
            throw WebhookError.secretUnreadable(file: file.path)
        }
        return SymmetricKey(data: data)
    }

    /// Whole and durable or not at all, and never in place of another.
    private func writePrivately(_ data: Data) throws {
        let temporary = file.deletingLastPathComponent().appending(path: ".\(UUID().uuidString).tmp")
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileError(file.path, errno) }
        defer { try? FileManager.default.removeItem(at: temporary) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: data)
        try handle.synchronize()
        try handle.close()
        guard link(temporary.path, file.path) == 0 || errno == EEXIST else { throw FileError(file.path, errno) }
        try synchronize(file.deletingLastPathComponent())
    }
}
