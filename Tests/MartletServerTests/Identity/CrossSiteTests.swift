import Foundation
import HTTPTypes
import MartletDomain
import MartletServer
import Metadata
import Platform
import TestKit
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Pages of other sites, in a browser that a proxy vouches for.
@Suite(.timeLimit(.minutes(2))) struct CrossSiteTests {
    private static let secret = String(repeating: "s", count: 40)

    /// Lends the URL of a governed workspace's server, behind a proxy that vouches for bo, a contributor.
    private func withProxied(
        _ settings: ServerSettings = ServerSettings(), _ body: (URL) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            var configuration = WorkspaceConfiguration(workspace: "test", policy: .governed)
            configuration.authentication = AuthenticationSettings(trustedProxies: [
                .init(addresses: ["127.0.0.1"], secret: Self.secret, userHeader: "X-Forwarded-User")
            ])
            try configuration.write(Workspace(folder))
            let platform = try await Platform.open(Workspace(folder), durability: .normal)
            _ = try await platform.identity.createUser("bo", roles: [.contributor], by: .setup)
            let server = TestServer(platform: platform, settings: settings)
            let (ports, listening) = AsyncStream.makeStream(of: Int.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await server.application.serve(host: "127.0.0.1", port: 0) { listening.yield($0) }
                }
                defer { group.cancelAll() }
                var iterator = ports.makeAsyncIterator()
                let port = try #require(await iterator.next())
                try await body(try #require(URL(string: "http://127.0.0.1:\(port)")))
            }
            try await platform.close()
        }
    }

    /// - Returns: The status of the answer, and who may read it.
    private func ask(
        _ url: URL, _ path: String, _ method: String = "POST", _ headers: [String: String] = [:], vouched: Bool = true
    ) async throws -> (status: Int, reader: String?) {
        var request = URLRequest(url: url.appending(path: path))
        request.httpMethod = method
        if method == "POST" { request.httpBody = Data("{}".utf8) }
        var headers = headers.merging(["Content-Type": "application/json"]) { given, _ in given }
        if vouched {
            headers["X-Forwarded-User"] = "bo"
            headers["X-Martlet-Proxy-Secret"] = Self.secret
        }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (_, response) = try await URLSession.shared.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        return (answer.statusCode, answer.value(forHTTPHeaderField: "Access-Control-Allow-Origin"))
    }

    private let me = "api/martlet/1.0/identity/me"
    private let read = "api/2.0/preview/scim/v2/Me"

    @Test func `Whom a proxy vouches for is asked for by no other site's page`() async throws {
        try await withProxied { (url: URL) async throws in
            let own = url.absoluteString
            #expect(try await ask(url, me).status == 200)
            #expect(try await ask(url, me, "POST", ["Origin": own]).status == 200)
            #expect(try await ask(url, me, "POST", ["Sec-Fetch-Site": "same-origin"]).status == 200)
            for other in ["http://localhost:3000", "http://127.0.0.1:3000", "https://elsewhere.example", "null"] {
                #expect(try await ask(url, me, "POST", ["Origin": other]).status == 403, "\(other)")
                #expect(try await ask(url, read, "GET", ["Origin": other]).status == 403, "\(other)")
            }
            for site in ["cross-site", "same-site"] {
                #expect(try await ask(url, me, "POST", ["Sec-Fetch-Site": site]).status == 403, "\(site)")
            }
            // A link leads here from anywhere, and its page reads nothing.
            #expect(try await ask(url, read, "GET", ["Sec-Fetch-Site": "cross-site"]).status != 403)
        }
        var settings = ServerSettings()
        settings.allowedOrigins = ["https://app.example"]
        try await withProxied(settings) { (url: URL) async throws in
            let answer = try await ask(url, me, "POST", ["Origin": "https://app.example"])
            #expect(answer.status == 200 && answer.reader == "https://app.example")
        }
        settings.allowedOrigins = ["*"]
        try await withProxied(settings) { (url: URL) async throws in
            #expect(try await ask(url, me, "POST", ["Origin": "https://app.example"]).status == 403)
        }
    }

    @Test func `Martlet's own API takes JSON, and nothing that a page can send without asking`() async throws {
        try await withProxied { (url: URL) async throws in
            for type in [
                "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain;application/json",
            ] {
                #expect(try await ask(url, me, "POST", ["Content-Type": type]).status == 400, "\(type)")
            }
            #expect(try await ask(url, me, "POST", ["Content-Type": "application/json; charset=utf-8"]).status == 200)
        }
        try await withServer { (server: TestServer) async throws in
            let path = "/api/martlet/1.0/identity/me"
            for headers in [HTTPFields(), [.contentType: "", .contentLength: "2"], [.contentType: "text/plain"]] {
                let isJSON = headers.isEmpty
                let answer = try await server.ask(.post, path, body: Data("{}".utf8), headers: headers)
                #expect((answer.status == 200) == isJSON, "\(headers): \(answer.text)")
            }
            // `curl -X POST` without a body is nobody's page either.
            let empty = try await server.ask(.post, path, headers: [.contentType: "", .contentLength: "0"])
            #expect(empty.status == 200)
        }
    }

    @Test func `Pages of this machine are trusted by a server that is this machine's alone, or anybody's`() async throws
    {
        let search = "/api/2.0/mlflow/experiments/search?max_results=1"
        for (host, policy, isTrusted) in [
            ("127.0.0.1", Policy.governed, true), ("0.0.0.0", .governed, false), ("0.0.0.0", .open, true),
        ] {
            try await withWorkspace(policy: policy) { platform in
                var settings = ServerSettings()
                settings.host = host
                let server = TestServer(platform: platform, settings: settings)
                let token = platform.identity.isOpen ? nil : try await server.token(.contributor)
                let answer = try await server.ask(
                    .get, search, headers: [.origin: "http://localhost:3000"], token: token, host: "localhost:5000")
                #expect((answer.status == 200) == isTrusted, "\(host): \(answer.text)")
                #expect((answer.headers[.accessControlAllowOrigin] != nil) == isTrusted)
                let own = try await server.ask(
                    .get, search, headers: [.origin: "http://localhost:5000"], token: token, host: "localhost:5000")
                #expect(own.status == 200)
            }
        }
    }
}
