import Crypto
import Foundation
import HTTPTypes
import MartletDomain
import Platform
import TestKit
import Testing

private let base = "/api/2.0/mlflow-artifacts/artifacts/"

@Suite struct ArtifactDownloadTests {
    @Test func `A range is answered with its bytes, and what is no single range with the whole file`() async throws {
        try await withServer { server in
            let bytes = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
            #expect(try await server.ask(.put, base + "1/f", body: bytes).status == 200)
            for (range, expected, contentRange) in [
                ("bytes=0-0", bytes.prefix(1), "bytes 0-0/300000"), ("bytes=0-", bytes, "bytes 0-299999/300000"),
                ("bytes=100-199", bytes[100..<200], "bytes 100-199/300000"),
                ("bytes=200000-", bytes[200_000...], "bytes 200000-299999/300000"),
                ("bytes=-1", bytes.suffix(1), "bytes 299999-299999/300000"),
                ("bytes=-300001", bytes, "bytes 0-299999/300000"),
                ("bytes=299999-9223372036854775807", bytes.suffix(1), "bytes 299999-299999/300000"),
                ("bytes=299999-99999999999999999999", bytes.suffix(1), "bytes 299999-299999/300000"),
            ] {
                let part = try await server.ask(.get, base + "1/f", headers: [.range: range])
                #expect(part.status == 206 && part.body == expected, "\(range)")
                #expect(part.headers[.contentRange] == contentRange, "\(range)")
                #expect(part.headers[.contentLength] == "\(expected.count)", "\(range)")
            }
            for range in ["bytes=300000-", "bytes=300000-300001", "bytes=9223372036854775807-"] {
                let none = try await server.ask(.get, base + "1/f", headers: [.range: range])
                #expect(none.status == 416 && none.body.isEmpty, "\(range)")
                #expect(none.headers[.contentRange] == "bytes */300000", "\(range)")
            }
            for range in [
                "bytes=5-1", "bytes=0-1,5-6", "bytes=a-b", "bytes=", "bytes=-", "bytes=-0", "lines=1-2", "bytes=1--2",
                "bytes=٣-٤",
            ] {
                let whole = try await server.ask(.get, base + "1/f", headers: [.range: range])
                #expect(whole.status == 200 && whole.body == bytes, "\(range)")
            }
        }
    }

    @Test func `A part is sent only of the file that the rest is there of already`() async throws {
        try await withServer { server in
            try await server.ask(.put, base + "1/f", body: Data("first".utf8)).expect(200)
            let first = try await server.ask(.get, base + "1/f")
            let (tag, date) = (first.headers[.eTag] ?? "", first.headers[.lastModified] ?? "")
            #expect(tag == "\"\(SHA256.hash(data: Data("first".utf8)).map { String(format: "%02x", $0) }.joined())\"")
            #expect(date.hasSuffix(" GMT") && date.count == 29)
            let base64 = Data(SHA256.hash(data: Data("first".utf8))).base64EncodedString()
            #expect(first.headers[HTTPField.Name("Repr-Digest") ?? .via] == "sha-256=:\(base64):")
            for condition in [tag, date] {
                let rest = try await server.ask(.get, base + "1/f", headers: [.range: "bytes=2-", .ifRange: condition])
                #expect(rest.status == 206 && rest.text == "rst")
            }
            let same = try await server.ask(.get, base + "1/f", headers: [.ifNoneMatch: "\"x\", \(tag)"])
            #expect(same.status == 304 && same.body.isEmpty)
            try await server.ask(.put, base + "1/f", body: Data("other".utf8)).expect(200)
            for condition in [tag, "W/\(tag)", "\"x\"", "Thu, 01 Jan 1970 00:00:00 GMT"] {
                let whole = try await server.ask(
                    .get, base + "1/f", headers: [.range: "bytes=2-", .ifRange: condition])
                #expect(whole.status == 200 && whole.text == "other", "\(condition)")
            }
            #expect(try await server.ask(.get, base + "1/f", headers: [.ifNoneMatch: tag]).status == 200)
        }
    }

    @Test func `A file that was changed by hand has another tag, and no digest that is not its own`() async throws {
        try await withServer { server in
            try await server.ask(.put, base + "1/f", body: Data("first".utf8)).expect(200)
            let before = try await server.ask(.head, base + "1/f")
            try Data("hands".utf8).write(to: server.platform.artifacts.localURL("1/f"))
            let after = try await server.ask(.get, base + "1/f")
            #expect(after.text == "hands" && after.headers[.eTag] != before.headers[.eTag])
            #expect(after.headers[HTTPField.Name("Repr-Digest") ?? .via] == nil)
        }
    }

    @Test func `HEAD tells what GET would send, and sends nothing`() async throws {
        try await withServer { server in
            let model = try await server.logModel()
            let id = String(model.dropFirst("models:/".count))
            let run = try await server.post("runs/create", ["experiment_id": "0"])["run"]["info"]["run_id"].text
            try await server.ask(.put, base + "0/\(run)/artifacts/d/f.html", body: Data("<p>".utf8)).expect(200)
            try await server.post("registered-models/create", ["name": "m"])
            try await server.post(
                "model-versions/create", ["name": "m", "source": .text(model), "model_id": .text(id)])
            for path in [
                base + "0/\(run)/artifacts/d/f.html", "/get-artifact?run_id=\(run)&path=d/f.html",
                "/model-versions/get-artifact?name=m&version=1&path=MLmodel",
                "/ajax-api/2.0/mlflow/logged-models/\(id)/artifacts/files?artifact_file_path=MLmodel",
            ] {
                let (head, get) = (try await server.ask(.head, path), try await server.ask(.get, path))
                #expect(head.status == 200 && head.body.isEmpty, "\(path)")
                #expect(get.status == 200 && !get.body.isEmpty, "\(path)")
                #expect(head.headers[.contentLength] == "\(get.body.count)", "\(path)")
                for name in [HTTPField.Name.contentType, .eTag, .acceptRanges, .contentDisposition, .lastModified] {
                    #expect(head.headers[name] == get.headers[name] && head.headers[name] != nil, "\(path) \(name)")
                }
                #expect(get.headers[.contentDisposition]?.hasPrefix("attachment; filename=") == true)
                #expect(get.headers[.xContentTypeOptions] == "nosniff")
                let link = try await server.ask(.get, path + (path.contains("?") ? "&" : "?") + "presigned=true")
                guard path.contains("model") else { continue }
                let address = try link.json()["url"].text
                let linked = try await server.ask(.get, String(address.dropFirst("http://localhost".count)))
                #expect(linked.body == get.body, "\(path)")
            }
            let missing = try await server.ask(.head, base + "nothing")
            #expect(missing.status == 404 && missing.body.isEmpty)
        }
    }

    @Test func `Files of any name and size come back as they went in`() async throws {
        let names = [
            ("a b.txt", "text/plain", "filename=\"a b.txt\""), ("a+b%.json", "text/plain", "filename=a+b%.json"),
            ("é.csv", "text/plain", "filename=e.csv; filename*=UTF-8\'\'%C3%A9.csv"),
            ("日本", "application/octet-stream", "filename=download; filename*=UTF-8\'\'%E6%97%A5%E6%9C%AC"),
            ("\"q\".png", "image/png", "filename=\"\\\"q\\\".png\""), ("MLmodel", "text/plain", "filename=MLmodel"),
            ("mlmodel", "application/octet-stream", "filename=mlmodel"),
            ("x.tar.gz", "application/x-tar", "filename=x.tar.gz"),
            ("x.tgz", "application/x-tar", "filename=x.tgz"), ("x.gz", "application/octet-stream", "filename=x.gz"),
            ("page.HTML", "text/html", "filename=page.HTML"),
            (".gitignore", "application/octet-stream", "filename=.gitignore"),
            ("a&b=c?d.ipynb", "text/plain", "filename=\"a&b=c?d.ipynb\""), ("x.svg", "image/svg+xml", "filename=x.svg"),
        ]
        try await withServer { server in
            for (number, (name, type, disposition)) in names.enumerated() {
                let path = base + "1/d/" + PercentEncoding.encode(name)
                let bytes = Data(repeating: 7, count: number == 0 ? 0 : number)
                try await server.ask(.put, path, body: bytes).expect(200)
                let back = try await server.ask(.get, path)
                #expect(back.status == 200 && back.body == bytes && back.headers[.contentLength] == "\(bytes.count)")
                #expect(back.headers[.contentType] == type, "\(name)")
                #expect(back.headers[.contentDisposition] == "attachment; \(disposition)", "\(name)")
                #expect(try await server.ask(.head, path).headers[.contentLength] == "\(bytes.count)")
            }
            let list = try await server.ask(.get, "/api/2.0/mlflow-artifacts/artifacts?path=1/d/")
            #expect(Set(try list.json()["files"].elements.map { $0["path"].text }) == Set(names.map(\.0)))
            let folder = try await server.ask(.get, base + "1/d")
            #expect(folder.status == 400)
            let empty = server.platform.artifacts.root.appending(path: "1/empty")
            try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
            #expect(try await server.ask(.get, "/api/2.0/mlflow-artifacts/artifacts?path=1/empty").json() == [:])
            let above = try await server.ask(.get, "/api/2.0/mlflow-artifacts/artifacts?path=1").json()
            #expect(
                above["files"] == [["path": "d", "is_dir": .bool(true)], ["path": "empty", "is_dir": .bool(true)]])
            #expect(try await server.ask(.delete, base + "1/d/").json() == [:])
            #expect(try await server.ask(.delete, base + "1/d").json() == [:])
            #expect(try await server.ask(.get, base + "1/d/MLmodel").status == 404)
        }
    }

    @Test func `What leads out of the store by a link is refused, also to a pipe or a folder`() async throws {
        try await withServer { server in
            let root = server.platform.artifacts.root
            try await server.ask(.put, base + "1/f", body: Data("in".utf8)).expect(200)
            for (name, target) in [
                ("out", "/etc"), ("file", "/etc/passwd"), ("up", ".."), ("in", "1"), ("dead", "none"),
            ] {
                try FileManager.default.createSymbolicLink(
                    atPath: root.path + "/" + name, withDestinationPath: target)
            }
            #expect(mkfifo(root.path + "/pipe", 0o600) == 0)
            for path in ["out/passwd", "file", "up/martlet.yaml", "up", "dead", "dead/x", "pipe", "out"] {
                for method in [HTTPRequest.Method.get, .head, .put, .delete] where path != "pipe" || method != .put {
                    guard method == .get || method == .head || !["file", "up", "dead", "out", "pipe"].contains(path)
                    else { continue }
                    let answer = try await server.ask(method, base + path, body: Data("x".utf8))
                    #expect([400, 404].contains(answer.status), "\(method) \(path): \(answer.status)")
                }
            }
            #expect(try await server.ask(.get, base + "in/f").text == "in")
        }
    }
}

extension TestServer.Answer {
    fileprivate func expect(_ expected: Int) { #expect(status == expected, "\(text)") }
}
