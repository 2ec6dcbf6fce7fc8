package import AuditLog
import Foundation
package import MartletDomain
import Metadata

/// An entry of the log, and where it stands.
package struct FoundEvent: Sendable {
    package var position: Int64
    package var entry: AuditEntry
    /// The bytes that were hashed.
    package var bytes: [UInt8]
}

extension Audit {
    /// That an entry is in the log, in one file that anybody verifies with the log's public key.
    ///
    /// Proven against the newest checkpoint that left, which leaves now if none covers the entry.
    package func prove(position: Int64, by caller: Caller) async throws -> TlogProof {
        let (published, proofs) = try await prove([position], by: caller)
        guard let proof = proofs[position] else {
            throw AuditError.positionMissing(position, size: Int64(published.size))
        }
        return proof
    }

    /// As ``prove(position:by:)`` for many entries at once, all against one checkpoint.
    ///
    /// - Returns: The checkpoint, and the proofs by position; none for a position that the log does not have.
    package func prove(
        _ positions: [Int64], by caller: Caller
    ) async throws -> (checkpoint: PublishedCheckpoint, proofs: [Int64: TlogProof]) {
        let size = try await checkpointSize()
        let known = positions.filter { $0 >= 0 && $0 < size }
        guard let last = known.max() else {
            throw AuditError.positionMissing(positions.first ?? 0, size: size)
        }
        var covering = try await store.read { try $0.published(covering: last) }
        if covering == nil { covering = try await publish(because: "proof", by: .keeper) }
        guard let published = covering else { throw AuditError.notPublished }
        let proofs = try await store.read { db in
            let log = StoredLog(db)
            return try known.map { position in
                let index = Int(position)
                return TlogProof(
                    entry: try log.entries(in: index..<index + 1).first, index: index,
                    hashes: try log.inclusionProof(index: index, size: published.size), checkpoint: published.note)
            }
        }
        return (published, Dictionary(proofs.map { (Int64($0.index), $0) }) { first, _ in first })
    }

    /// That the log of `to` entries only appended to that of `from`; both are sizes of checkpoints that left.
    ///
    /// - Parameter to: nil for the newest.
    package func proveConsistency(from: Int, to: Int?) async throws -> TlogConsistency {
        try await store.read { db in
            guard let new = try to.map({ try db.published(size: $0) }) ?? db.largestPublished()
            else {
                throw to.map { AuditError.checkpointMissing(size: $0) } ?? AuditError.notPublished
            }
            guard from >= 0, from <= new.size else { throw AuditError.checkpointMissing(size: from) }
            return TlogConsistency(
                oldSize: from, hashes: try StoredLog(db).consistencyProof(from: from, to: new.size),
                checkpoint: new.note)
        }
    }

    /// How many entries the newest signed checkpoint covers.
    func checkpointSize() async throws -> Int64 {
        try await store.read { db in
            try db.row("SELECT size FROM audit_checkpoint WHERE id = 1")?.integer("size") ?? 0
        }
    }
}
