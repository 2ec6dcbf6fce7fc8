import MartletDomain

extension Tracking {
    /// The folder of the artifact store that a model's source means: `models:/m-…`, `runs:/RUN/path` or
    /// `mlflow-artifacts:/path`.
    /// - Returns: An `mlflow-artifacts:` address, or nil if the source means nothing in our store.
    package func artifactPath(ofModelSource source: String) async throws -> String? {
        if let rest = source.dropping(prefix: "models:/") {
            guard rest.hasPrefix("m-") else { return nil }
            return try await loggedModel(rest).artifactURI
        }
        if let rest = source.dropping(prefix: "runs:/") {
            let parts = rest.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            return try await run(parts[0]).info.artifactURI + "/" + parts[1]
        }
        return source.hasPrefix("mlflow-artifacts:/") ? source : nil
    }
}

extension String {
    func dropping(prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
