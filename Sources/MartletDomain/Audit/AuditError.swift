/// Why something about the log was refused.
public enum AuditError: MartletError, Equatable {
    case eventMissing(String)
    case positionMissing(Int64, size: Int64)
    case checkpointMissing(size: Int)
    /// Nobody known signed.
    case noKnownWitness(String)
    /// A cosigned checkpoint that is not one of ours.
    case foreignCheckpoint(String)
    case notPublished
    case push(target: String, reason: String)
    /// The target is ahead of the log, or holds another one.
    case pushAlarm(target: String, reason: String)

    public var code: ErrorCode {
        switch self {
        case .eventMissing, .positionMissing, .checkpointMissing, .notPublished: .resourceDoesNotExist
        case .noKnownWitness, .foreignCheckpoint: .invalidParameterValue
        case .push: .temporarilyUnavailable
        case .pushAlarm: .dataLoss
        }
    }

    public var message: String {
        switch self {
        case .eventMissing(let id):
            "There is no event \(id) in the log. `martlet audit log` lists events with their ids and positions."
        case .positionMissing(let position, let size):
            "The log has no position \(position): its \(size) entries are numbered from 0."
        case .checkpointMissing(let size):
            "No checkpoint of \(size) entries has left this log, and the note has no signature of the log's. `martlet audit checkpoint --list` names those that have."
        case .noKnownWitness(let names):
            "No signature was kept: the note has to be signed by witnesses that martlet.yaml knows (audit: witnesses), and "
                + "by no others. Signatures of others on it: \(names)."
        case .foreignCheckpoint(let reason):
            "The cosigned checkpoint is not one that this log gave out: \(reason)."
        case .notPublished: "No checkpoint has left this log yet. `martlet audit checkpoint` makes the first."
        case .push(let target, let reason):
            "The checkpoint was not pushed to \(target): \(reason). It can be pushed again at any time."
        case .pushAlarm(let target, let reason):
            "ALARM: \(target) and the audit log do not agree: \(reason). Nothing was pushed. The log or the target was "
                + "changed or put back; keep both, and see what `martlet audit verify --checkpoint` says."
        }
    }
}
