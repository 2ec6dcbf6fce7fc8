/// Why a webhook was refused.
public enum WebhookError: MartletError, Equatable {
    case missing(String)
    /// The key that its secret was encrypted with is gone, or another.
    case secretUnreadable(file: String)
    case invalid([String])
    /// The addresses of its host are not known now; they may be later.
    case unresolved(String)

    public var code: ErrorCode {
        switch self {
        case .missing: .resourceDoesNotExist
        case .secretUnreadable: .invalidState
        case .invalid, .unresolved: .invalidParameterValue
        }
    }

    public var message: String {
        switch self {
        case .missing(let id): "Webhook with ID \(id.prefix(100)) not found."
        case .secretUnreadable(let file):
            "The webhook's secret cannot be read: \(file) is gone, or not the file that it was encrypted with. "
                + "Put the file back from a copy, or give the webhook its secret again."
        case .invalid(let problems): problems.joined(separator: "\n")
        case .unresolved(let problem): problem
        }
    }
}
