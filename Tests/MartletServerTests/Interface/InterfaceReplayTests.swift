import Foundation
import HTTPTypes
import MartletDomain
import Platform
import TestKit
import Testing

/// What MLflow's server 3.18 answered to the requests of its own interface, asked of Martlet. See
/// `Tests/Golden/mlflow-ui/record.py`.
struct InterfaceReplayTests {
    private struct Golden: Decodable {
        struct Setup: Decodable {
            var experiment: JSON
            var runs: [Run]
        }
        struct Run: Decodable {
            var create: JSON
            var batch: JSON
            var datasets: [JSON]
            var finish: JSON?
        }
        struct Exchange: Decodable {
            var method: String
            var path: String
            var body: JSON?
            var status: Int
            var answer: JSON
        }
        var setup: Setup
        var exchanges: [Exchange]
    }

    private static func golden() throws -> Golden {
        let file = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
            .appending(path: "Golden/mlflow-ui/interface-exchanges.json")
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }

    /// Makes what was there when the exchanges were recorded.
    /// - Returns: The ids that stand for the marks.
    private func prepare(_ setup: Golden.Setup, _ server: TestServer) async throws -> [String: String] {
        let experiment = try await server.post("experiments/create", setup.experiment)["experiment_id"].text
        var ids = ["${experiment}": experiment]
        for (number, run) in setup.runs.enumerated() {
            let made = try await server.post("runs/create", run.create.with("experiment_id", .text(experiment)))
            let id = made["run"]["info"]["run_id"]
            ids["${run\(number)}"] = id.text
            try await server.post("runs/log-batch", run.batch.with("run_id", id))
            if !run.datasets.isEmpty {
                try await server.post("runs/log-inputs", ["run_id": id, "datasets": .list(run.datasets)])
            }
            if let finish = run.finish { try await server.post("runs/update", finish.with("run_id", id)) }
        }
        return ids
    }

    @Test func `Every recorded exchange of MLflow's interface has an equal answer`() async throws {
        let golden = try Self.golden()
        #expect(golden.exchanges.count > 80)
        try await withServer { server in
            let ids = try await prepare(golden.setup, server)
            func ours(_ text: String) -> String {
                ids.reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
            }
            for exchange in golden.exchanges {
                let body = try exchange.body.map { Data(ours(String(decoding: try $0.data(), as: UTF8.self)).utf8) }
                let answer = try await server.ask(
                    exchange.method == "GET" ? .get : .post, ours(exchange.path), body: body ?? Data(),
                    headers: [.contentType: "application/json"])
                let asked = Comment(rawValue: "\(exchange.path.suffix(150)) \(exchange.body?["query"].text ?? "")")
                #expect(answer.status == exchange.status, asked)
                let found = try answer.json()
                let expected = try JSON(Data(ours(String(decoding: try exchange.answer.data(), as: UTF8.self)).utf8))
                if exchange.status >= 400 {
                    #expect(found["error_code"] == expected["error_code"], asked)
                    #expect(found["message"].text.prefix(30) == expected["message"].text.prefix(30), asked)
                } else if exchange.path == "/graphql", !expected["errors"].elements.isEmpty {
                    // The beginnings of the messages, which name what is refused; ours say each once.
                    #expect(found["data"] == expected["data"], asked)
                    let beginnings = Set(found["errors"].elements.map { $0.text.prefix(23) })
                    #expect(beginnings == Set(expected["errors"].elements.map { $0.text.prefix(23) }), asked)
                } else {
                    #expect(found == expected, asked)
                }
            }
        }
    }

    @Test func `Measurements whose steps fall while time goes on are sampled in the order of their steps`() async throws
    {
        try await withServer { server in
            let tracking = server.platform.tracking
            let run = try await tracking.createRun(by: .anyone).info.id
            for batch in 0..<5 {
                try await tracking.logBatch(
                    run: run,
                    metrics: (0..<1_000).map { index in
                        let place = batch * 1_000 + index
                        return Metric("loss", Double(place), timestamp: Int64(place), step: Int64(5_000 - place))
                    }, by: .anyone)
            }
            for size in [1, 2, 3, 7, 320, 2_500] {
                let found = try await tracking.sampledHistory(run: run, key: "loss", size: size)
                #expect(found.count == size)
                #expect(found.last?.step == 5_000)
                #expect(size == 1 || found.first?.step == 1)
                #expect(zip(found, found.dropFirst()).allSatisfy { $0.step < $1.step })
            }
        }
    }
}

extension JSON {
    fileprivate func with(_ key: String, _ value: JSON) -> JSON {
        guard case .object(var fields) = self else { return self }
        fields[key] = value
        return .object(fields)
    }
}
