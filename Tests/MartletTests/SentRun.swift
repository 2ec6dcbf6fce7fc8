import Foundation
import HTTPTypes
import Martlet
import TestKit

/// A run as MLflow's API shows it.
struct SentRun {
    let json: JSON

    init(_ id: String, on server: TestServer) async throws {
        json = try await server.ask(.get, "/api/2.0/mlflow/runs/get?run_id=\(id)").json()["run"]
    }

    var status: String { json["info"]["status"].text }
    var params: [String: String] { pairs(json["data"]["params"]) }
    var tags: [String: String] { pairs(json["data"]["tags"]) }
    var metrics: [String: JSON] {
        Dictionary(
            json["data"]["metrics"].elements.map { ($0["key"].text, $0["value"]) }, uniquingKeysWith: { $1 })
    }

    private func pairs(_ list: JSON) -> [String: String] {
        Dictionary(list.elements.map { ($0["key"].text, $0["value"].text) }, uniquingKeysWith: { $1 })
    }
}

extension TestServer {
    func run(_ id: String) async throws -> SentRun { try await SentRun(id, on: self) }

    /// All measurements of a metric as step and value, in the order of the steps.
    func history(_ key: String, of id: String) async throws -> [Measurement] {
        var (found, token) = ([Measurement](), "")
        repeat {
            let answer = try await ask(
                .get,
                "/api/2.0/mlflow/metrics/get-history?run_id=\(id)&metric_key=\(key)&max_results=25000"
                    + (token.isEmpty ? "" : "&page_token=\(token)")
            ).json()
            found += answer["metrics"].elements.compactMap(Measurement.init)
            token = answer["next_page_token"].text
        } while !token.isEmpty
        return found.sorted { ($0.step, $0.value) < ($1.step, $1.value) }
    }
}

struct Measurement: Equatable {
    var step: Double
    var value: Double

    init(_ step: Int, _ value: Double) { (self.step, self.value) = (Double(step), value) }

    init?(_ json: JSON) {
        guard case .number(let step) = json["step"], case .number(let value) = json["value"] else { return nil }
        (self.step, self.value) = (step, value)
    }
}

/// Retries without waiting, as tests like it.
extension RetryPolicy {
    static let hasty = RetryPolicy(attempts: 12, firstDelay: .milliseconds(1), longestDelay: .milliseconds(4))
}

extension LoggingOptions {
    /// Sends soon, and gives up soon when cancelled.
    static let hasty = LoggingOptions(interval: .milliseconds(5), cancellationGrace: .seconds(5))
}

struct Oops: Error {}

/// What `body` throws.
func thrown(_ body: () async throws -> Void) async -> (any Error)? {
    do {
        try await body()
        return nil
    } catch {
        return error
    }
}
