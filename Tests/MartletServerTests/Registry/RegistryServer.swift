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

/// The registry's and the governance routes over a fresh workspace, asked without a socket.
struct RegistryServer {
    let registry: Registry
    let identity: Identity
    let artifacts: Artifacts
    private let responder: any HTTPResponder<MartletContext>

    static func run(_ policy: Policy = .open, _ body: (RegistryServer) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-registry-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = AuditIdentity(workspaceID: "test", key: try LogSigningKey.generate(name: "martlet.test"))
        let store = try Store(at: folder.appending(path: "metadata.sqlite"), identity: log, durability: .normal)
        let artifacts = try Artifacts(root: folder.appending(path: "artifacts"), store: store)
        let identity = Identity(store: store, isOpen: policy.isOpen)
        let registry = Registry(store: store, artifacts: artifacts, policy: policy) { source in
            source.hasPrefix("models:/m-") ? "mlflow-artifacts:/1/models/\(source.dropFirst(8))/artifacts" : nil
        }
        let router = Router(context: MartletContext.self)
        router.add(middleware: ErrorResponses())
        let guarded = router.group("").add(middleware: Authentication(identity: identity))
        addRegistryRoutes(to: guarded.group("api/2.0/mlflow"), registry: registry)
        addGovernanceRoutes(to: guarded.group("api/martlet/1.0"), registry: registry, identity: identity)
        try await body(
            RegistryServer(
                registry: registry, identity: identity, artifacts: artifacts, responder: router.buildResponder()))
        try await store.close()
    }

    /// - Parameter token: Sent as a bearer's.
    func ask(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, token: String? = nil
    ) async throws -> (status: Int, json: JSON) {
        let fields: HTTPFields = token.map { [.authorization: "Bearer \($0)"] } ?? [:]
        let head = HTTPRequest(method: method, scheme: "http", authority: "test", path: path, headerFields: fields)
        let bytes = try body.map { try $0.data() } ?? Data()
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: bytes)))
        var logger = Logger(label: "test")
        logger[metadataKey: "hb.request.id"] = "test"
        let source = ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: logger)
        let response = try await responder.respond(to: request, context: MartletContext(source: source))
        let bin = Bin()
        try await response.body.write(BinWriter(bin: bin))
        return (response.status.code, try JSON(bin.data))
    }

    func martlet(_ path: String, _ body: JSON, token: String? = nil) async throws -> (status: Int, json: JSON) {
        try await ask(.post, "/api/martlet/1.0/" + path, body, token: token)
    }

    /// Stores the files of a logged model.
    func log(_ model: String) async throws {
        let caller = Caller(.martlet, requestID: "test")
        try await artifacts.write(Data(model.utf8), to: "1/models/\(model)/artifacts/MLmodel", by: caller)
    }
}

private final class Bin {
    var data = Data()
}

private struct BinWriter: ResponseBodyWriter {
    let bin: Bin

    mutating func write(_ buffer: ByteBuffer) async throws { bin.data.append(contentsOf: buffer.readableBytesView) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
