import Foundation
import HTTPTypes
import MartletDomain
import TestKit
import Testing

/// Requests of the registry and of webhooks, good and bad, with what `mlflow server` 3.18 answers, asked of Martlet.
struct RegistryErrorReplayTests {
    /// One line of the file.
    private struct Recorded: Decodable {
        var method: String
        var path: String
        var data: JSON
        var status: Int
        var code: String?
        var names: [String: String]

        init(from decoder: any Decoder) throws {
            var line = try decoder.unkeyedContainer()
            (method, path) = (try line.decode(String.self), try line.decode(String.self))
            (data, status) = (try line.decode(JSON.self), try line.decode(Int.self))
            (code, names) = (try line.decodeIfPresent(String.self), try line.decode([String: String].self))
        }
    }

    /// What Martlet answers otherwise, on purpose: our status and why, by how the request begins.
    private static let otherwise: [(status: Int, why: String, requests: [String])] = [
        (
            400, "a filter that is broken off, or lacks an AND, is not guessed at",
            ["models", "versions"].flatMap { kind in
                let (path, one) = kind == "models" ? ("registered-models", "s01") : ("model-versions", "m1")
                return [
                    "AND", "name='\(one)' AND", "name='\(one)' AND AND", "name='\(one)' name=", "name IN ('\(one)' '",
                ].map {
                    "GET \(path)/search {\"filter\":\"\($0)"
                        + ($0.hasSuffix("AND") && !$0.hasSuffix("AND AND") ? "\"" : "")
                }
            }
        ),
        (
            200, "white space around an order means nothing; true may be a word",
            [
                #"POST model-versions/transition-stage {"archive_existing_versions":"true","#,
                #"GET registered-models/search {"max_results":"2","order_by":" name  DESC "}"#,
            ]
        ),
        (
            400, "a page of none, from before the first or of a number with spaces is not one",
            [
                #"GET registered-models/search {"max_results":" 5"}"#,
                #"GET registered-models/search {"max_results":"-1"}"#,
                #"GET registered-models/search {"max_results":"0"}"#,
                #"GET registered-models/search {"page_token":"eyJvZmZzZXQiOiAtMX0="}"#,
                #"GET webhooks {"max_results":"99999999999"}"#,
            ]
        ),
        (
            400, "a status, a port or a URL that is none is not taken for another, and an event is named once",
            [#"PATCH webhooks/${w1} {"status":"NOPE"}"#]
                + [#""PAUSED""#, #""active""#, #""""#, "true"].map {
                    #"POST webhooks {"events":[{"action":"CREATED","entity":"MODEL_VERSION"}],"name":"s","status":"#
                        + $0
                }
                + ["5999/a b", "99999/", "x/"].map {
                    #"POST webhooks {"events":[{"action":"CREATED","entity":"MODEL_VERSION"}],"name":"u","#
                        + #""url":"http://127.0.0.1:"# + $0
                }
                + [
                    #"POST webhooks {"events":[{"action":"CREATED","entity":"MODEL_VERSION"},"#
                        + #"{"action":"CREATED","entity":"MODEL_VERSION"}]"#
                ]
        ),
    ]

    @Test func `Every request has the status and the error code that MLflow gives it`() async throws {
        let golden = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
            .appending(path: "Golden/mlflow-registry/registry-errors.json")
        let recorded = try JSONDecoder().decode([Recorded].self, from: Data(contentsOf: golden))
        #expect(recorded.count > 1_000)
        try await withServer(webhooks: WebhookSettings(allowHTTP: true, allowPrivate: true)) { server in
            var known: [String: String] = [:]
            for line in recorded {
                let method = try #require(HTTPRequest.Method(rawValue: line.method))
                let (path, data) = (line.path.spelledOut(known), line.data.spelledOut(known))
                let url = "/api/2.0/mlflow/" + path
                let answer =
                    method == .get
                    ? try await server.ask(method, url + data.query, json: nil)
                    : try await server.ask(method, url, json: data)
                for (name, field) in line.names {
                    let value = field.split(separator: ".").reduce(answer.json) { $0[String($1)] }
                    known[name] = value.text
                }
                let request = "\(line.method) \(line.path) \(line.data.compact)"
                let code = answer.status >= 400 ? answer.json["error_code"].text : nil
                if let ours = Self.otherwise.first(where: { $0.requests.contains(where: request.hasPrefix) }) {
                    #expect(answer.status == ours.status, "\(request): \(ours.why)")
                    #expect(
                        answer.status != line.status || code != line.code, "\(request) is answered as MLflow does now")
                } else {
                    #expect(answer.status == line.status && code == line.code, "\(request.prefix(200)) \(answer.json)")
                }
            }
        }
    }
}

extension String {
    /// With `${name}` and `${x*250}` replaced.
    fileprivate func spelledOut(_ known: [String: String]) -> String {
        replacing(/\$\{(.)\*(\d+)\}/) { match in String(repeating: String(match.1), count: Int(match.2) ?? 0) }
            .replacing(/\$\{(\w+)\}/) { match in known[String(match.1)] ?? "" }
    }

    fileprivate var asForm: String { addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
}

extension JSON {
    fileprivate func spelledOut(_ known: [String: String]) -> JSON {
        switch self {
        case .text(let text): .text(text.spelledOut(known))
        case .list(let list): .list(list.map { $0.spelledOut(known) })
        case .object(let fields): .object(fields.mapValues { $0.spelledOut(known) })
        default: self
        }
    }

    /// With the question mark; lists are names that come again.
    fileprivate var query: String {
        guard case .object(let fields) = self, !fields.isEmpty else { return "" }
        let pairs = fields.sorted { $0.key < $1.key }.flatMap { name, value in
            (value.elements.isEmpty ? [value] : value.elements).map { "\(name.asForm)=\($0.text.asForm)" }
        }
        return "?" + pairs.joined(separator: "&")
    }

    fileprivate var compact: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
