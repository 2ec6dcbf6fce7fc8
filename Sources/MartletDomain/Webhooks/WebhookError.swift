/// Why a webhook was refused.
public enum WebhookError: MartletError, Equatable {
    case missing(String)
    /// The key that its secret was encrypted with is gone, or another.
    case secretUnreadable(file: String)
    case invalid([String])
    /// The addresses of its host are not known now; they may be later.
    case unresolved(String)
    /// Another receiver would get what was given for the one there was.
    case otherReceiver([String])
    /// A webhook that starts a job.
    case noJobs
    /// A webhook that does not look at its receiver's certificate.
    case unverified

    public var code: ErrorCode {
        switch self {
        case .missing: .resourceDoesNotExist
        case .secretUnreadable: .invalidState
        case .invalid, .unresolved, .unverified, .otherReceiver: .invalidParameterValue
        case .noJobs: .notImplemented
        }
    }

    public var message: String {
        switch self {
        case .missing(let id):
            "Webhook with ID \(id.prefix(100)) not found. `martlet webhooks list` names those there are."
        case .secretUnreadable(let file):
            "The webhook's secret cannot be read: \(file) is gone, or not the file that it was encrypted with. "
                + "Put the file back from a copy, or give the webhook its secret again."
        case .invalid(let problems): problems.joined(separator: "\n")
        case .unresolved(let problem): problem
        case .otherReceiver(let missing):
            "The webhook was not changed: its new URL is another receiver's, by scheme, host or port, who would get what was "
                + "given for the old one. Give it again with the URL, or as an empty text to have none: "
                + missing.joined(separator: ", ") + "."
        case .noJobs:
            "A webhook with a job_spec cannot be made: Martlet does not run jobs yet. Until it does, give http_url_spec "
                + "with the address of something that starts the job."
        case .unverified:
            "enable_ssl_verification must be true: Martlet looks at the certificate of every receiver. Have the machine "
                + "trust the receiver's certificate authority instead."
        }
    }
}
