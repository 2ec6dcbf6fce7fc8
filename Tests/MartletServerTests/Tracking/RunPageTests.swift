import Foundation
import HTTPTypes
import MartletDomain
import Platform
import TestKit
import Testing

@Suite struct RunPageTests {
    /// A place begins with the rank of the metric that the search is ordered by: 0, 1 or 2.
    @Test(arguments: ["4", "-1", "9223372036854775807"])
    func `A page token with a rank that no run has is refused`(rank: String) async throws {
        try await withServer { server in
            let tracking = server.platform.tracking
            for _ in 0..<2 { _ = try await tracking.createRun(by: .setup) }
            let search = "/api/2.0/mlflow/runs/search"
            let first = try await server.ask(
                .post, search, json: ["experiment_ids": ["0"], "order_by": ["metrics.x"], "max_results": 1])
            let token = try #require(Data(base64Encoded: first.json["next_page_token"].text))
            let text = String(decoding: token, as: UTF8.self)
            let place = try #require(text.firstRange(of: #""_0":2"#))
            let forged = text.replacingCharacters(in: place, with: #""_0":\#(rank)"#)
            let answer = try await server.ask(
                .post, search,
                json: [
                    "experiment_ids": ["0"], "order_by": ["metrics.x"], "max_results": 1,
                    "page_token": .text(Data(forged.utf8).base64EncodedString()),
                ])
            #expect(answer.status == 400 && answer.json["error_code"] == "INVALID_PARAMETER_VALUE")
        }
    }
}
