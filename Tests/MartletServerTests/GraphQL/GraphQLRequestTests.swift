import Foundation
import HTTPTypes
import MartletDomain
import Platform
import TestKit
import Testing

/// Requests in GraphQL as the server answers them.
struct GraphQLRequestTests {
    private func ask(_ server: TestServer, _ query: String, _ variables: JSON = .null) async throws -> JSON {
        let (status, json) = try await server.ask(
            .post, "/graphql", json: ["query": .text(query), "variables": variables])
        #expect(status == 200, "\(query)")
        return json
    }

    @Test func `Runs are found by their view type and a page at a time`() async throws {
        try await withServer { server in
            let tracking = server.platform.tracking
            for name in ["kept", "dropped", "kept too"] {
                let run = try await tracking.createRun(name: name, by: .anyone)
                if name == "dropped" { try await tracking.deleteRun(run.info.id, by: .anyone) }
            }
            let query = """
                query ($in: MlflowSearchRunsInput!) {
                  mlflowSearchRuns(input: $in) { nextPageToken runs { info { runName } experiment { name } } }
                }
                """
            func names(_ answer: JSON) -> [String] {
                answer["data"]["mlflowSearchRuns"]["runs"].elements.map { $0["info"]["runName"].text }.sorted()
            }
            let all = try await ask(server, query, ["in": ["experimentIds": ["0"], "runViewType": "ALL"]])
            #expect(names(all) == ["dropped", "kept", "kept too"])
            let gone = try await ask(server, query, ["in": ["experimentIds": "0", "runViewType": "DELETED_ONLY"]])
            #expect(names(gone) == ["dropped"])
            let first = try await ask(server, query, ["in": ["experimentIds": ["0"], "maxResults": 1]])
            let token = first["data"]["mlflowSearchRuns"]["nextPageToken"]
            #expect(!token.text.isEmpty)
            let second = try await ask(
                server, query, ["in": ["experimentIds": ["0"], "maxResults": 1, "pageToken": token]])
            #expect(names(first) != names(second) && names(second).count == 1)
            #expect(second["data"]["mlflowSearchRuns"]["runs"].elements[0]["experiment"]["name"] == "Default")
        }
    }

    @Test func `A refusal of one field leaves the others their answers`() async throws {
        try await withServer { server in
            let run = try await server.platform.tracking.createRun(name: "there", by: .anyone).info.id
            let answer = try await ask(
                server,
                """
                { a: mlflowGetRun(input: {runId: "nobody"}) { run { info { runName } } }
                  b: mlflowGetRun(input: {runId: "\(run)"}) { run { info { runName } } }
                  c: mlflowGetRun { run { info { runName } } }
                  d: mlflowGetMetricHistoryBulkInterval(input: {runIds: ["\(run)"], metricKey: "m", maxResults: 0}) { __typename }
                }
                """)
            #expect(answer["data"]["a"] == .null && answer["data"]["c"] == .null && answer["data"]["d"] == .null)
            #expect(answer["data"]["b"]["run"]["info"]["runName"] == "there")
            #expect(answer["errors"].elements.count == 3)
            #expect(answer["errors"].elements.first?.text == "Run with id=nobody not found")
        }
    }

    @Test func `What is written comes back as it was, whatever it holds`() async throws {
        try await withServer { server in
            let name = "\"\\\u{0}\u{1}\u{1f}\n\r\t/</script>é😀\u{2028}"
            let run = try await server.platform.tracking.createRun(
                tags: [KeyedText("t", name.replacingOccurrences(of: "\u{0}", with: ""))], by: .anyone
            ).info.id
            let answer = try await ask(
                server, "{ mlflowGetRun(input: {runId: \"\(run)\"}) { run { data { tags { value } } } } }")
            let values = answer["data"]["mlflowGetRun"]["run"]["data"]["tags"].elements.map { $0["value"].text }
            #expect(values.contains(name.replacingOccurrences(of: "\u{0}", with: "")))
        }
    }

    @Test func `No body makes the server fail`() async throws {
        try await withServer { server in
            let deep = String(repeating: "{\"a\":", count: 3_000) + "1" + String(repeating: "}", count: 3_000)
            for body in [
                "", "{}", "[]", "null", "5", "{\"query\":null}", "{\"query\":5}", "{\"query\":\"\"}",
                "{\"query\":[\"{a}\"]}",
                "[{\"query\":\"{ __typename }\"}]", "{\"query\":\"{ __typename }\",\"variables\":[]}",
                "{\"query\":\"{ __typename }\",\"variables\":\(deep)}",
                "{\"query\":\"{ __typename }\",\"operationName\":5}",
                "{\"query\":\"\\ud800\"}", "{\"query\":\"{ a(b: \\\"\\u0000\\\") }\"}",
            ] {
                let answer = try await server.ask(.post, "/graphql", body: Data(body.utf8))
                #expect([200, 400].contains(answer.status), "\(body.prefix(80))")
            }
            var generator = SplitMix(seed: 20_261_123)
            let words = [
                "{", "}", "(", ")", "[", "]", ":", "$x", "...", "on", "query", "fragment f on Query", "mlflowGetRun",
                "input",
                "runId", "\"a\"", "1", "null", "@component(name: \"a\")", "run", "info", "MlflowGetRunInput", "!", "=",
                "a:",
                "__typename", "\"\"\"", "#\n", "...f",
            ]
            for _ in 0..<2_000 {
                let text = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                    words[Int.random(in: 0..<words.count, using: &generator)]
                }.joined(separator: " ")
                let answer = try await ask(server, text)
                #expect(answer["data"] != .null || !answer["errors"].elements.isEmpty, "\(text)")
            }
        }
    }

    @Test func `Only the server's own pages and users may ask`() async throws {
        try await withServer(policy: .governed) { server in
            let body: JSON = ["query": "{ __typename }"]
            #expect(try await server.ask(.post, "/graphql", json: body).status == 401)
            let token = try await server.token(.contributor)
            #expect(try await server.ask(.post, "/graphql", json: body, token: token).status == 200)
            let foreign = try await server.ask(
                .post, "/graphql", body: try body.data(), headers: [.origin: "https://elsewhere.example"], token: token)
            #expect(foreign.status == 403)
        }
    }
}
