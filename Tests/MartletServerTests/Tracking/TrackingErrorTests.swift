import Foundation
import HTTPTypes
import TestKit
import Testing

/// How MLflow's server refuses requests, field by field (`Tests/Golden/mlflow/record_tracking_errors.py`), asked of Martlet.
@Suite struct TrackingErrorTests {
    private struct Step: Decodable {
        var name: String
        var method: String
        var path: String
        var query: [[String]]?
        var body: JSON?
        var raw: String?
        var type: String?
        var save: [String: String]?
        var status: Int
        var error_code: String?
    }

    @Test func `Every endpoint refuses each wrong field with MLflow's status and error code`() async throws {
        let golden = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
            .appending(path: "Golden/mlflow/tracking-errors.json")
        let steps = try JSONDecoder().decode([Step].self, from: Data(contentsOf: golden))
        #expect(steps.count > 900)
        try await withServer { server in
            var saved: [String: String] = [:]
            for step in steps {
                let answer = try await ask(step, server, saved)
                for (name, path) in step.save ?? [:] {
                    saved[name] = path.split(separator: ".").reduce(try answer.json()) { $0[String($1)] }.text
                }
                let asked = "\(step.name): \(answer.text.prefix(300))"
                if step.status >= 500 {
                    // A defect there is a refusal here.
                    #expect((400..<500).contains(answer.status), "\(asked)")
                } else {
                    #expect(answer.status == step.status, "\(asked)")
                }
                guard let code = step.error_code, step.status < 500, step.method != "HEAD" else { continue }
                let body = try answer.json()
                #expect(body["error_code"].text == code && !body["message"].text.isEmpty, "\(asked)")
            }
        }
    }

    private func ask(_ step: Step, _ server: TestServer, _ saved: [String: String]) async throws -> TestServer.Answer {
        let allowed = CharacterSet.urlQueryAllowed.subtracting(CharacterSet(charactersIn: "&=+"))
        func escaped(_ text: String) -> String {
            Self.expanded(text, saved).addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        }
        var path = "/api/2.0/mlflow/" + Self.expanded(step.path, saved)
        if let query = step.query {
            path += "?" + query.map { $0.map(escaped).joined(separator: "=") }.joined(separator: "&")
        }
        let body = try step.raw.map { Data($0.utf8) } ?? step.body.map { try Self.expanded($0, saved).data() } ?? Data()
        let headers: HTTPFields = step.type.map { [.contentType: $0] } ?? [:]
        return try await server.ask(try #require(HTTPRequest.Method(step.method)), path, body: body, headers: headers)
    }

    /// `{{name}}` is what was saved, `<<x*9>>` nine times x, `{"$times": 3, "of": …}` a list in which `<<i>>` counts.
    private static func expanded(_ json: JSON, _ saved: [String: String]) throws -> JSON {
        switch json {
        case .text(let text): return .text(expanded(text, saved))
        case .list(let list): return .list(try list.map { try expanded($0, saved) })
        case .object(let fields):
            if case .number(let count)? = fields["$times"], let of = fields["of"] {
                let one = String(decoding: try expanded(of, saved).data(), as: UTF8.self)
                return .list(
                    try (0..<Int(count)).map { try JSON(Data(one.replacing("<<i>>", with: "\($0)").utf8)) })
            }
            return .object(try fields.mapValues { try expanded($0, saved) })
        default: return json
        }
    }

    private static func expanded(_ text: String, _ saved: [String: String]) -> String {
        let repeated = text.replacing(#/<<(.)\*(\d+)>>/#) { match in
            String(repeating: String(match.1), count: Int(match.2) ?? 0)
        }
        return repeated.replacing(#/\{\{(\w+)\}\}/#) { saved[String($0.1)] ?? "" }
    }
}
