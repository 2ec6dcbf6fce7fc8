import AuditLog
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MartletDomain
@testable import MartletServer
import Metadata
import NIOCore
import NIOEmbedded
import Platform

/// The tracking routes over a fresh workspace, asked without a socket.
struct TrackingServer {
    private let responder: any HTTPResponder<MartletContext>

    static func run(_ body: (TrackingServer) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-routes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let identity = AuditIdentity(workspaceID: "test", key: try LogSigningKey.generate(name: "martlet.test"))
        let store = try Store(at: folder.appending(path: "metadata.sqlite"), identity: identity, durability: .normal)
        let tracking = Tracking(store: store)
        let artifacts = try Artifacts(root: folder.appending(path: "artifacts"), store: store, sizeLimit: 1 << 20)
        let router = Router(context: MartletContext.self)
        router.add(middleware: ErrorResponses())
        for version in ["2.0", "3.0"] {
            addTrackingRoutes(to: router.group("api/\(version)/mlflow"), tracking: tracking, artifacts: artifacts)
            addArtifactProxyRoutes(to: router.group("api/\(version)/mlflow-artifacts"), artifacts: artifacts)
        }
        addGetArtifactRoute(to: router.group(""), tracking: tracking, artifacts: artifacts)
        try await body(TrackingServer(responder: router.buildResponder()))
        try await store.close()
    }

    struct Answer {
        var status: Int
        var headers: HTTPFields
        var body: Data

        func json() throws -> JSON { try JSON(body) }
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, body: Data = Data(), headers: HTTPFields = [:]
    ) async throws -> Answer {
        let head = HTTPRequest(method: method, scheme: "http", authority: "test", path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        var logger = Logger(label: "test")
        logger[metadataKey: "hb.request.id"] = "test"
        let source = ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: logger)
        let response = try await responder.respond(to: request, context: MartletContext(source: source))
        let collected = Collected()
        try await response.body.write(Collector(collected: collected))
        return Answer(status: response.status.code, headers: response.headers, body: collected.data)
    }

    /// Posts JSON and expects success.
    @discardableResult
    func post(_ path: String, _ body: JSON) async throws -> JSON {
        let answer = try await ask(.post, "/api/2.0/mlflow/" + path, body: try body.data())
        guard answer.status == 200 else { throw Refused(answer: String(decoding: answer.body, as: UTF8.self)) }
        return try answer.json()
    }

    struct Refused: Error { var answer: String }
}

private final class Collected {
    var data = Data()
}

private struct Collector: ResponseBodyWriter {
    let collected: Collected

    mutating func write(_ buffer: ByteBuffer) async throws {
        collected.data.append(contentsOf: buffer.readableBytesView)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// Any JSON, to be compared; numbers are equal when their values are.
enum JSON: Codable, Equatable, ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
    ExpressibleByIntegerLiteral
{
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(arrayLiteral elements: JSON...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { first, _ in first }))
    }

    init(_ data: Data) throws { self = try JSONDecoder().decode(JSON.self, from: data) }
    func data() throws -> Data { try JSONEncoder().encode(self) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value):
            if let whole = Int64(exactly: value) { try container.encode(whole) } else { try container.encode(value) }
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    subscript(key: String) -> JSON {
        if case .object(let fields) = self { fields[key] ?? .null } else { .null }
    }
    var text: String { if case .text(let text) = self { text } else { "" } }
    var elements: [JSON] { if case .list(let list) = self { list } else { [] } }

    /// With the values of these fields, wherever they stand, left out of account.
    func ignoring(_ names: Set<String>) -> JSON {
        switch self {
        case .object(let fields):
            .object(
                Dictionary(
                    uniqueKeysWithValues: fields.map { name, value in
                        (name, names.contains(name) ? 0 : value.ignoring(names))
                    }))
        case .list(let list): .list(list.map { $0.ignoring(names) })
        default: self
        }
    }
}
