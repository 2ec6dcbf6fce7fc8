public import MartletDomain

/// What the server refused, in its own words, or why it could not be asked.
public enum ClientError: MartletError, Equatable {
    case refused(ErrorCode, String)
    case unreachable(String, reason: String)
    case unexpected(status: Int, String)
    case noServer(String)

    public var code: ErrorCode {
        switch self {
        case .refused(let code, _): code
        case .unreachable: .temporarilyUnavailable
        case .unexpected: .internalError
        case .noServer: .invalidParameterValue
        }
    }

    public var message: String {
        switch self {
        case .refused(_, let message): message
        case .unreachable(let server, let reason):
            "\(server) does not answer: \(reason). Start one with `martlet server`, or name another with --server URL."
        case .unexpected(let status, let body): "The server answered \(status) with what Martlet does not know: \(body)"
        case .noServer(let text):
            "'\(text)' is not a server's URL. Set MARTLET_SERVER or MLFLOW_TRACKING_URI to one, as http://127.0.0.1:5000."
        }
    }
}
