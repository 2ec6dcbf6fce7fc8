import Foundation
import HTTPTypes
import TestKit
import Testing

@Suite struct TrackingRouteTests {
    @Test func `Numbers may come as strings and metrics as bare NaN`() async throws {
        try await withServer { server in
            let run = try await server.post("runs/create", ["experiment_id": "0", "start_time": "12"])["run"]["info"]
            let id = run["run_id"].text
            #expect(run["start_time"] == 12)
            for value in ["NaN", "Infinity", "-Infinity", "\"NaN\"", "\"0.5\"", "1"] {
                let body = #"{"run_id": "\#(id)", "key": "m", "value": \#(value), "timestamp": "5", "step": "7"}"#
                let answer = try await server.ask(.post, "/api/2.0/mlflow/runs/log-metric", body: Data(body.utf8))
                #expect(answer.status == 200, "\(value): \(String(decoding: answer.body, as: UTF8.self))")
            }
            let history = try await server.ask(
                .get, "/api/2.0/mlflow/metrics/get-history?run_id=\(id)&metric_key=m&max_results=10")
            let values = try history.json()["metrics"].elements.map { $0["value"] }
            #expect(values.count == 5 && values.contains("NaN") && values.contains(.number(.greatestFiniteMagnitude)))
        }
    }

    @Test func `Bad requests are refused with MLflow's codes`() async throws {
        try await withServer { server in
            let cases: [(HTTPRequest.Method, String, String, Int, String)] = [
                (.post, "runs/create", "{", 400, "INVALID_PARAMETER_VALUE"),
                (.post, "runs/create", #"{"experiment_id": "x"}"#, 400, "INVALID_PARAMETER_VALUE"),
                (.post, "runs/create", #"{"tags": 5}"#, 400, "INVALID_PARAMETER_VALUE"),
                (.post, "runs/create", #"{"experiment_id": "77"}"#, 404, "RESOURCE_DOES_NOT_EXIST"),
                (.post, "runs/log-metric", "{}", 400, "INVALID_PARAMETER_VALUE"),
                (.post, "runs/log-batch", #"{"run_id": "r", "metrics": [{}]}"#, 400, "INVALID_PARAMETER_VALUE"),
                (.post, "runs/update", #"{"run_id": "r", "status": "DANCING"}"#, 400, "INVALID_PARAMETER_VALUE"),
                (
                    .post, "runs/search", #"{"experiment_ids": ["0"], "page_token": "?"}"#, 400,
                    "INVALID_PARAMETER_VALUE"
                ),
                (.post, "runs/search", #"{"experiment_ids": ["0"], "max_results": 0}"#, 400, "INVALID_PARAMETER_VALUE"),
                (
                    .post, "runs/search", #"{"experiment_ids": ["0"], "max_results": 50001}"#, 400,
                    "INVALID_PARAMETER_VALUE"
                ),
                (.post, "experiments/search", "{}", 400, "INVALID_PARAMETER_VALUE"),
                (.get, "experiments/get", "", 400, "INVALID_PARAMETER_VALUE"),
                (.get, "logged-models/m-none", "", 404, "RESOURCE_DOES_NOT_EXIST"),
                (.post, "logged-models/search", "{}", 400, "INVALID_PARAMETER_VALUE"),
                (.get, "artifacts/list?run_id=none", "", 404, "RESOURCE_DOES_NOT_EXIST"),
            ]
            for (method, path, body, status, code) in cases {
                let answer = try await server.ask(method, "/api/2.0/mlflow/" + path, body: Data(body.utf8))
                #expect(answer.status == status, "\(path) \(body)")
                #expect(try answer.json()["error_code"] == .text(code), "\(path) \(body)")
            }
            let large = Data(#"{"name": ""#.utf8) + Data(repeating: 0x61, count: 50 << 20)
            let answer = try await server.ask(.post, "/api/2.0/mlflow/experiments/create", body: large)
            #expect(try answer.json()["error_code"] == "REQUEST_LIMIT_EXCEEDED")
        }
    }

    @Test func `Files go up and down whole and in part, and no path leads out`() async throws {
        try await withServer { server in
            let base = "/api/2.0/mlflow-artifacts/artifacts/"
            let bytes = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            #expect(try await server.ask(.put, base + "1/a%20b/%C3%A9.bin", body: bytes).status == 200)
            let whole = try await server.ask(.get, base + "1/a%20b/%C3%A9.bin")
            #expect(whole.body == bytes && whole.headers[.contentLength] == "300000")
            #expect(whole.headers[.contentDisposition]?.contains("filename*=UTF-8''%C3%A9.bin") == true)
            for (range, status, expected) in [
                ("bytes=0-9", 206, bytes.prefix(10)), ("bytes=299990-", 206, bytes.suffix(10)),
                ("bytes=-5", 206, bytes.suffix(5)), ("bytes=300000-", 416, Data()), ("bytes=5-1", 200, bytes),
            ] {
                let part = try await server.ask(.get, base + "1/a%20b/%C3%A9.bin", headers: [.range: range])
                #expect(part.status == status && part.body == expected, "\(range)")
            }
            let list = try await server.ask(.get, "/api/2.0/mlflow-artifacts/artifacts?path=1%2Fa+b")
            #expect(try list.json() == ["files": [["path": "é.bin", "is_dir": .bool(false), "file_size": 300_000]]])
            let none = try await server.ask(.get, "/api/2.0/mlflow-artifacts/artifacts?path=nowhere")
            #expect(try none.json() == [:])
            let large = try await server.ask(.put, base + "big", headers: [.contentLength: "5000000001"])
            #expect(large.status == 413)
            for path in [
                "../x", "a/../../x", "%2e%2e/x", "%2E%2E%2Fx", "..%2fx", "%252e%252e/x", "%25252e%25252e/x", "a%00b",
                "a%5c..%5cb", "%2fetc/passwd", "/etc/passwd", "%c0%ae%c0%ae/x", "..;/x", "C:/x", "a%23b",
                String(repeating: "x", count: 256),
            ] {
                for method in [HTTPRequest.Method.get, .put, .delete] {
                    let answer = try await server.ask(method, base + path, body: Data("x".utf8))
                    #expect([400, 404].contains(answer.status), "\(method) \(path): \(answer.status)")
                    #expect(method != .put || answer.status == 400, "\(path)")
                }
                let query = "/api/2.0/mlflow-artifacts/artifacts?path=" + path
                #expect(try await server.ask(.get, query).status == 400, "list \(path)")
            }
            #expect(try await server.ask(.delete, base + "1/a%20b").status == 200)
            #expect(try await server.ask(.get, base + "1/a%20b/%C3%A9.bin").status == 404)
        }
    }
}
