/// Why somebody was not let in, or not let do something.
public enum IdentityError: MartletError, Equatable {
    /// No token, or one that is nobody's.
    case unauthenticated
    case mayNotChange(user: String)
    case mayNotAdminister(user: String)
    case userExists(String)
    case userMissing(String)
    case invalid([String])

    public var code: ErrorCode {
        switch self {
        case .unauthenticated: .unauthenticated
        case .mayNotChange, .mayNotAdminister: .permissionDenied
        case .userExists: .resourceAlreadyExists
        case .userMissing: .resourceDoesNotExist
        case .invalid: .invalidParameterValue
        }
    }

    public var message: String {
        switch self {
        case .unauthenticated:
            "This workspace has users, and the request came with no token that is one's. Set MLFLOW_TRACKING_TOKEN, or give "
                + "--token to martlet, to the token that `martlet init` or an administrator gave you."
        case .mayNotChange(let user):
            "\(user) may read but change nothing: that takes the role engineer, reviewer or program_manager. "
                + "Somebody who has one can do it with their own token."
        case .mayNotAdminister(let user):
            "\(user) may not manage users: that takes the role administrator. Ask somebody who has it."
        case .userExists(let name): "There is a user \(name) already; nothing was changed. Choose another name."
        case .userMissing(let name): "There is no user \(name). `martlet users list` names those there are."
        case .invalid(let problems): problems.joined(separator: "\n")
        }
    }
}
