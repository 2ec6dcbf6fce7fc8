/// Why somebody was not let in, or not let do something.
public enum IdentityError: MartletError, Equatable {
    /// No token, or one that is nobody's.
    case unauthenticated
    case mayNotChange(user: String)
    case mayNotAdminister(user: String)
    /// Not this, or not on this; whether it exists is not said.
    case denied(user: String, Verb)
    /// The person may, and the token that they came with is not good for it.
    case beyondToken(user: String, Verb)
    /// A limited token gives nobody anything.
    case limitedToken(user: String)
    /// Too many attempts that failed. The time is milliseconds until the next is looked at.
    case tooManyAttempts(retryAfter: Int64)
    case tokenMissing(String)
    case groupMissing(String)
    case groupExists(String)
    case roleMissing(String)
    case bindingMissing(RoleBinding)
    /// A request that came by a cookie and not from one of our pages.
    case forged
    case userExists(String)
    case userMissing(String)
    case invalid([String])

    public var code: ErrorCode {
        switch self {
        case .unauthenticated: .unauthenticated
        case .mayNotChange, .mayNotAdminister, .denied, .beyondToken, .limitedToken, .forged: .permissionDenied
        case .tooManyAttempts: .temporarilyUnavailable
        case .userExists, .groupExists: .resourceAlreadyExists
        case .userMissing, .tokenMissing, .groupMissing, .roleMissing, .bindingMissing: .resourceDoesNotExist
        case .invalid: .invalidParameterValue
        }
    }

    public var message: String {
        switch self {
        case .unauthenticated:
            "This workspace has users, and the request came with no token that is one's: with none, or with one that has "
                + "expired or was renewed since. Set MLFLOW_TRACKING_TOKEN, or give --token to martlet, to the token that "
                + "`martlet init` or an administrator gave you, or that `martlet tokens create` made. For one that is lost, an "
                + "administrator runs: martlet users renew-token NAME"
        case .mayNotChange(let user):
            "\(user) may not change that: it takes the role contributor, reviewer, operator or program_manager. "
                + "Somebody who has one can do it with their own token."
        case .mayNotAdminister(let user):
            "\(user) may not manage users: that takes the role administrator. Ask somebody who has it."
        case .denied(let user, let verb):
            "\(user) may not do \(verb) here, or there is nothing of that name. Somebody who manages users can give a role "
                + "that includes it: `martlet roles grant user:\(user) --role ROLE [--on SCOPE]`."
        case .beyondToken(let user, let verb):
            "\(user)'s token is limited, and \(verb) here is not what it is for. Come with another token, or make one: "
                + "martlet tokens create NAME --verb \(verb)"
        case .limitedToken(let user):
            "\(user)'s token is limited, and gives nobody a token, password, account, group or role: that would be good for "
                + "more than it is. Come with a token without limits."
        case .tooManyAttempts(let milliseconds):
            "Too many attempts to log in failed. Wait \((milliseconds + 999) / 1_000) seconds, then try again."
        case .tokenMissing(let id): "There is no token \(id). `martlet tokens list` names those there are."
        case .groupMissing(let name): "There is no group \(name). `martlet groups list` names those there are."
        case .groupExists(let name): "There is a group \(name) already; nothing was changed. Choose another name."
        case .roleMissing(let name) where Role(word: name) != nil:
            "\(name) is a built-in role, and stays as it is. `martlet roles list` names those of your own."
        case .roleMissing(let name): "There is no role \(name). `martlet roles list` names those there are."
        case .bindingMissing(let binding):
            "\(binding.member) does not have the role \(binding.role) on \(binding.scope). "
                + "`martlet roles bindings` names those there are."
        case .forged:
            "The request came with a session's cookie and without the page's token, so that another site may have made it. "
                + "Load the page again; programs send a token instead of a cookie."
        case .userExists(let name): "There is a user \(name) already; nothing was changed. Choose another name."
        case .userMissing(let name): "There is no user \(name). `martlet users list` names those there are."
        case .invalid(let problems): problems.joined(separator: "\n")
        }
    }
}

extension IdentityError {
    /// Why `user` may not do `verb`, in the words that help most.
    public static func refusal(of verb: Verb, to user: User) -> IdentityError {
        var person = user
        person.access?.limits = nil
        if user.access?.limits != nil, person.mayAnywhere(verb) { return .beyondToken(user: user.name, verb) }
        if verb.service == "identity", !verb.isReading { return .mayNotAdminister(user: user.name) }
        if !verb.isReading, !user.mayChange { return .mayNotChange(user: user.name) }
        return .denied(user: user.name, verb)
    }
}
