import Foundation
import HTTPTypes
import Hummingbird
import MartletDomain
import NIOCore
import Platform

/// `/login` and `/logout`: what browsers say who they are by. Programs send tokens instead.
func addLoginRoutes(to group: Routes, _ identity: Identity, _ settings: ServerSettings) {
    let reason = "whoever is not let in yet asks it"
    group.open(.get, "login", because: reason) { request, _ in
        loginPage(next: Form.next(request.queryItems["next"]), problem: nil, status: .ok)
    }
    group.open(.post, "login", because: reason) { request, context in
        // A page of another site must not log a browser in as somebody else.
        guard Authentication.isSameOrigin(request) else { throw IdentityError.forged }
        let form = try await Form(request)
        do {
            let id = try await identity.logIn(
                form["user"], password: form["password"], requestID: context.id, from: context.sourceAddress,
                userAgent: context.userAgent)
            // Whatever session the browser had is over: one that somebody put there is worth nothing.
            if let old = context.session { try await identity.logOut(old, by: context.caller) }
            return Response(
                status: .seeOther,
                headers: [
                    .location: Form.next(form["next"]), .cacheControl: "no-store",
                    .setCookie: cookie(
                        id, age: identity.settings.sessions.hours * 3_600, isSecure: context.isSecure),
                ])
        } catch IdentityError.unauthenticated {
            return loginPage(
                next: Form.next(form["next"]), problem: "This name and password do not go together.",
                status: .unauthorized)
        } catch IdentityError.tooManyAttempts(let wait) {
            var response = loginPage(
                next: Form.next(form["next"]), problem: IdentityError.tooManyAttempts(retryAfter: wait).message,
                status: .tooManyRequests)
            response.headers[.retryAfter] = "\((wait + 999) / 1_000)"
            return response
        }
    }
    group.open(.post, "logout", because: "it ends nothing but the session that it shows") { request, context in
        if let session = context.session {
            guard Authentication.comesFromOwnPage(request, session: session, identity) else {
                throw IdentityError.forged
            }
            try await identity.logOut(session, by: context.caller)
        }
        return Response(
            status: .seeOther,
            headers: [
                .location: "/login", .cacheControl: "no-store",
                .setCookie: cookie("", age: 0, isSecure: context.isSecure),
            ])
    }
}

private func cookie(_ id: String, age: Int64, isSecure: Bool) -> String {
    let name = (isSecure ? "__Host-" : "") + Authentication.cookieName
    return "\(name)=\(id); Path=/; Max-Age=\(age); HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
}

/// A form as browsers send it.
private struct Form {
    private let items: QueryItems

    init(_ request: Request) async throws {
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
        guard type?.lowercased() == "application/x-www-form-urlencoded" else {
            throw InvalidRequest("A login is sent as a form: application/x-www-form-urlencoded.")
        }
        let bytes = try await request.jsonBytes(limit: 16 << 10)
        items = QueryItems(String(buffer: bytes))
    }

    subscript(name: String) -> String { items[name] ?? "" }

    /// Where to go after a login: a page of this server, whatever was asked for.
    static func next(_ wanted: String?) -> String {
        guard let wanted, wanted.hasPrefix("/"), !wanted.hasPrefix("//"), wanted.utf8.count <= 2_048,
            wanted.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C })
        else { return "/" }
        return wanted
    }
}

private func loginPage(next: String, problem: String?, status: HTTPResponse.Status) -> Response {
    let text = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Log in to Martlet</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; margin: 0; display: grid; place-items: center; min-height: 100vh;
          background: #f6f7f9; color: #1c2733 }
        form { background: #fff; border: 1px solid #d5dbe1; border-radius: 8px; padding: 24px; width: 320px }
        h1 { font-size: 20px; margin: 0 0 16px }
        label { display: block; margin-top: 12px }
        input { font: inherit; width: 100%; box-sizing: border-box; padding: 8px; border: 1px solid #8494a4; border-radius: 4px }
        button { font: inherit; margin-top: 20px; padding: 8px 16px; border: 0; border-radius: 4px; background: #17507f;
          color: #fff }
        .problem { color: #a3180f; margin: 0 }
        @media (prefers-color-scheme: dark) {
          body { background: #15191e; color: #e6eaee } form { background: #1f252c; border-color: #3a444f }
          input { background: #15191e; color: inherit } .problem { color: #ff9d94 } }
        </style>
        </head>
        <body>
        <form method="post" action="/login">
        <h1>Log in to Martlet</h1>
        \(problem.map { "<p class=\"problem\" role=\"alert\">\(escaped($0))</p>" } ?? "")
        <label>Name <input name="user" autocomplete="username" required autofocus></label>
        <label>Password or token
        <input name="password" type="password" autocomplete="current-password" required></label>
        <input type="hidden" name="next" value="\(escaped(next))">
        <button>Log in</button>
        </form>
        </body>
        </html>
        """
    let body = ByteBuffer(string: text)
    var headers: HTTPFields = [
        .contentType: "text/html; charset=utf-8", .contentLength: "\(body.readableBytes)", .cacheControl: "no-store",
    ]
    if let name = HTTPField.Name("Content-Security-Policy") {
        headers[name] =
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    }
    if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
}

private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
}
