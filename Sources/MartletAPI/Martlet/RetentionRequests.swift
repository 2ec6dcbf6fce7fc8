/// What was removed for good, and what was not.
public struct Purged: Codable, Sendable, Hashable {
    public struct Kept: Codable, Sendable, Hashable {
        public var id: String
        /// Why it stays.
        public var reason: String

        public init(id: String, reason: String) { (self.id, self.reason) = (id, reason) }
    }

    /// Ids.
    public var purged: [String]
    /// Always empty when things were asked for by id or name: one that must stay refuses them all.
    public var kept: [Kept]

    public init(purged: [String], kept: [Kept]) { (self.purged, self.kept) = (purged, kept) }
}

/// Removes deleted runs for good, with their files: those that are named, or all.
///
/// A run that a registered model version came from stays, and so does one with sealed files.
public struct PurgeRuns: MartletRequest {
    public typealias Response = Purged
    public static let path = "runs/purge"

    public var runIDs: [String]?
    /// Only what was deleted at least so long ago: `30d`, `2d8h5m20s`.
    public var olderThan: String?
    /// Says what would be done, and does nothing.
    public var isDryRun: Bool?
    /// Must be true when nothing is named: an empty request removes nothing.
    public var all: Bool?

    public init(runIDs: [String]? = nil, olderThan: String? = nil, isDryRun: Bool = false) {
        (self.runIDs, self.olderThan, self.isDryRun) = (runIDs, olderThan, isDryRun)
        all = runIDs == nil ? true : nil
    }

    enum CodingKeys: String, CodingKey {
        case runIDs = "run_ids"
        case olderThan = "older_than"
        case isDryRun = "dry_run"
        case all
    }
}

/// Removes deleted logged models for good, with their files: those that are named, or all.
public struct PurgeLoggedModels: MartletRequest {
    public typealias Response = Purged
    public static let path = "logged-models/purge"

    public var modelIDs: [String]?
    /// Only what was deleted at least so long ago: `30d`, `2d8h5m20s`.
    public var olderThan: String?
    /// Says what would be done, and does nothing.
    public var isDryRun: Bool?
    /// Must be true when nothing is named: an empty request removes nothing.
    public var all: Bool?

    public init(modelIDs: [String]? = nil, olderThan: String? = nil, isDryRun: Bool = false) {
        (self.modelIDs, self.olderThan, self.isDryRun) = (modelIDs, olderThan, isDryRun)
        all = modelIDs == nil ? true : nil
    }

    enum CodingKeys: String, CodingKey {
        case modelIDs = "model_ids"
        case olderThan = "older_than"
        case isDryRun = "dry_run"
        case all
    }
}

/// Removes deleted experiments for good, with all runs and logged models in them: those that are named, or all. Their
/// names are free after that.
public struct PurgeExperiments: MartletRequest {
    public typealias Response = Purged
    public static let path = "experiments/purge"

    public var experimentIDs: [String]?
    public var names: [String]?
    /// Only what was deleted at least so long ago: `30d`, `2d8h5m20s`.
    public var olderThan: String?
    /// Says what would be done, and does nothing.
    public var isDryRun: Bool?
    /// Must be true when nothing is named: an empty request removes nothing.
    public var all: Bool?

    public init(
        experimentIDs: [String]? = nil, names: [String]? = nil, olderThan: String? = nil, isDryRun: Bool = false
    ) {
        (self.experimentIDs, self.names) = (experimentIDs, names)
        all = experimentIDs == nil && names == nil ? true : nil
        (self.olderThan, self.isDryRun) = (olderThan, isDryRun)
    }

    enum CodingKeys: String, CodingKey {
        case names
        case experimentIDs = "experiment_ids"
        case olderThan = "older_than"
        case isDryRun = "dry_run"
        case all
    }
}
