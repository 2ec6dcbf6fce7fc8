package import Foundation
package import MartletDomain
package import Metadata

/// Models that are trained and opened here, each tied to what it was trained on.
package struct Models: Sendable {
    let store: Store
    let tracking: Tracking
    let artifacts: Artifacts
    let registry: Registry
    let datasets: Datasets
    let features: Features
    /// Where model folders are put together before they are stored.
    let scratch: URL
    let threads: Int
    let opened: OpenedModels

    package init(
        store: Store, tracking: Tracking, artifacts: Artifacts, registry: Registry, datasets: Datasets,
        features: Features, scratch: URL, threads: Int
    ) {
        (self.store, self.tracking, self.artifacts, self.registry) = (store, tracking, artifacts, registry)
        (self.datasets, self.features, self.scratch, self.threads) = (datasets, features, scratch, threads)
        opened = OpenedModels()
    }
}

/// What a model that was trained here carries in its folder, sealed with it: enough to put its input together.
package struct ModelCard: Sendable, Hashable, Codable {
    package static let fileName = "martlet.json"

    package var recipe: FeatureRecipe
    /// Columns in the order in which the model takes them.
    package var inputs: [String]
    package var trainingSet: TableReference

    package init(recipe: FeatureRecipe, inputs: [String], trainingSet: TableReference) {
        (self.recipe, self.inputs, self.trainingSet) = (recipe, inputs, trainingSet)
    }

    enum CodingKeys: String, CodingKey {
        case recipe, inputs
        case trainingSet = "training_set"
    }
}
