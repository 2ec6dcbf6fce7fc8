package import Foundation
package import MartletDomain
package import ModelRuntime

/// A registered version whose files were found to be the ones that were sealed, with what it says of its features.
package struct PackedModel: Sendable {
    package let version: ModelVersion
    package let features: PackedFeatures
    /// The model's files.
    package let folder: URL
}

extension Models {
    /// - Throws: ``PackedFeaturesError/notPacked(model:)``,
    ///   ``SealBroken``.
    package func openPacked(_ version: ModelVersion) async throws -> PackedModel {
        let name = version.id.description
        guard let path = version.artifactPath else { throw PackedFeaturesError.notPacked(model: name) }
        try await artifacts.requireSealed(path, digest: version.artifactDigest, subject: name)
        let folder = try artifacts.localURL(path)
        let packed = try await offTheCooperativePool { try PackedFeatures(in: folder, of: name) }
        guard let packed else { throw PackedFeaturesError.notPacked(model: name) }
        return PackedModel(version: version, features: packed, folder: folder)
    }

    /// - Throws: ``PackedFeaturesError/runsElsewhere(model:reason:)`` for a model that needs its own library.
    package func run(_ packed: PackedModel) async throws -> XGBoostModel {
        try await offTheCooperativePool {
            do {
                return try MLflowModelDirectory.read(packed.folder).xgboostModel()
            } catch ModelError.unsupported(_, let reason) {
                throw PackedFeaturesError.runsElsewhere(model: packed.version.id.description, reason: reason)
            }
        }
    }
}
