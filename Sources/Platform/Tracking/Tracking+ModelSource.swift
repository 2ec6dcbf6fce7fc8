import MartletDomain

/// What a registered version's source means here.
package struct ModelSource: Sendable, Hashable {
    /// An `mlflow-artifacts:` address, or one that is not ours.
    package var artifactURI: String
    /// The run that made it, if that is known.
    package var runID: String?

    package init(artifactURI: String, runID: String?) { (self.artifactURI, self.runID) = (artifactURI, runID) }
}

extension Tracking {
    /// What a source means: `models:/m-…`, `runs:/RUN`, `runs:/RUN/path` or `mlflow-artifacts:/path`; nil if it is none of
    /// these.
    package func modelSource(_ source: String) async throws -> ModelSource? {
        if let rest = source.dropping(prefix: "models:/") {
            guard !rest.contains("/"), !rest.contains("@") else { return nil }
            let model = try await loggedModel(rest)
            return ModelSource(
                artifactURI: model.artifactURI, runID: model.sourceRunID.isEmpty ? nil : model.sourceRunID)
        }
        if let rest = source.dropping(prefix: "runs:/") {
            let parts = rest.split(separator: "/", maxSplits: 1).map(String.init)
            guard let id = parts.first else { return nil }
            let run = try await run(id).info
            return ModelSource(
                artifactURI: ([run.artifactURI] + parts.dropFirst()).joined(separator: "/"), runID: run.id)
        }
        return source.hasPrefix("mlflow-artifacts:/") ? ModelSource(artifactURI: source, runID: nil) : nil
    }
}

extension String {
    func dropping(prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
