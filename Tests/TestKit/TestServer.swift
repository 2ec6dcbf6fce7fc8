package import Foundation
package import HTTPTypes
import Hummingbird
package import Martlet
import MartletDomain
package import MartletServer
import NIOCore
package import Platform

/// The server with all its routes over one workspace.
package struct TestServer: Sendable {
    package let platform: Platform
    package let application: MartletApplication

    package init(
        platform: Platform, settings: ServerSettings = ServerSettings(), interface: InterfaceFolder? = nil
    ) {
        self.platform = platform
        application = MartletApplication(
            platform: platform, logger: quietLogger(), settings: settings, interface: interface)
    }

    package struct Answer: Sendable {
        package var status: Int
        package var headers: HTTPFields
        package var body: Data

        package var text: String { String(decoding: body, as: UTF8.self) }
        package func json() throws -> JSON { try JSON(body) }
    }

    /// Asks with exactly these bytes, which are said to be JSON where a client would, unless `headers` say otherwise.
    package func ask(
        _ method: HTTPRequest.Method, _ path: String, body: Data = Data(), headers: HTTPFields = [:],
        token: String? = nil, host: String? = "localhost"
    ) async throws -> Answer {
        var headers = headers
        if [.post, .put, .patch].contains(method), headers[.contentType] == nil {
            headers[.contentType] = "application/json"
        }
        if let token { headers[.authorization] = "Bearer \(token)" }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: host, path: path, headerFields: headers)
        let response = try await application.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body))))
        return Answer(
            status: response.status.code, headers: response.headers, body: try await application.collect(response))
    }

    /// Asks in JSON, and takes the answer for JSON.
    package func ask(
        _ method: HTTPRequest.Method, _ path: String, json body: JSON?, token: String? = nil
    ) async throws -> (status: Int, json: JSON) {
        let answer = try await ask(method, path, body: try body?.data() ?? Data(), token: token)
        return (answer.status, try answer.json())
    }

    /// Asks Martlet's own API.
    package func martlet(_ path: String, _ body: JSON, token: String? = nil) async throws -> (status: Int, json: JSON) {
        try await ask(.post, "/api/martlet/1.0/" + path, json: body, token: token)
    }

    /// How the SDK asks within this process.
    package var transport: any Transport { InProcessTransport(application) }

    /// The SDK, within this process.
    package func client(token: String? = nil) -> Client { Client(transport: transport, token: token) }

    /// Makes a user of one role, named like it unless told otherwise.
    /// - Returns: The user's token.
    package func token(_ role: Role, named name: String? = nil) async throws -> String {
        try await platform.identity.createUser(name ?? role.rawValue, roles: [role], by: .setup)
    }

    /// Makes a user of one role, who asks by the SDK.
    package func user(_ role: Role, named name: String? = nil) async throws -> Client {
        client(token: try await token(role, named: name))
    }
}
