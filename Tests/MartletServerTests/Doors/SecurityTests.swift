import HTTPTypes
import MartletServer
import TestKit
import Testing

private let search = "/api/2.0/mlflow/experiments/search?max_results=1"

/// As `mlflow server` 3.18 answered, asked with these headers.
@Suite struct SecurityTests {
    private func withServer(
        hosts: [String]? = nil, origins: [String] = [], frame: String = "SAMEORIGIN", bound: String = "localhost",
        disabled: Bool = false, _ body: (TestServer) async throws -> Void
    ) async throws {
        try await withWorkspace { platform in
            var settings = ServerSettings()
            (settings.allowedHosts, settings.allowedOrigins, settings.frameOptions) = (hosts, origins, frame)
            (settings.host, settings.isSecurityDisabled) = (bound, disabled)
            try await body(TestServer(platform: platform, settings: settings))
        }
    }

    @Test func `Only names of this machine and addresses of private networks are answered to`() async throws {
        try await withServer { (server: TestServer) async throws in
            for host in [
                "localhost", "localhost:5000", "LOCALHOST:5000", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:5000",
                "0.0.0.0:1",
                "192.168.1.20", "192.168.1.20:5000", "10.0.0.1:5000", "172.16.0.1", "172.31.255.255:80",
            ] {
                #expect(try await server.ask(.get, search, host: host).status == 200, "\(host)")
            }
            for host in [
                "evil.example", "evil.example:5000", "localhost.evil.example", "10.evil.example",
                "192.168.evil.example:5000",
                "172.32.0.1", "172.15.0.1", "8.8.8.8", "10.1.2", "10.1.2.300", "127.0.0.1.evil.example", "",
                "127.0.0.2",
                "[::2]:5000", "fc00:evil.example", "10.0.0.1.evil.example:80",
            ] {
                let answer = try await server.ask(.get, search, host: host)
                #expect(answer.status == 403, "\(host)")
                #expect(answer.text == "Invalid Host header - possible DNS rebinding attack detected")
                #expect(answer.headers[.contentType]?.hasPrefix("text/plain") == true)
                for open in ["/health", "/version"] {
                    #expect(try await server.ask(.get, open, host: host).status == 200)
                }
            }
            #expect(try await server.ask(.get, search, host: nil).status == 403)
        }
        try await withServer(hosts: ["mlops.example.org", "*.lab.example:80??", "10.*"]) {
            (server: TestServer) async throws in
            for (host, status) in [
                ("mlops.example.org", 200), ("a.lab.example:8080", 200), ("10.2.3.4", 200), ("a.lab.example:80", 403),
                ("localhost", 403), ("10.x.org", 403), ("mlops.example.org:80", 403),
            ] {
                #expect(try await server.ask(.get, search, host: host).status == status, "\(host)")
            }
        }
        try await withServer(hosts: ["*"]) { (server: TestServer) async throws in
            #expect(try await server.ask(.get, search, host: "any.example").status == 200)
        }
        try await withServer(hosts: ["node[0-9].lab*", "[!x]db*"]) { (server: TestServer) async throws in
            for (host, status) in [
                ("node7.lab", 200), ("node7.lab:80", 200), ("nodex.lab", 403), ("node77.lab", 403), ("adb", 200),
                ("xdb", 403),
            ] {
                #expect(try await server.ask(.get, search, host: host).status == status, "\(host)")
            }
        }
        try await withServer(bound: "2001:db8::5") { (server: TestServer) async throws in
            #expect(try await server.ask(.get, search, host: "[2001:db8::5]:5000").status == 200)
            #expect(try await server.ask(.get, search, host: "[2001:db8::6]:5000").status == 403)
        }
        try await withServer(bound: "mlops.lan") { (server: TestServer) async throws in
            #expect(try await server.ask(.get, search, host: "mlops.lan:5000").status == 200)
        }
    }

    @Test func `A refusal of a HEAD request has no body`() async throws {
        try await withServer { (server: TestServer) async throws in
            let answer = try await server.ask(.head, search, host: "evil.example")
            #expect(answer.status == 403 && answer.text.isEmpty)
        }
    }

    @Test func `A page of another site changes nothing, and is told nothing`() async throws {
        try await withServer { (server: TestServer) async throws in
            for origin in [
                "https://evil.example", "null", "http://", "http://localhost.evil.example", "http://evil.example:5000",
                "file://",
                "http://localhost@evil.example", "http://127.0.0.1.evil.example", "https://localhost/evil.example/..",
            ] {
                for method in [HTTPRequest.Method.post, .put, .delete, .patch] {
                    let answer = try await server.ask(
                        method, "/ajax-api/2.0/mlflow/experiments/create", headers: [.origin: origin])
                    #expect(answer.status == 403 && answer.text == "Cross-origin request blocked", "\(origin)")
                    #expect(answer.headers[.accessControlAllowOrigin] == nil && answer.headers[.vary] == "Origin")
                }
                let read = try await server.ask(.get, search, headers: [.origin: origin])
                #expect(read.status == 403 && read.headers[.accessControlAllowOrigin] == nil, "\(origin)")
                #expect(try await server.ask(.get, "/health", headers: [.origin: origin]).status == 200)
                let preflight = try await server.ask(
                    .options, search, headers: [.origin: origin, .accessControlRequestMethod: "POST"])
                #expect(preflight.status == 400 && preflight.text == "Disallowed CORS origin", "\(origin)")
                #expect(preflight.headers[.accessControlAllowOrigin] == nil)
            }
        }
    }

    @Test func `Pages of this machine, of the server itself and of allowed sites may ask`() async throws {
        try await withServer(origins: ["https://app.example.org", "https://*.lab.example"]) {
            (server: TestServer) async throws in
            for (origin, host) in [
                ("http://localhost:3000", "localhost"), ("http://127.0.0.1", "localhost"),
                ("http://[::1]:80", "localhost"),
                ("https://app.example.org", "localhost"), ("https://a.lab.example", "localhost"),
                ("http://192.168.1.5:5000", "192.168.1.5:5000"),
            ] {
                let answer = try await server.ask(
                    .post, "/api/2.0/mlflow/experiments/search", headers: [.origin: origin], host: host)
                #expect(answer.headers[.accessControlAllowOrigin] == origin, "\(origin)")
                #expect(answer.headers[.accessControlAllowCredentials] == "true")
                #expect(answer.headers[.vary] == "Origin")
                #expect(answer.status != 403)
                let preflight = try await server.ask(
                    .options, search,
                    headers: [
                        .origin: origin, .accessControlRequestMethod: "PATCH",
                        .accessControlRequestHeaders: "content-type,x-y",
                    ], host: host)
                #expect(preflight.status == 200 && preflight.text == "OK", "\(origin)")
                #expect(preflight.headers[.accessControlAllowHeaders] == "content-type,x-y")
                #expect(preflight.headers[.accessControlAllowMethods] == "GET, POST, PUT, DELETE, OPTIONS, PATCH")
                #expect(preflight.headers[.accessControlMaxAge] == "600")
                #expect(preflight.headers[.accessControlAllowOrigin] == origin)
            }
            let odd = try await server.ask(
                .options, search, headers: [.origin: "http://localhost:1", .accessControlRequestMethod: "FOO"])
            #expect(odd.status == 400 && odd.text == "Disallowed CORS method")
            for origin in ["https://app.example.org.evil", "http://app.example.org", "https://lab.example"] {
                #expect(try await server.ask(.post, search, headers: [.origin: origin]).status == 403, "\(origin)")
            }
        }
        // Where any name is taken for the server's, a page that has its name is not thereby its own.
        try await withServer(hosts: ["*"]) { (server: TestServer) async throws in
            let answer = try await server.ask(
                .post, search, headers: [.origin: "http://evil.example:5000"], host: "evil.example:5000")
            #expect(answer.status == 403)
        }
        try await withServer(origins: ["*"]) { (server: TestServer) async throws in
            let answer = try await server.ask(.get, search, headers: [.origin: "https://any.example"])
            #expect(answer.status == 200 && answer.headers[.accessControlAllowOrigin] == "*")
            #expect(answer.headers[.accessControlAllowCredentials] == nil)
        }
    }

    @Test func `Answers say that they are not framed by others or sniffed, unless told not to`() async throws {
        let frame = try #require(HTTPField.Name("X-Frame-Options"))
        for (value, expected) in [("SAMEORIGIN", "SAMEORIGIN"), ("deny", "DENY"), ("NONE", nil), ("none", nil)] {
            try await withServer(frame: value) { (server: TestServer) async throws in
                for path in [search, "/health", "/nothing"] {
                    let answer = try await server.ask(.get, path)
                    #expect(answer.headers[frame] == expected && answer.headers[.vary] == "Origin", "\(value) \(path)")
                    #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                }
            }
        }
        try await withServer { (server: TestServer) async throws in
            let options = try await server.ask(.options, search)
            #expect(options.status == 204 && options.body.isEmpty && options.headers[.allow]?.contains("GET") == true)
        }
        try await withServer(disabled: true) { (server: TestServer) async throws in
            let answer = try await server.ask(
                .get, search, headers: [.origin: "https://any.example"], host: "any.example")
            #expect(answer.status == 200 && answer.headers[frame] == nil)
        }
    }

    @Test func `The environment that MLflow's server reads is read`() {
        let settings = ServerSettings(environment: [
            "MLFLOW_SERVER_ALLOWED_HOSTS": "a.example, b.example:*",
            "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": "https://a.example",
            "MLFLOW_SERVER_X_FRAME_OPTIONS": "DENY", "MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE": "true",
            "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true", "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "1",
        ])
        #expect(
            settings.allowedHosts == ["a.example", "b.example:*"] && settings.allowedOrigins == ["https://a.example"])
        #expect(settings.frameOptions == "DENY" && settings.isSecurityDisabled)
        #expect(settings.announcesMultipartUploads && settings.announcesMultipartDownloads)
        #expect(ServerSettings(environment: [:]) == ServerSettings())
    }
}
