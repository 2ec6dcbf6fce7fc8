import Crypto
package import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// An object store that is strict: a request without a fitting signature over what really arrived, or without the
/// condition that a put needs here, is refused.
package final class ObjectStoreDouble: Sendable {
    package static let accessKeyID = "AKIDTEST"
    package static let secretAccessKey = "a secret/with+signs"
    package static let region = "eu-test-1"

    private struct State {
        var objects: [String: Data] = [:]
        var port = 0
        var refusals: [String] = []
        /// Runs before the next put is judged: what another writer does in between.
        var beforePut: (@Sendable (inout [String: Data]) -> Void)?
    }

    private let state = Mutex(State())

    /// What a client's environment says of this store.
    package var environment: [String: String] {
        [
            "AWS_ENDPOINT_URL": "http://127.0.0.1:\(state.withLock { $0.port })", "AWS_REGION": Self.region,
            "AWS_ACCESS_KEY_ID": Self.accessKeyID, "AWS_SECRET_ACCESS_KEY": Self.secretAccessKey,
        ]
    }
    /// Why requests were refused.
    package var refusals: [String] { state.withLock { $0.refusals } }

    package func object(_ path: String) -> String? {
        state.withLock { $0.objects[path] }.map { String(decoding: $0, as: UTF8.self) }
    }

    package func beforeNextPut(_ body: @escaping @Sendable (inout [String: Data]) -> Void) {
        state.withLock { $0.beforePut = body }
    }

    /// Lends a store.
    package static func with(_ body: (ObjectStoreDouble) async throws -> Void) async throws {
        let store = ObjectStoreDouble()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            group.addTask { try await store.serve { port.yield($0) } }
            for await number in ports {
                store.state.withLock { $0.port = number }
                break
            }
            do {
                try await body(store)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    private func serve(_ listening: @escaping @Sendable (Int) -> Void) async throws {
        let router = Router()
        for method in [HTTPRequest.Method.get, .put] {
            router.on("**", method: method) { request, _ in
                let body = Data(try await request.body.collect(upTo: 1 << 20).readableBytesView)
                return self.answer(request.head, body)
            }
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) }, logger: quietLogger())
        try await application.run()
    }

    private func answer(_ head: HTTPRequest, _ body: Data) -> Response {
        let path = head.path ?? "/"
        if let problem = Self.problem(head, path, body) {
            state.withLock { $0.refusals.append(problem) }
            return Self.response(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>")
        }
        return state.withLock { state in
            if head.method == .put, let before = state.beforePut {
                state.beforePut = nil
                before(&state.objects)
            }
            let present = state.objects[path]
            let tag = present.map { "\"\(Self.hex(SHA256.hash(data: $0)).prefix(32))\"" }
            guard head.method == .put else {
                guard let present, let tag else {
                    return Self.response(404, "<Error><Code>NoSuchKey</Code></Error>")
                }
                return Self.response(200, String(decoding: present, as: UTF8.self), tag: tag)
            }
            let (match, noneMatch) = (head.headerFields[.ifMatch], head.headerFields[.ifNoneMatch])
            guard match != nil || noneMatch == "*" else {
                state.refusals.append("a put without a condition")
                return Self.response(400, "<Error><Code>InvalidRequest</Code></Error>")
            }
            guard match == nil ? present == nil : match == tag else {
                return Self.response(412, "<Error><Code>PreconditionFailed</Code></Error>")
            }
            state.objects[path] = body
            return Self.response(200, "")
        }
    }

    private static func response(_ status: Int, _ body: String, tag: String? = nil) -> Response {
        var headers = HTTPFields()
        headers[.eTag] = tag
        return Response(
            status: .init(code: status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }

    /// What is wrong with a request's signature; nil if nothing is. AWS Signature Version 4, worked out from what
    /// arrived.
    private static func problem(_ head: HTTPRequest, _ path: String, _ body: Data) -> String? {
        func field(_ name: String) -> String? {
            if name == "host" { return head.authority }
            return HTTPField.Name(name).flatMap { head.headerFields[$0] }
        }
        guard let authorization = field("authorization"), authorization.hasPrefix("AWS4-HMAC-SHA256 ") else {
            return "no signature"
        }
        var parts: [String: String] = [:]
        for part in authorization.dropFirst(17).split(separator: ",") {
            let pair = part.trimmingPrefix(" ").split(separator: "=", maxSplits: 1)
            if pair.count == 2 { parts[String(pair[0])] = String(pair[1]) }
        }
        guard let time = field("x-amz-date"), let digest = field("x-amz-content-sha256"),
            let signed = parts["SignedHeaders"], let signature = parts["Signature"]
        else { return "parts of the signature are missing" }
        guard digest == hex(SHA256.hash(data: body)) else { return "the digest is not of the body that arrived" }
        let names = signed.split(separator: ";").map(String.init)
        guard names == names.sorted(), ["host", "x-amz-date", "x-amz-content-sha256"].allSatisfy(names.contains) else {
            return "signed headers are out of order or too few"
        }
        let scope = "\(time.prefix(8))/\(region)/s3/aws4_request"
        guard parts["Credential"] == "\(accessKeyID)/\(scope)" else { return "other credentials or another scope" }
        let lines = names.map { "\($0):\(field($0) ?? "")\n" }.joined()
        let request = "\(head.method)\n\(path)\n\n\(lines)\n\(signed)\n\(digest)"
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(hex(SHA256.hash(data: Data(request.utf8))))"
        var key = Data("AWS4\(secretAccessKey)".utf8)
        for part in [String(time.prefix(8)), region, "s3", "aws4_request", text] {
            key = Data(HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: SymmetricKey(data: key)))
        }
        return hex(key) == signature ? nil : "the signature does not fit what arrived"
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }
}
