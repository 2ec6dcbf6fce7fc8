import Foundation
public import MartletAPI
import MartletDomain

/// A connection to Martlet: the same calls whether a server is far away or the workspace is open in this process.
///
/// Every call throws ``ClientError`` with the server's own words when it refuses. What may be asked twice is asked
/// again when the server is busy or the connection breaks, as ``RetryPolicy`` says.
///
/// ```swift
/// let client = try Client()  // MLFLOW_TRACKING_URI, else http://127.0.0.1:5000
/// try await client.withRun(experiment: "churn") { run in
///     try await run.log(param: "max_depth", 6)
///     try await run.log(metric: "auc", 0.91, step: 10)
/// }
/// ```
public struct Client: Sendable {
    private let transport: any Transport
    private let authorization: String?
    private let retry: RetryPolicy

    public init(transport: any Transport, token: String? = nil, retry: RetryPolicy = .standard) {
        self.init(transport: transport, authorization: token.map { "Bearer \($0)" }, retry: retry)
    }

    private init(transport: any Transport, authorization: String?, retry: RetryPolicy) {
        (self.transport, self.authorization, self.retry) = (transport, authorization, retry)
    }

    /// Finds the server where MLflow's clients look for it.
    ///
    /// - Parameters:
    ///   - server: nil takes `MARTLET_SERVER`, else `MLFLOW_TRACKING_URI`, else `http://127.0.0.1:5000`.
    ///   - token: nil takes `MARTLET_TOKEN`, else `MLFLOW_TRACKING_TOKEN`, else what `MLFLOW_TRACKING_USERNAME` and
    ///     `MLFLOW_TRACKING_PASSWORD` say.
    ///   - timeout: How long the server may be silent over one of MLflow's requests. Martlet's own, which train and
    ///     score, may take 15 minutes.
    public init(
        server: String? = nil, token: String? = nil, retry: RetryPolicy = .standard, timeout: Duration = .seconds(120)
    ) throws {
        let environment = ProcessInfo.processInfo.environment
        let named =
            server ?? environment["MARTLET_SERVER"] ?? environment["MLFLOW_TRACKING_URI"] ?? "http://127.0.0.1:5000"
        guard let url = URL(string: named), ["http", "https"].contains(url.scheme) else {
            throw ClientError.noServer(named)
        }
        let bearer = token ?? environment["MARTLET_TOKEN"] ?? environment["MLFLOW_TRACKING_TOKEN"]
        let basic = environment["MLFLOW_TRACKING_USERNAME"].map { user in
            let pair = "\(user):\(environment["MLFLOW_TRACKING_PASSWORD"] ?? "")"
            return "Basic \(Data(pair.utf8).base64EncodedString())"
        }
        self.init(
            transport: HTTPTransport(server: url, timeout: timeout),
            authorization: bearer.map { "Bearer \($0)" } ?? basic, retry: retry)
    }

    /// The same connection as somebody else.
    public func authenticated(by token: String) -> Client { Client(transport: transport, token: token, retry: retry) }

    /// Asks one request of Martlet's own API.
    public func send<Body: MartletRequest>(_ request: Body) async throws -> Body.Response {
        try await call("POST", martletPrefix + Body.path, request, isIdempotent: false, timeout: .seconds(900))
    }

    /// Asks one request of MLflow's API.
    /// - Parameters:
    ///   - path: Below `/api/2.0/`: `mlflow/runs/create`.
    ///   - isIdempotent: Whether asking twice does what asking once does.
    func mlflow<Response: Decodable>(
        _ method: String, _ path: String, _ body: some Encodable, isIdempotent: Bool = false
    ) async throws -> Response {
        try await call(method, "/api/2.0/" + path, body, isIdempotent: isIdempotent)
    }

    /// - Parameter query: Not yet percent-encoded.
    func mlflow<Response: Decodable>(get path: String, _ query: [String: String]) async throws -> Response {
        try await mlflow(get: path, items: query.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    private func call<Response: Decodable>(
        _ method: String, _ path: String, _ body: some Encodable, isIdempotent: Bool, timeout: Duration? = nil
    ) async throws -> Response {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        encoder.outputFormatting = .withoutEscapingSlashes
        let request = WireRequest(
            method: method, path: path, headers: ["Content-Type": "application/json"],
            body: .bytes(try encoder.encode(body)), isIdempotent: isIdempotent, timeout: timeout)
        return try decode(Response.self, try await bytes(request))
    }

    /// Sends a request, again if need be, and gives the body of a good answer.
    func bytes(_ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)? = nil) async throws -> Data {
        let response = try await retry.send(authorized(request), over: transport, progress: progress)
        if let refusal = Self.refusal(response) { throw refusal }
        return response.body
    }

    /// Sends a request once, and hands on the body of a good answer as it comes.
    func stream(
        _ request: WireRequest, receive: @escaping @Sendable (WireResponse, Data) throws -> Void
    ) async throws -> WireResponse {
        try await transport.stream(authorized(request), receive: receive)
    }

    /// How often and how slowly to try again whatever takes more than one request.
    var patience: RetryPolicy { retry }

    private func authorized(_ request: WireRequest) -> WireRequest {
        var request = request
        if let authorization { request.headers["Authorization"] = authorization }
        return request
    }

    /// What the server said no to; nil when it said yes.
    static func refusal(_ response: WireResponse) -> ClientError? {
        guard !response.isGood else { return nil }
        let words = try? JSONDecoder().decode(Refusal.self, from: response.body)
        guard let words, let code = ErrorCode(rawValue: words.error_code) else {
            // Of a 401 to a request that had no credentials, Foundation on Linux keeps the body to itself.
            if response.status == 401, response.body.isEmpty { return .tokenMissing }
            return .unexpected(
                status: response.status, String(decoding: response.body.prefix(1_000), as: UTF8.self))
        }
        if let issues = words.issues, !issues.isEmpty { return .refusedFeatures(code, issues) }
        // MLflow has one code for asking too often, which passes, and for asking too much, which does not.
        return .refused(response.status == 429 ? .temporarilyUnavailable : code, words.message)
    }

    func decode<Response: Decodable>(_ type: Response.Type, _ data: Data) throws -> Response {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            return try decoder.decode(Response.self, from: data)
        } catch {
            throw ClientError.unexpected(status: 200, "\(error)")
        }
    }
}

private struct Refusal: Decodable {
    var error_code: String
    var message: String
    var issues: [FeatureIssue]?
}

/// A segment of a path or a value of a query: everything but letters, digits and `-._~` escaped.
func percentEncoded(_ text: String) -> String {
    var allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7F}"))
    allowed.insert(charactersIn: "-._~")
    return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
}
