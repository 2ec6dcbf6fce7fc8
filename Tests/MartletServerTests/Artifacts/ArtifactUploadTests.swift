import Crypto
import Foundation
import HTTPTypes
import MartletDomain
import Platform
import TestKit
import Testing

private let base = "/api/2.0/mlflow-artifacts/artifacts/"

@Suite struct ArtifactUploadTests {
    @Test func `Bytes that do not have the digest that was announced are not stored`() async throws {
        let bytes = Data("the file".utf8)
        let sha256 = Data(SHA256.hash(data: bytes)).base64EncodedString()
        let sha512 = Data(SHA512.hash(data: bytes)).base64EncodedString()
        let md5 = Data(Insecure.MD5.hash(data: bytes)).base64EncodedString()
        let wrong = Data(SHA256.hash(data: Data())).base64EncodedString()
        let cases: [(String, String, Int)] = [
            ("Content-Digest", "sha-256=:\(sha256):", 200),
            ("Repr-Digest", "sha-512=:\(sha512):, sha-256=:\(sha256):", 200),
            ("Content-Digest", "unixsum=:AAA=:", 200), ("Content-Digest", "sha-256=:\(sha256):;x=1", 200),
            ("Content-MD5", md5, 200), ("Content-Digest", "sha-256=:\(wrong):", 400),
            ("Repr-Digest", "sha-256=:\(wrong):", 400), ("Content-Digest", "sha-512=:\(sha256):", 400),
            ("Content-Digest", "sha-256=\(sha256)", 400), ("Content-Digest", "sha-256=:!:", 400),
            ("Content-MD5", "AAAA", 400), ("Content-MD5", Data(repeating: 0, count: 16).base64EncodedString(), 400),
        ]
        try await withServer { server in
            for (number, (name, value, status)) in cases.enumerated() {
                let header = try #require(HTTPField.Name(name))
                let answer = try await server.ask(.put, base + "1/\(number)", body: bytes, headers: [header: value])
                #expect(answer.status == status, "\(name): \(value): \(answer.text)")
                #expect(try await server.ask(.get, base + "1/\(number)").status == (status == 200 ? 200 : 404))
            }
            let incoming = server.platform.artifacts.root.appending(path: ArtifactPath.incoming)
            #expect(try FileManager.default.contentsOfDirectory(atPath: incoming.path).isEmpty)
        }
    }

    @Test func `A body of another length than announced is not stored`() async throws {
        try await withServer { server in
            for length in ["3", "5", "0"] {
                let answer = try await server.ask(
                    .put, base + "1/f", body: Data("four".utf8), headers: [.contentLength: length])
                #expect(answer.status == 400)
            }
            #expect(try await server.ask(.get, base + "1/f").status == 404)
        }
    }

    @Test func `Browsers log small files of runs`() async throws {
        try await withServer { server in
            let run = try await server.post("runs/create", ["experiment_id": "0"])["run"]["info"]["run_id"].text
            let upload = "/ajax-api/2.0/mlflow/upload-artifact"
            let cases: [(String, Data, Int)] = [
                ("?run_uuid=\(run)&path=d/a%20b.txt", Data("x".utf8), 200), ("?run_id=\(run)&path=d/e", Data(), 400),
                ("?run_id=\(run)&path=../x", Data("x".utf8), 400), ("?run_id=\(run)", Data("x".utf8), 400),
                ("?path=x", Data("x".utf8), 400), ("?run_id=none&path=x", Data("x".utf8), 404),
                ("?run_id=\(run)&path=big", Data(count: (10 << 20) + 1), 400),
                ("?run_id=\(run)&path=fits", Data(count: 10 << 20), 200),
            ]
            for (query, body, status) in cases {
                #expect(try await server.ask(.post, upload + query, body: body).status == status, "\(query)")
            }
            let got = try await server.ask(.get, "/get-artifact?run_id=\(run)&path=d/a+b.txt")
            #expect(got.text == "x")
        }
    }

    @Test func `Links that MLflow gives to a run's own storage are refused in its words`() async throws {
        try await withServer { server in
            let run = try await server.post("runs/create", ["experiment_id": "0"])["run"]["info"]["run_id"].text
            for (verb, body, status) in [
                ("upload", ["run_id": .text(run), "path": "x"], 400), ("upload", ["path": "x"], 400),
                ("upload", ["run_id": .text(run), "model_id": "m", "path": "x"], 400),
                ("upload", ["run_id": "none", "path": "x"], 404),
                ("download", ["run_id": .text(run), "path": "x"], 400),
                ("download", ["run_id": .text(run), "path": "x", "expiration": 0], 400),
                ("download", ["run_id": "none", "path": "x"], 404), ("download", ["path": "x"], 400),
            ] as [(String, JSON, Int)] {
                let answer = try await server.ask(
                    .post, "/api/2.0/mlflow/artifacts/presigned-\(verb)-url", json: body)
                #expect(answer.status == status, "\(verb) \(body)")
            }
        }
    }
}
