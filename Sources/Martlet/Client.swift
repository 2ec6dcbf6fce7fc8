import Foundation
public import MartletAPI
import MartletDomain

/// A connection to Martlet: the same calls whether a server is far away or the workspace is open in this process.
///
/// Every call throws ``ClientError`` with the server's own words when it refuses.
public struct Client: Sendable {
    private let transport: any Transport
    private let token: String?

    public init(transport: any Transport, token: String? = nil) { (self.transport, self.token) = (transport, token) }

    /// Finds the server where MLflow's clients look for it.
    ///
    /// - Parameters:
    ///   - server: nil takes `MARTLET_SERVER`, else `MLFLOW_TRACKING_URI`, else `http://127.0.0.1:5000`.
    ///   - token: nil takes `MARTLET_TOKEN`, else `MLFLOW_TRACKING_TOKEN`.
    public init(server: String? = nil, token: String? = nil) throws {
        let environment = ProcessInfo.processInfo.environment
        let named =
            server ?? environment["MARTLET_SERVER"] ?? environment["MLFLOW_TRACKING_URI"] ?? "http://127.0.0.1:5000"
        guard let url = URL(string: named), ["http", "https"].contains(url.scheme) else {
            throw ClientError.noServer(named)
        }
        self.init(
            transport: HTTPTransport(server: url),
            token: token ?? environment["MARTLET_TOKEN"] ?? environment["MLFLOW_TRACKING_TOKEN"])
    }

    /// The same connection as somebody else.
    public func authenticated(by token: String) -> Client { Client(transport: transport, token: token) }

    /// Asks one request of Martlet's own API.
    public func send<Body: MartletRequest>(_ request: Body) async throws -> Body.Response {
        try await call("POST", martletPrefix + Body.path, request)
    }

    /// Asks one request of MLflow's API.
    /// - Parameter path: Below `/api/2.0/`: `mlflow/runs/create`.
    func mlflow<Response: Decodable>(_ method: String, _ path: String, _ body: some Encodable) async throws -> Response
    {
        try await call(method, "/api/2.0/" + path, body)
    }

    /// - Parameter query: Not yet percent-encoded.
    func mlflow<Response: Decodable>(get path: String, _ query: [String: String]) async throws -> Response {
        let pairs = query.sorted { $0.key < $1.key }.map { "\(percentEncoded($0.key))=\(percentEncoded($0.value))" }
        let data = try await bytes(
            WireRequest(method: "GET", path: "/api/2.0/" + path + "?" + pairs.joined(separator: "&")))
        return try decode(Response.self, data)
    }

    private func call<Response: Decodable>(
        _ method: String, _ path: String, _ body: some Encodable
    ) async throws -> Response {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        let request = WireRequest(
            method: method, path: path, headers: ["Content-Type": "application/json"],
            body: .bytes(try encoder.encode(body)))
        return try decode(Response.self, try await bytes(request))
    }

    /// Sends a request and gives the body of a good answer.
    func bytes(_ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)? = nil) async throws -> Data {
        var request = request
        if let token { request.headers["Authorization"] = "Bearer \(token)" }
        let response = try await transport.send(request, progress: progress)
        guard (200..<300).contains(response.status) else {
            let refusal = try? JSONDecoder().decode(Refusal.self, from: response.body)
            guard let refusal, let code = ErrorCode(rawValue: refusal.error_code) else {
                throw ClientError.unexpected(
                    status: response.status, String(decoding: response.body.prefix(1_000), as: UTF8.self))
            }
            throw ClientError.refused(code, refusal.message)
        }
        return response.body
    }

    private func decode<Response: Decodable>(_ type: Response.Type, _ data: Data) throws -> Response {
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
}

/// A segment of a path or a value of a query: everything but letters, digits and `-._~` escaped.
func percentEncoded(_ text: String) -> String {
    var allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7F}"))
    allowed.insert(charactersIn: "-._~")
    return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
}
