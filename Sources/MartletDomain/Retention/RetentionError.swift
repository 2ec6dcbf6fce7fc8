/// Why something deleted was not removed for good.
public enum RetentionError: MartletError, Equatable {
    /// Things that are deleted first and removed later.
    public enum Kind: String, Sendable, Hashable {
        case run = "Run"
        case experiment = "Experiment"
        case loggedModel = "Logged model"

        fileprivate var command: String {
            switch self {
            case .run: "runs"
            case .experiment: "experiments"
            case .loggedModel: "models"
            }
        }
    }

    case missing(Kind, id: String)
    case notDeleted(Kind, id: String)
    case tooYoung(Kind, id: String, olderThan: String)
    case registered(Kind, id: String, model: String, version: Int64)
    case sealed(Kind, id: String, prefix: String)
    case filesInTheWay(Kind, id: String, reason: String)
    case alwaysThere(id: String)
    case holds(experiment: String, reasons: [String])
    /// Everything that keeps what was asked for by name; nothing was removed.
    case refused([String])

    public var code: ErrorCode {
        switch self {
        case .missing: .resourceDoesNotExist
        case .notDeleted, .tooYoung, .alwaysThere, .refused: .invalidParameterValue
        case .registered, .sealed, .holds: .permissionDenied
        case .filesInTheWay: .temporarilyUnavailable
        }
    }

    public var message: String {
        switch self {
        case .missing(let kind, let id): return "\(kind.rawValue) \(id) was not removed: there is none."
        case .notDeleted(let kind, let id):
            return "\(kind.rawValue) \(id) was not removed: it is not deleted. "
                + "Delete it first: martlet \(kind.command) delete \(id)"
        case .tooYoung(let kind, let id, let age):
            return "\(kind.rawValue) \(id) was not removed: it was not deleted more than \(age) ago."
        case .registered(let kind, let id, let model, let version):
            return
                "\(kind.rawValue) \(id) was not removed: version \(version) of the registered model \(model) came from "
                + "it, and why that model decided as it did must stay answerable. "
                + "Keep it; restore it to see it: martlet \(kind.command) restore \(id)"
        case .sealed(let kind, let id, let prefix):
            return
                "\(kind.rawValue) \(id) was not removed: its files under '\(prefix)' are sealed, because a registered "
                + "model version was made from them."
        case .filesInTheWay(let kind, let id, let reason):
            return "\(kind.rawValue) \(id) was not removed, because its files could not be: \(reason)"
        case .alwaysThere(let id):
            return "Experiment \(id) was not removed: runs that name no experiment go there. "
                + "Restore it, and rename it if its name is wanted: martlet experiments restore \(id)"
        case .holds(let experiment, let reasons):
            return "Experiment \(experiment) was not removed, because of what is in it:\n"
                + reasons.joined(separator: "\n")
        case .refused(let reasons): return "Nothing was removed:\n" + reasons.joined(separator: "\n")
        }
    }
}
