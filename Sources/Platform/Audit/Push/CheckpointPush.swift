package import AuditLog
import Foundation
import MartletDomain

/// Carries a checkpoint to a target, and never back.
package struct CheckpointPush: Sendable {
    package enum Outcome: String, Sendable {
        case pushed
        /// The target has it already.
        case present
    }

    /// What one target can do.
    protocol Place {
        /// The note that is there; nil if there is none.
        func read() async throws -> String?
        /// Puts a note there, if what is there is still what was read.
        /// - Returns: False if somebody else put another one there since.
        func replace(_ note: String, size: Int) async throws -> Bool
    }

    private let key: LogVerificationKey
    private let consistency: @Sendable (_ from: Int, _ to: Int) async throws -> [MerkleHash]
    private let environment: [String: String]

    /// - Parameters:
    ///   - consistency: the proof that the log of `to` entries begins with that of `from`.
    ///   - environment: where an object store's endpoint, region and credentials are named, as AWS's tools do.
    package init(
        key: LogVerificationKey, environment: [String: String],
        consistency: @escaping @Sendable (_ from: Int, _ to: Int) async throws -> [MerkleHash]
    ) {
        (self.key, self.environment, self.consistency) = (key, environment, consistency)
    }

    /// Pushes a signed checkpoint.
    ///
    /// - Throws: ``AuditError/pushAlarm(target:reason:)`` when the target is ahead or holds another log,
    ///   ``AuditError/push(target:reason:)`` when it can't be reached or written.
    package func push(_ note: String, to target: CheckpointTarget) async throws -> Outcome {
        let new = try Checkpoint(note: note, verifiedBy: key)
        for _ in 0..<3 {
            let place = try place(of: target)
            let present = try await place.read()
            if let present, try await isPresent(present, note, new, target) { return .present }
            if try await place.replace(note, size: new.size) { return .pushed }
        }
        throw AuditError.push(target: target.name, reason: "others write there all the time")
    }

    private func place(of target: CheckpointTarget) throws -> any Place {
        switch target {
        case .folder(let folder): FolderPlace(folder: folder, target: target.name)
        case .git(let url, let branch): GitPlace(url: url, branch: branch, target: target.name)
        case .objectStore(let bucket, let prefix):
            try ObjectPlace(bucket: bucket, prefix: prefix, environment: environment)
        }
    }

    /// Whether the target has this checkpoint already.
    /// - Throws: ``AuditError/pushAlarm(target:reason:)`` if the log does not begin with what is there.
    private func isPresent(
        _ present: String, _ note: String, _ new: Checkpoint, _ target: CheckpointTarget
    ) async throws -> Bool {
        let old: Checkpoint
        do {
            old = try Checkpoint(note: present, verifiedBy: key)
        } catch {
            throw AuditError.pushAlarm(
                target: target.name, reason: "what is there is no checkpoint of this log (\(error.message))")
        }
        guard old.size <= new.size else {
            throw AuditError.pushAlarm(
                target: target.name, reason: "it has \(old.size) entries, and the log only \(new.size)")
        }
        let proof = old.size == new.size ? [] : try await consistency(old.size, new.size)
        guard
            MerkleTree.verifyConsistency(
                from: old.size, to: new.size, fromRoot: old.root, toRoot: new.root, proof: proof)
        else {
            throw AuditError.pushAlarm(
                target: target.name, reason: "its \(old.size) entries are not the first \(old.size) of the log")
        }
        guard old.size == new.size else { return false }
        // Cosignatures that came since are carried there, and none that is there is lost.
        let (there, here) = (try SignedNote(parsing: present).signatures, try SignedNote(parsing: note).signatures)
        return here.allSatisfy { signature in
            there.contains { $0.keyID == signature.keyID && $0.keyName == signature.keyName }
        }
    }
}

/// A folder: the file is replaced whole.
private struct FolderPlace: CheckpointPush.Place {
    let folder: URL
    let target: String

    private var file: URL { folder.appending(path: CheckpointTarget.fileName) }

    func read() throws -> String? {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw AuditError.push(
                target: target,
                reason: "there is no such folder; is it mounted? A folder is not made, so that a "
                    + "checkpoint does not stay on this machine by mistake")
        }
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            return try String(contentsOf: file, encoding: .utf8)
        } catch {
            throw AuditError.push(target: target, reason: "\(file.path) can't be read")
        }
    }

    func replace(_ note: String, size: Int) throws -> Bool {
        do {
            try durablyWrite(Data(note.utf8), to: file)
            return true
        } catch {
            throw AuditError.push(target: target, reason: (error as? any MartletError)?.message ?? "\(error)")
        }
    }
}
