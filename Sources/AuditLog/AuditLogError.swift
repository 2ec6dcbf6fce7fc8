/// What the audit log refuses, with the facts in the case and the way out in the message.
package enum AuditLogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A value has no canonical JSON form (RFC 8785).
    case notCanonical(String)
    /// Bytes are no audit entry of a version known here.
    case malformedEntry(String)
    /// An index or size outside the tree.
    case outsideTree(String)
    case malformedNote(String)
    case malformedKey(String)
    /// A signature by a trusted key does not fit the text.
    case badSignature(keyName: String)
    /// No signature by a trusted key.
    case unsigned(trusted: [String])
    case malformedCheckpoint(String)
    /// A key file is already there; a log's key is never replaced.
    case keyFileExists(path: String)
    case keyFile(path: String, reason: String)
    case malformedTile(String)
    /// Where a log was to be read from there is nothing.
    case noFolder(path: String)
    /// An export folder can't be written.
    case export(path: String, reason: String)
    case malformedProof(String)
    /// A proof that does not show what it is said to show.
    case badProof(String)
    /// A copy of the log that is not this log, or is ahead of it: the log or the copy was changed or put back.
    case differs(place: String, reason: String)

    package var message: String {
        switch self {
        case .notCanonical(let why): "No canonical JSON: \(why)."
        case .malformedEntry(let why): "Not an audit entry: \(why)."
        case .outsideTree(let why): "Outside the audit log's tree: \(why)."
        case .malformedNote(let why): "Not a signed note: \(why)."
        case .malformedKey(let why): "Not a key of an audit log: \(why)."
        case .badSignature(let name):
            "The signature of \(name) does not fit the text: the text or the signature was changed after signing."
        case .unsigned(let trusted):
            "No signature by a trusted key (\(trusted.joined(separator: ", "))). "
                + "Was the public key copied whole, and is it this log's?"
        case .malformedCheckpoint(let why): "Not a checkpoint: \(why)."
        case .keyFileExists(let path):
            "The key file \(path) exists and is not overwritten: with another key no one could verify the log."
        case .keyFile(let path, let reason): "The key file \(path) can't be used: \(reason)."
        case .malformedTile(let why): "Not a tile of an audit log: \(why)."
        case .malformedProof(let why): "Not a proof of a log: \(why)."
        case .badProof(let why): "The proof does not hold: \(why)."
        case .differs(let place, let reason):
            "ALARM: \(place) and the audit log do not agree: \(reason). Nothing was written there. One of the two was "
                + "changed or put back to an earlier state; keep both, and see what `martlet audit verify` says of each."
        case .noFolder(let path): "There is no folder \(path) to read a log from."
        case .export(let path, let reason): "The audit log can't be exported to \(path): \(reason)."
        }
    }

    package var description: String { message }
}
