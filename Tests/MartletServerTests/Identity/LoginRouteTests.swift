import AuditLog
import Foundation
import HTTPTypes
import MartletDomain
import Platform
import TestKit
import Testing

struct LoginRouteTests {
    private let password = "correct horse battery"

    private func withBo(
        clock: SettableClock = SettableClock(), _ body: (TestServer, _ token: String) async throws -> Void
    ) async throws {
        try await withServer(policy: .governed, clock: clock.wall) { server in
            let token = try await server.token(.contributor, named: "bo")
            try await server.platform.identity.setPassword(password, of: "bo", by: .setup)
            try await body(server, token)
        }
    }

    private func logIn(
        _ server: TestServer, _ name: String, _ password: String, cookie: String? = nil,
        origin: String? = "http://localhost", next: String = "/"
    ) async throws -> TestServer.Answer {
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        headers[.origin] = origin
        headers[.cookie] = cookie
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        let form = "user=\(encoded(name))&password=\(encoded(password))&next=\(encoded(next))"
        return try await server.ask(.post, "/login", body: Data(form.utf8), headers: headers)
    }

    private func cookie(_ answer: TestServer.Answer) throws -> String {
        String(try #require(answer.headers[.setCookie]?.split(separator: ";").first))
    }

    private func me(_ server: TestServer, _ cookie: String, _ headers: HTTPFields = [:]) async throws -> Int {
        var headers = headers
        headers[.cookie] = cookie
        return try await server.ask(
            .post, "/api/martlet/1.0/identity/me", body: Data("{}".utf8), headers: headers
        ).status
    }

    @Test func `A login opens a session that a cookie carries and scripts cannot read`() async throws {
        try await withBo { server, _ in
            let page = try await server.ask(.get, "/login")
            #expect(page.status == 200 && page.text.contains("<form method=\"post\" action=\"/login\">"))
            let answer = try await logIn(server, "bo", password)
            #expect(answer.status == 303 && answer.headers[.location] == "/")
            let attributes = try #require(answer.headers[.setCookie]).components(separatedBy: "; ")
            #expect(
                attributes.contains("HttpOnly") && attributes.contains("SameSite=Lax") && attributes.contains("Path=/"))
            let cookie = try cookie(answer)
            let read = try await server.ask(
                .get, "/api/2.0/mlflow/experiments/get?experiment_id=0", headers: [.cookie: cookie])
            #expect(read.status == 200)
            let logout = try await server.ask(
                .post, "/logout", headers: [.cookie: cookie, .origin: "http://localhost"])
            #expect(logout.status == 303)
            let after = try await server.ask(
                .get, "/api/2.0/mlflow/experiments/get?experiment_id=0", headers: [.cookie: cookie])
            #expect(after.status == 401)
        }
    }

    @Test func `A change that comes by a cookie comes from one of our own pages, or not at all`() async throws {
        try await withBo { server, _ in
            let cookie = try cookie(try await logIn(server, "bo", password))
            let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
            let form = try #require(HTTPField.Name("X-Martlet-Form-Token"))
            let id = String(cookie.split(separator: "=", maxSplits: 1)[1])
            let token = try #require(try await server.platform.identity.session(id)).formToken
            #expect(try await me(server, cookie) == 403)
            #expect(try await me(server, cookie, [.origin: "http://localhost"]) == 200)
            #expect(try await me(server, cookie, [.origin: "http://localhost:3000"]) == 403)
            #expect(try await me(server, cookie, [.origin: "https://evil.example"]) == 403)
            #expect(try await me(server, cookie, [.origin: "null"]) == 403)
            #expect(try await me(server, cookie, [site: "same-origin"]) == 200)
            #expect(try await me(server, cookie, [site: "same-site"]) == 403)
            #expect(try await me(server, cookie, [form: token]) == 200)
            #expect(try await me(server, cookie, [form: "x" + token, site: "same-origin"]) == 403)
            #expect(try await logIn(server, "bo", password, origin: nil).status == 403)
            #expect(try await logIn(server, "bo", password, origin: "http://localhost:3000").status == 403)
        }
    }

    @Test func `A login makes a new session, whatever cookie was there`() async throws {
        try await withBo { server, _ in
            let planted = "martlet_session=" + String(repeating: "A", count: 43)
            let first = try cookie(try await logIn(server, "bo", password, cookie: planted))
            #expect(first != planted)
            #expect(try await me(server, planted, [.origin: "http://localhost"]) == 401)
            let second = try cookie(try await logIn(server, "bo", password, cookie: first))
            #expect(second != first)
            #expect(try await me(server, first, [.origin: "http://localhost"]) == 401)
            #expect(try await me(server, second, [.origin: "http://localhost"]) == 200)
        }
    }

    @Test func `A session ends when it is idle, when it is old, and with a new password`() async throws {
        let clock = SettableClock()
        try await withBo(clock: clock) { server, _ in
            let own: HTTPFields = [.origin: "http://localhost"]
            let idle = try cookie(try await logIn(server, "bo", password))
            clock.advance(by: 119 * 60_000)
            #expect(try await me(server, idle, own) == 200)
            clock.advance(by: 119 * 60_000)
            #expect(try await me(server, idle, own) == 200)
            clock.advance(by: 121 * 60_000)
            #expect(try await me(server, idle, own) == 401)
            let old = try cookie(try await logIn(server, "bo", password))
            for _ in 0..<11 {
                clock.advance(by: 60 * 60_000)
                #expect(try await me(server, old, own) == 200)
            }
            clock.advance(by: 60 * 60_000)
            #expect(try await me(server, old, own) == 401)
            let other = try cookie(try await logIn(server, "bo", password))
            try await server.platform.identity.setPassword("another long password", of: "bo", by: .setup)
            #expect(try await me(server, other, own) == 401)
            #expect(try await logIn(server, "bo", password).status == 401)
        }
    }

    @Test func `A wrong name and a wrong password are answered alike, and only so often`() async throws {
        let clock = SettableClock()
        try await withBo(clock: clock) { server, token in
            let wrong = try await logIn(server, "bo", "wrong password here")
            let unknown = try await logIn(server, "nobody", "wrong password here")
            #expect(wrong.status == 401 && unknown.status == 401 && wrong.text == unknown.text)
            for _ in 0..<9 { _ = try await logIn(server, "bo", "wrong password here") }
            let limited = try await logIn(server, "bo", password)
            #expect(limited.status == 429 && limited.headers[.retryAfter] != nil)
            // Tokens cannot be guessed, so nobody locks programs out.
            #expect(try await server.martlet("identity/me", [:], token: token).status == 200)
            for _ in 0..<9 { _ = try await logIn(server, "nobody", "wrong password here") }
            let limitedToo = try await logIn(server, "nobody", password)
            #expect(limitedToo.status == 429 && limitedToo.text == limited.text)
            clock.advance(by: 60_000)
            #expect(try await logIn(server, "bo", password).status == 303)
        }
    }

    @Test func `HTTP Basic takes a password or a token`() async throws {
        try await withBo { server, token in
            func status(_ name: String, _ secret: String) async throws -> Int {
                let pair = Data("\(name):\(secret)".utf8).base64EncodedString()
                return try await server.ask(
                    .get, "/api/2.0/mlflow/experiments/get?experiment_id=0",
                    headers: [.authorization: "Basic \(pair)"]
                ).status
            }
            #expect(try await status("bo", password) == 200)
            #expect(try await status("bo", token) == 200)
            #expect(try await status("bo", "wrong password here") == 401)
            #expect(try await status("cy", password) == 401)
            #expect(try await status("", password) == 401)
            try await server.platform.identity.deactivate("bo", by: .setup)
            #expect(try await status("bo", password) == 401)
            #expect(try await status("bo", token) == 401)
        }
    }

    @Test func `Attempts that fail are in the audit log as long as they are looked at, and nothing that was tried is`()
        async throws
    {
        try await withBo { server, token in
            func failures() async throws -> [AuditEntry] {
                try await server.platform.auditEntries().filter {
                    $0.actionName == "login" && $0.response.statusCode != 200
                }
            }
            func basic(_ name: String, _ secret: String) async throws {
                let pair = Data("\(name):\(secret)".utf8).base64EncodedString()
                _ = try await server.ask(
                    .get, "/api/2.0/mlflow/experiments/get?experiment_id=0",
                    headers: [.authorization: "Basic \(pair)"])
            }
            try await basic("bo", "wrong password here")
            _ = try await logIn(server, "nobody", "wrong password here")
            _ = try await logIn(server, "nobody", token)
            #expect(try await failures().map(\.userIdentity.name) == ["bo", "nobody", "nobody"])
            // Tokens that are none cost us a look and no row, however many come.
            for number in 0..<20 { try await basic("bo", "mlt_\(number)") }
            #expect(try await failures().count == 3)
            for _ in 0..<20 { try await basic("bo", "wrong password here") }
            #expect(try await failures().count == 12)
            let log = try await server.platform.auditEntries().map { "\($0)" }.joined()
            #expect(!log.contains("wrong password here") && !log.contains(token))
        }
    }

    @Test func `A browser without a session is shown the login, and nothing but pages of ours afterwards`() async throws
    {
        try await withBo { server, _ in
            let page = try await server.ask(.get, "/?x=1", headers: [.accept: "text/html,*/*"])
            #expect(page.status == 303 && page.headers[.location]?.hasPrefix("/login?next=") == true)
            let data = try await server.ask(
                .get, "/api/2.0/mlflow/experiments/get?experiment_id=0", headers: [.accept: "text/html"])
            #expect(data.status == 401)
            for (next, expected) in [
                ("/#/experiments/1", "/#/experiments/1"), ("https://evil.example/", "/"), ("//evil.example", "/"),
                ("/\\evil.example", "/"), ("javascript:alert(1)", "/"), ("/a\r\nSet-Cookie: x=y", "/"),
            ] {
                let answer = try await logIn(server, "bo", password, next: next)
                #expect(answer.headers[.location] == expected, "\(next)")
            }
            let reflected = try await server.ask(.get, "/login?next=%2F%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")
            #expect(!reflected.text.contains("<script>"))
        }
    }
}
