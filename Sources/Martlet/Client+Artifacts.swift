public import Foundation

extension Client {
    /// Stores a file.
    /// - Parameter uri: An `mlflow-artifacts:` address, as runs and logged models have them.
    func put(_ body: WireRequest.Body, to uri: String) async throws {
        _ = try await bytes(
            WireRequest(
                method: "PUT", path: try Self.artifactPath(uri), headers: ["Content-Type": "application/octet-stream"],
                body: body))
    }

    /// Reads a file of the artifact store, whole.
    /// - Parameter uri: An `mlflow-artifacts:` address.
    public func artifact(at uri: String) async throws -> Data {
        try await bytes(WireRequest(method: "GET", path: try Self.artifactPath(uri)))
    }

    private static func artifactPath(_ uri: String) throws -> String {
        guard let scheme = uri.range(of: "mlflow-artifacts:/"), scheme.lowerBound == uri.startIndex else {
            throw ClientError.refused(
                .invalidParameterValue, "The artifact store is not Martlet's: \(uri). Use its own client for that.")
        }
        let segments = uri[scheme.upperBound...].split(separator: "/").map { percentEncoded(String($0)) }
        return "/api/2.0/mlflow-artifacts/artifacts/" + segments.joined(separator: "/")
    }
}
