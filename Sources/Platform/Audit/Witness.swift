package import AuditLog
package import Foundation
import MartletDomain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Checks that a log only grew since it was last looked at, and cosigns its checkpoint (C2SP tlog-cosignature).
package struct Witness: Sendable {
    private let key: WitnessSigningKey
    private let log: LogVerificationKey
    private let state: URL
    private let read: @Sendable (_ path: String) async throws -> Data?

    /// - Parameters:
    ///   - state: The file that remembers the newest checkpoint that was signed.
    ///   - read: A file of the log, as `checkpoint` or `tile/0/000`; nil if there is none.
    package init(
        key: WitnessSigningKey, log: LogVerificationKey, state: URL,
        read: @escaping @Sendable (_ path: String) async throws -> Data?
    ) {
        (self.key, self.log, self.state, self.read) = (key, log, state, read)
    }

    /// Looks at the log's checkpoint, and cosigns it if the log begins with what was signed last.
    ///
    /// It is remembered, and on disk, before it is given out.
    /// - Parameter time: Seconds since 1970 UTC.
    /// - Returns: The cosigned note.
    /// - Throws: `AuditLogError.differs` when the log went back or is another one.
    package func look(at time: Int64) async throws -> String {
        let lock = try StateLock(state)
        defer { lock.release() }
        guard let data = try await read(TlogPath.checkpoint), let text = String(data: data, encoding: .utf8) else {
            throw AuditError.notPublished
        }
        let new = try Checkpoint(note: text, verifiedBy: log)
        if FileManager.default.fileExists(atPath: state.path) {
            let seen = try Checkpoint(note: String(contentsOf: state, encoding: .utf8), verifiedBy: log)
            guard seen.size <= new.size else {
                throw AuditLogError.differs(
                    place: "the witness \(key.name)",
                    reason: "the log has \(new.size) entries now and had \(seen.size) before")
            }
            let proof = seen.size == new.size ? [] : try await consistency(from: seen.size, to: new.size)
            guard
                MerkleTree.verifyConsistency(
                    from: seen.size, to: new.size, fromRoot: seen.root, toRoot: new.root, proof: proof)
            else {
                throw AuditLogError.differs(
                    place: "the witness \(key.name)",
                    reason: "the log's first \(seen.size) entries are not those that were there before")
            }
        }
        let signed = try key.cosign(try SignedNote(parsing: text), at: time).encoded
        try durablyWrite(Data(text.utf8), to: state)
        return signed
    }

    /// Fetches the tiles that the proof needs, and no others.
    private func consistency(from: Int, to: Int) async throws -> [MerkleHash] {
        var tiles = FetchedTiles(size: to)
        while true {
            do {
                return try tiles.consistencyProof(from: from, to: to)
            } catch let missing as FetchedTiles.Missing {
                var found = try await read(missing.path)
                if found == nil { found = try await read(missing.fullPath) }
                guard let found else {
                    throw AuditLogError.malformedTile("\(missing.path) is not there")
                }
                try tiles.put([UInt8](found), for: missing)
            }
        }
    }
}

/// Two witnesses of one key must not sign at once.
private final class StateLock {
    private let descriptor: Int32

    init(_ state: URL) throws {
        descriptor = open(state.path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(state.path, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            _ = close(descriptor)
            throw InvalidRequest("Another witness is at work with \(state.path). Ask again when it is done.")
        }
    }

    func release() { _ = flock(descriptor, LOCK_UN) }

    deinit { _ = close(descriptor) }
}
