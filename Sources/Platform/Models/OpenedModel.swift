import Foundation
package import MartletDomain
package import ModelRuntime

/// A registered version whose files were found to be the ones that were sealed, ready to score.
package struct OpenedModel: Sendable {
    package let version: ModelVersion
    package let model: XGBoostModel
    package let card: ModelCard
}

/// Opened models by the digest of their files, the most recent few. Lives as long as the process and holds nothing that
/// cannot be read again.
actor OpenedModels {
    private static let most = 4
    private var models: [(digest: String, model: XGBoostModel, card: ModelCard)] = []

    func find(_ digest: String) -> (XGBoostModel, ModelCard)? {
        models.first { $0.digest == digest }.map { ($0.model, $0.card) }
    }

    func keep(_ model: XGBoostModel, _ card: ModelCard, digest: String) {
        models.removeAll { $0.digest == digest }
        models.append((digest, model, card))
        if models.count > Self.most { models.removeFirst() }
    }
}

extension Models {
    /// Opens a version's model, after making sure that its files are those that were registered.
    ///
    /// - Throws: ``SealBroken``, ``ScoringError/notTrainedHere(model:)``, or what
    ///   the model's format says is wrong with the file.
    package func open(_ version: ModelVersion) async throws -> OpenedModel {
        let name = version.id.description
        guard let path = version.artifactPath else { throw ScoringError.notTrainedHere(model: name) }
        try await artifacts.requireSealed(path, digest: version.artifactDigest, subject: name)
        if let (model, card) = await opened.find(version.artifactDigest) {
            return OpenedModel(version: version, model: model, card: card)
        }
        let folder = try artifacts.localURL(path)
        let (model, card) = try await offTheCooperativePool {
            let directory = try MLflowModelDirectory.read(folder)
            guard let data = try? Data(contentsOf: directory.file(at: ModelCard.fileName)) else {
                throw ScoringError.notTrainedHere(model: name)
            }
            return (try directory.xgboostModel(), try JSONDecoder().decode(ModelCard.self, from: data))
        }
        // Nobody replaced a file between the look and the reading.
        try await artifacts.requireSealed(path, digest: version.artifactDigest, subject: name)
        await opened.keep(model, card, digest: version.artifactDigest)
        return OpenedModel(version: version, model: model, card: card)
    }
}
