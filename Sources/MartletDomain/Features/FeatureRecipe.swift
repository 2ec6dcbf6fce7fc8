/// How the rows that a model sees are put together: which table gives them, what of it is kept, and which declared
/// features are joined to it. It travels with the model, and scoring by another is refused.
public struct FeatureRecipe: Sendable, Hashable, Codable {
    /// SHA-256 of the feature set's canonical plan, 64 hexadecimal digits.
    public var featureSet: String
    /// The table whose rows are scored.
    public var spine: TableName
    /// Columns that together name a row.
    public var key: [String]
    /// The instant as of which every feature is computed.
    public var time: String
    /// Columns of the spine that are known at `time` and kept.
    public var spineColumns: [String]
    /// The outcome, boolean or 0 and 1; null while it is not known.
    public var label: String
    /// The instant at which the label became known.
    public var labelAvailableAt: String?

    public init(
        featureSet: String, spine: TableName, key: [String], time: String, spineColumns: [String], label: String,
        labelAvailableAt: String?
    ) {
        (self.featureSet, self.spine, self.key, self.time) = (featureSet, spine, key, time)
        (self.spineColumns, self.label, self.labelAvailableAt) = (spineColumns, label, labelAvailableAt)
    }

    enum CodingKeys: String, CodingKey {
        case spine, key, time, label
        case featureSet = "feature_set"
        case spineColumns = "spine_columns"
        case labelAvailableAt = "label_available_at"
    }
}

/// A file of feature views as it was declared, known by the hash of what it means.
public struct FeatureSet: Sendable, Hashable, Codable {
    public var name: String
    /// SHA-256 of the canonical plan, 64 hexadecimal digits: two files that mean the same are one feature set.
    public var hash: String
    /// The file's text.
    public var definition: String
    public var createdBy: String
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64

    public init(name: String, hash: String, definition: String, createdBy: String, createdAt: Int64) {
        (self.name, self.hash, self.definition) = (name, hash, definition)
        (self.createdBy, self.createdAt) = (createdBy, createdAt)
    }

    enum CodingKeys: String, CodingKey {
        case name, hash, definition
        case createdBy = "created_by"
        case createdAt = "created_at"
    }
}

/// A span of time, from its start up to but without its end, in microseconds since 1970 UTC.
public struct TimeWindow: Sendable, Hashable, Codable {
    public var start: Int64
    public var end: Int64

    /// - Throws: ``InvalidRequest`` unless it ends after it starts.
    public init(from start: Int64, to end: Int64) throws(InvalidRequest) {
        guard start < end else { throw InvalidRequest("A time window must end after it starts.") }
        (self.start, self.end) = (start, end)
    }
}

extension TimeWindow: CustomStringConvertible {
    public var description: String { "\(Instant(microseconds: start)) – \(Instant(microseconds: end))" }
}
