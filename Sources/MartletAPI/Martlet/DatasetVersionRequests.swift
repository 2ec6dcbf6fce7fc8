public import MartletDomain

/// Which version of a table was the newest at a moment.
public struct DatasetAsOf: MartletRequest {
    public struct Response: Codable, Sendable {
        public var table: TableName
        public var version: Int64
        public init(_ reference: TableReference) { (table, version) = (reference.name, reference.version) }
    }
    public static let path = "datasets/as-of"

    public var table: TableName
    public var time: Instant

    public init(table: TableName, time: Instant) { (self.table, self.time) = (table, time) }
}

/// What a version was computed from, and what was computed from it.
public struct ShowLineage: MartletRequest {
    public typealias Response = DatasetLineage
    public static let path = "datasets/lineage"

    public var table: TableName
    /// Nil for the newest.
    public var version: Int64?
    /// 1 to 50 steps each way; 5 when it is not said.
    public var depth: Int?

    public init(table: TableName, version: Int64? = nil, depth: Int? = nil) {
        (self.table, self.version, self.depth) = (table, version, depth)
    }
}

/// Makes a table what it was at a version, by a version of its own.
public struct RestoreDataset: MartletRequest {
    public typealias Response = DatasetSummary
    public static let path = "datasets/restore"

    public var table: TableName
    public var version: Int64
    public var runID: String?

    public init(table: TableName, version: Int64, runID: String? = nil) {
        (self.table, self.version, self.runID) = (table, version, runID)
    }

    enum CodingKeys: String, CodingKey {
        case table, version
        case runID = "run_id"
    }
}

/// Deletes the rows for which a row expression holds.
public struct DeleteRows: MartletRequest {
    public typealias Response = DatasetVersion
    public static let path = "datasets/delete-rows"

    public var table: TableName
    public var predicate: String
    public var runID: String?
    /// Chosen by who asks, so that asking again does nothing: 32 hexadecimal digits.
    public var transaction: String?

    public init(table: TableName, predicate: String, runID: String? = nil, transaction: String? = nil) {
        (self.table, self.predicate, self.runID) = (table, predicate, runID)
        self.transaction = transaction
    }

    enum CodingKeys: String, CodingKey {
        case table, predicate, transaction
        case runID = "run_id"
    }
}

/// Writes the rows of small files into fewer, larger ones.
public struct OptimizeDataset: MartletRequest {
    public struct Response: Codable, Sendable {
        /// Nil when there was nothing to put together.
        public var version: DatasetVersion?
        public init(version: DatasetVersion?) { self.version = version }
    }
    public static let path = "datasets/optimize"

    public var table: TableName
    /// In bytes.
    public var targetSize: Int64?
    /// Columns by which rows are laid near each other.
    public var zOrder: [String]?

    public init(table: TableName, targetSize: Int64? = nil, zOrder: [String]? = nil) {
        (self.table, self.targetSize, self.zOrder) = (table, targetSize, zOrder)
    }

    enum CodingKeys: String, CodingKey {
        case table
        case targetSize = "target_size"
        case zOrder = "z_order"
    }
}

/// Removes files that no version needs which has to stay readable.
public struct VacuumDataset: MartletRequest {
    public struct Response: Codable, Sendable {
        /// Data files, relative to the table.
        public var files: [String]
        public var bytes: Int64
        /// Names of files of the table's log.
        public var logFiles: [String]
        /// How many files were old enough, and stayed because of a pin.
        public var pinnedFiles: Int
        public var pins: [DatasetPin]
        public var dryRun: Bool

        public init(
            files: [String], bytes: Int64, logFiles: [String], pinnedFiles: Int, pins: [DatasetPin], dryRun: Bool
        ) {
            (self.files, self.bytes, self.logFiles, self.pinnedFiles) = (files, bytes, logFiles, pinnedFiles)
            (self.pins, self.dryRun) = (pins, dryRun)
        }

        enum CodingKeys: String, CodingKey {
            case files, bytes, pins
            case logFiles = "log_files"
            case pinnedFiles = "pinned_files"
            case dryRun = "dry_run"
        }
    }
    public static let path = "datasets/vacuum"

    public var table: TableName
    public var retentionHours: Int?
    public var force: Bool
    public var dryRun: Bool

    public init(table: TableName, retentionHours: Int? = nil, force: Bool = false, dryRun: Bool = false) {
        (self.table, self.retentionHours, self.force, self.dryRun) = (table, retentionHours, force, dryRun)
    }

    enum CodingKeys: String, CodingKey {
        case table, force
        case retentionHours = "retention_hours"
        case dryRun = "dry_run"
    }
}
