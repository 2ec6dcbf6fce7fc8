/// A checkpoint that was kept out of reach of a log's keepers, held against the log as it is now.
package struct KeptCheckpoint: Sendable {
    private var verifier: AuditVerifier
    private let size: Int

    /// - Parameter note: a checkpoint that `key` signed.
    package init(_ note: String, key: LogVerificationKey) {
        verifier = AuditVerifier(checkpoint: note, key: key)
        size = verifier.finish().signedSize ?? 0
    }

    /// Takes the next entry, in the log's order.
    ///
    /// - Parameter hash: what the entry hashes to.
    package mutating func add(position: Int, sizeInBytes: Int, hash: MerkleHash) {
        guard position < size else { return }
        verifier.add(position: position, sizeInBytes: sizeInBytes, hash: hash, leafHash: hash)
    }

    /// Adds what is wrong with the log by this checkpoint, beside what was found without it.
    ///
    /// A log that was rewritten and signed again is sound by itself; which of its positions was the first to be changed
    /// is then known to nobody, and all that the checkpoint signed are named.
    package func judge(_ found: inout AuditVerification) {
        for var problem in verifier.finish().problems {
            if problem.kind == .root {
                // What was found without the checkpoint explains the other root, and says where.
                if found.problems.contains(where: { ($0.position ?? .max) < size }) { continue }
                problem = .init(
                    .root, at: size > 0 ? 0...size - 1 : nil,
                    "the first \(size) entries are not those that were signed then: the log was rewritten and signed again"
                )
            }
            // What is missing anyway need not be told twice.
            let isKnown = found.problems.contains {
                $0.kind == problem.kind && $0.position == problem.position && $0.lastPosition == problem.lastPosition
            }
            if isKnown { continue }
            problem.what = "held against the kept checkpoint: \(problem.what)"
            let place = found.problems.firstIndex { ($0.position ?? .max) > (problem.position ?? .max) }
            found.problems.insert(problem, at: place ?? found.problems.endIndex)
        }
    }
}
