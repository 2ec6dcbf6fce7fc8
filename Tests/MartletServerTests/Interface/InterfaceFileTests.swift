import Foundation
import HTTPTypes
import MartletServer
import TestKit
import Testing

/// MLflow's interface is files in a folder: those, and nothing beside them.
struct InterfaceFileTests {
    /// Lends a folder that looks like an installed package, with a secret beside what may be served.
    private func withPackage(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-interface-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let build = folder.appending(path: "mlflow/server/js/build")
        try FileManager.default.createDirectory(
            at: build.appending(path: "static/js"), withIntermediateDirectories: true)
        for (name, text) in [
            "index.html": "<title>MLflow</title>", "static/js/main.1.js": "run()", "static/a b é.css": "a {}",
            "manifest.json": "{}", "empty.txt": "", "../secret.txt": "secret", "../../handlers.py": "secret",
        ] {
            try Data(text.utf8).write(to: build.appending(path: name))
        }
        try await body(folder.appending(path: "mlflow"))
    }

    @Test func `The page and its files are served with their types, and may be kept`() async throws {
        try await withPackage { package in
            try await withServer(interface: try InterfaceFolder(at: package.path)) { server in
                let page = try await server.ask(.get, "/")
                #expect(page.status == 200 && page.text == "<title>MLflow</title>")
                #expect(page.headers[.contentType] == "text/html; charset=utf-8")
                #expect(page.headers[.cacheControl] == "no-cache")
                for (path, type) in [
                    ("main.1.js?x=1", "text/javascript; charset=utf-8"), ("../../manifest.json", nil),
                ] {
                    let answer = try await server.ask(.get, "/static-files/static/js/" + path)
                    #expect(answer.headers[.contentType] == type ?? "application/json")
                    #expect(answer.status == (type == nil ? 404 : 200))
                }
                let style = try await server.ask(.get, "/static-files/static/a%20b%20%C3%A9.css")
                #expect(style.status == 200 && style.text == "a {}")
                #expect(style.headers[.contentType] == "text/css; charset=utf-8")
                #expect(style.headers[.cacheControl] == "public, max-age=2419200")
                #expect(try await server.ask(.get, "/static-files/empty.txt").body.isEmpty)
                let tag = try #require(style.headers[.eTag])
                let kept = try await server.ask(
                    .get, "/static-files/static/a%20b%20%C3%A9.css", headers: [.ifNoneMatch: "\"other\", \(tag)"])
                #expect(kept.status == 304 && kept.body.isEmpty)
            }
        }
    }

    @Test func `No spelling of a path leaves the folder`() async throws {
        try await withPackage { package in
            try await withServer(interface: try InterfaceFolder(at: package.path)) { server in
                for path in [
                    "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt",
                    "%252e%252e/secret.txt",
                    "static/../../secret.txt", "static/js/../../../../handlers.py", "..\\secret.txt", "..%5csecret.txt",
                    "//etc/passwd", "%2fetc%2fpasswd", "/index.html", "./index.html", "static//js/main.1.js",
                    "index.html%00", "index.html/", "", ".", "static", "static/js", "INDEX.HTML", "%", "%ff%fe",
                    "..%c0%afsecret.txt", "secret.txt",
                ] {
                    let answer = try await server.ask(.get, "/static-files/" + path)
                    #expect(answer.status == 404, "\(path)")
                    #expect(!answer.text.contains("secret\""), "\(path)")
                }
            }
        }
    }

    @Test func `The pages may ask nobody but this server`() async throws {
        try await withPackage { package in
            try await withServer(interface: try InterfaceFolder(at: package.path)) { server in
                for path in ["/", "/static-files/static/js/main.1.js"] {
                    let policy = try #require(
                        try await server.ask(.get, path).headers[HTTPField.Name("Content-Security-Policy") ?? .via])
                    #expect(policy.contains("default-src 'self'"))
                    for rule in policy.split(separator: ";") {
                        let sources = rule.split(separator: " ").dropFirst()
                        let own: Set<Substring> = [
                            "'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:",
                        ]
                        #expect(own.isSuperset(of: sources), "\(rule)")
                    }
                }
            }
        }
    }

    @Test func `Every folder that holds the interface is taken, and another is refused with the command that finds it`()
        async throws
    {
        try await withPackage { package in
            for part in ["", "server", "server/js", "server/js/build", "server/js/build/", "..", "../mlflow/."] {
                _ = try InterfaceFolder(at: package.path + "/" + part)
            }
            for part in ["server/js/build/static", "nothing", "server/js/build/index.html"] {
                let refusal = #expect(throws: InterfaceError.self) {
                    try InterfaceFolder(at: package.path + "/" + part)
                }
                #expect(refusal?.message.contains("python3 -c") == true)
            }
        }
    }

    @Test func `Without a folder the root says what this server is and how to see the interface`() async throws {
        try await withServer { server in
            let answer = try await server.ask(.get, "/")
            #expect(answer.status == 200 && answer.text.contains("--mlflow-ui"))
            #expect(try await server.ask(.get, "/static-files/index.html").status == 404)
        }
    }

    @Test func `The interface is told to collect nothing`() async throws {
        try await withServer { server in
            let path = "/ajax-api/3.0/mlflow/ui-telemetry"
            #expect(try await server.ask(.get, path).json()["disable_ui_telemetry"] == .bool(true))
            let sent = try await server.ask(.post, path, json: ["records": [["event_name": "x"]]])
            #expect(sent.status == 200 && sent.json == ["status": "disabled"])
        }
    }
}
