public import MartletDomain

/// What the server refused, in its own words, or why it could not be asked.
public enum ClientError: MartletError, Equatable {
    /// The server said no, with MLflow's code.
    case refused(ErrorCode, String)
    /// The server said no to features or to their rows, and what is wrong with them.
    case refusedFeatures(ErrorCode, [FeatureIssue])
    /// Nothing was sent: there is no such server, or it takes no connections.
    case unreachable(String, reason: String)
    /// Nothing was sent: the certificate that the server shows is not one that this machine trusts.
    case untrusted(String, reason: String)
    /// The connection broke before the answer was there; whether the request took effect is not known.
    case interrupted(String, reason: String)
    /// The server was silent for too long; whether the request took effect is not known.
    case timedOut(String, after: Duration)
    /// An answer that is not MLflow's or Martlet's; a proxy's page, say.
    case unexpected(status: Int, String)
    case noServer(String)

    public var code: ErrorCode {
        switch self {
        case .refused(let code, _), .refusedFeatures(let code, _): code
        case .unreachable, .untrusted, .interrupted: .temporarilyUnavailable
        case .timedOut: .deadlineExceeded
        case .unexpected(let status, _):
            Self.transientStatuses.contains(status) ? .temporarilyUnavailable : .internalError
        case .noServer: .invalidParameterValue
        }
    }

    /// Whether the same request may succeed later, when the server is back or less busy.
    public var isTransient: Bool {
        switch self {
        case .unreachable, .interrupted, .timedOut: true
        case .refused(let code, _), .refusedFeatures(let code, _):
            [.temporarilyUnavailable, .deadlineExceeded, .internalError].contains(code)
        case .unexpected(let status, _): Self.transientStatuses.contains(status)
        case .noServer, .untrusted: false
        }
    }

    static let tokenMissing = ClientError.refused(
        .unauthenticated,
        "The server has users, and the request came with no token. Set MARTLET_TOKEN or MLFLOW_TRACKING_TOKEN, or give "
            + "--token to martlet, to the token that `martlet init` or an administrator gave you.")

    /// What is wrong with features or with their rows; empty for other refusals.
    public var issues: [FeatureIssue] { if case .refusedFeatures(_, let issues) = self { issues } else { [] } }

    static let transientStatuses: Set<Int> = [408, 425, 429, 500, 502, 503, 504]

    public var message: String {
        switch self {
        case .refused(_, let message): message
        case .refusedFeatures(_, let issues): FeatureError.issues(issues).message
        case .unreachable(let server, let reason):
            "\(server) does not answer: \(reason). Start one with `martlet server`, or name another with --server URL."
        case .untrusted(let server, let reason):
            "Nothing was sent to \(server), because this machine does not trust its certificate: \(reason). Where the "
                + "authority that signed it is yours, add its certificate to the system's store (Debian, Ubuntu: copy it to "
                + "/usr/local/share/ca-certificates/NAME.crt and run update-ca-certificates), and name the server as the "
                + "certificate does."
        case .interrupted(let server, let reason):
            "The connection to \(server) broke before it answered: \(reason). What was asked for may have been done or not; "
                + "look before you ask again."
        case .timedOut(let server, let limit):
            "\(server) was silent for \(limit), so the request was given up. What was asked for may have been done or not; "
                + "look before you ask again."
        case .unexpected(200..<300, _):
            "The answer is not one of Martlet's: the server is another program, or a Martlet of another version. Look at the "
                + "URL that --server, MARTLET_SERVER or MLFLOW_TRACKING_URI names."
        case .unexpected(let status, let body): "The server answered \(status) with what Martlet does not know: \(body)"
        case .noServer(let text):
            "'\(text)' is not a server's URL. Set MARTLET_SERVER or MLFLOW_TRACKING_URI to one, as http://127.0.0.1:5000."
        }
    }
}
