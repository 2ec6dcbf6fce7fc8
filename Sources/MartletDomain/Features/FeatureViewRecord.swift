/// One version of a feature view as it was put on record, and what uses it.
public struct FeatureViewRecord: Sendable, Codable {
    public var view: FeatureView
    /// SHA-256 of ``FeatureView/canonicalPlan``, 64 hexadecimal digits.
    public var hash: String
    public var createdBy: String
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    /// Names of the feature sets that it is part of.
    public var featureSets: [String]
    public var trainingSets: [TableReference]
    /// Versions that were trained on one of those.
    public var models: [Model]

    public struct Model: Sendable, Hashable, Codable {
        public var name: String
        public var version: Int64
        public var stage: String

        public init(name: String, version: Int64, stage: String) {
            (self.name, self.version, self.stage) = (name, version, stage)
        }
    }

    public init(
        view: FeatureView, hash: String, createdBy: String, createdAt: Int64, featureSets: [String],
        trainingSets: [TableReference], models: [Model]
    ) {
        (self.view, self.hash, self.createdBy, self.createdAt) = (view, hash, createdBy, createdAt)
        (self.featureSets, self.trainingSets, self.models) = (featureSets, trainingSets, models)
    }

    enum CodingKeys: String, CodingKey {
        case view, hash, models
        case createdBy = "created_by"
        case createdAt = "created_at"
        case featureSets = "feature_sets"
        case trainingSets = "training_sets"
    }
}
