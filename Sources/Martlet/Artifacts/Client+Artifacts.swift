public import Foundation

extension Client {
    /// Reads a file of the artifact store, whole.
    /// - Parameter uri: An `mlflow-artifacts:` address.
    public func artifact(at uri: String) async throws -> Data {
        try await bytes(WireRequest(method: "GET", path: try Self.artifactPath(uri)))
    }

    /// The files below an address of the artifact store, as runs and logged models have one.
    /// - Parameter uri: An `mlflow-artifacts:` address.
    public func artifacts(at uri: String) -> ArtifactFolder { ArtifactFolder(client: self, uri: uri) }

    static let artifactPrefix = "/api/2.0/mlflow-artifacts/artifacts"

    static func artifactPath(_ uri: String) throws -> String {
        artifactPrefix + "/" + (try artifactSegments(uri)).map(percentEncoded).joined(separator: "/")
    }

    /// The names of the folders on the way to an address, and its own.
    static func artifactSegments(_ uri: String) throws -> [String] {
        guard let scheme = uri.range(of: "mlflow-artifacts:/"), scheme.lowerBound == uri.startIndex else {
            throw ClientError.refused(
                .invalidParameterValue, "The artifact store is not Martlet's: \(uri). Use its own client for that.")
        }
        return uri[scheme.upperBound...].split(separator: "/").map(String.init)
    }
}
