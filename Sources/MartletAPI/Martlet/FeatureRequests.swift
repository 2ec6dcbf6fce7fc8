public import MartletDomain

/// Keeps a file of feature views.
public struct ApplyFeatures: MartletRequest {
    public typealias Response = FeatureSet
    public static let path = "features/apply"

    public var name: String
    /// YAML.
    public var definition: String

    public init(name: String, definition: String) { (self.name, self.definition) = (name, definition) }
}

/// Makes a table of rows, their features as of each row's time, and their outcomes.
public struct BuildTrainingSet: MartletRequest {
    public typealias Response = DatasetSummary
    public static let path = "features/training-set"

    public var table: TableName
    /// Its feature set may be a name; the newest of that name is taken.
    public var recipe: FeatureRecipe
    /// Nil for the newest.
    public var spineVersion: Int64?
    public var from: Instant
    public var to: Instant
    /// Outcomes that became known later are left out.
    public var knownAt: Instant?

    public init(
        table: TableName, recipe: FeatureRecipe, spineVersion: Int64? = nil, from: Instant, to: Instant,
        knownAt: Instant? = nil
    ) {
        (self.table, self.recipe, self.spineVersion) = (table, recipe, spineVersion)
        (self.from, self.to, self.knownAt) = (from, to, knownAt)
    }

    enum CodingKeys: String, CodingKey {
        case table, recipe, from, to
        case spineVersion = "spine_version"
        case knownAt = "known_at"
    }
}
