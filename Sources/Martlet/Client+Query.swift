import Foundation
import MartletAPI

extension Client {
    /// Asks one request of MLflow's API that may repeat a name: `order_by=a&order_by=b`.
    /// - Parameter items: Names and values, not yet percent-encoded; those without a value are left out.
    func mlflow<Response: Decodable>(get path: String, items: [(String, String?)]) async throws -> Response {
        let pairs = items.compactMap { name, value in value.map { "\(percentEncoded(name))=\(percentEncoded($0))" } }
        let data = try await bytes(
            WireRequest(method: "GET", path: "/api/2.0/\(path)?\(pairs.joined(separator: "&"))"))
        return try decode(Response.self, data)
    }
}

extension String {
    /// Nil instead of an empty text, which MLflow's API takes for an absent one.
    var unlessEmpty: String? { isEmpty ? nil : self }
}

/// Names and values as MLflow has them on the wire, by name.
func wireTags(_ tags: [String: String]) -> [MLflowTracking.Tag]? {
    tags.isEmpty ? nil : tags.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) }
}
