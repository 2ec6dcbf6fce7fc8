public import MartletDomain

/// A feature table at its newest version, in short.
public struct FeatureTableSummary: Codable, Sendable {
    public var table: FeatureTable
    public var version: Int64
    public var rows: Int64
    /// The table's folder on the server.
    public var path: String
    public var columns: [TableSchema.Field]
    /// The columns that are features, in the table's order.
    public var features: [String]

    public init(
        table: FeatureTable, version: Int64, rows: Int64, path: String, columns: [TableSchema.Field], features: [String]
    ) {
        (self.table, self.version, self.rows) = (table, version, rows)
        (self.path, self.columns, self.features) = (path, columns, features)
    }
}

/// Where rows for a feature table come from: a file that was sent, a table, or one SELECT over tables.
public struct FeatureRowsSource: Codable, Sendable {
    /// What the upload answered, with the file's name: `.csv`, `.csv.gz`, `.parquet` or `.jsonl`.
    public var upload: String?
    public var fileName: String?
    public var table: TableName?
    /// Of `table`; nil for the newest.
    public var version: Int64?
    public var sql: String?
    /// For each name that the SQL uses, the table it stands for.
    public var inputs: [String: TableName]?

    public static func upload(_ upload: String, fileName: String) -> Self {
        var source = Self()
        (source.upload, source.fileName) = (upload, fileName)
        return source
    }

    public static func table(_ table: TableName, version: Int64? = nil) -> Self {
        var source = Self()
        (source.table, source.version) = (table, version)
        return source
    }

    public static func query(_ sql: String, inputs: [String: TableName]) -> Self {
        var source = Self()
        (source.sql, source.inputs) = (sql, inputs)
        return source
    }

    enum CodingKeys: String, CodingKey {
        case upload, table, version, sql, inputs
        case fileName = "file_name"
    }
}

/// Makes a feature table, with its first rows if there are any.
public struct CreateFeatureTable: MartletRequest {
    public typealias Response = FeatureTableSummary
    public static let path = "features/tables/create"

    public var table: FeatureTableDeclaration
    public var rows: FeatureRowsSource?
    public var runID: String?

    public init(_ table: FeatureTableDeclaration, rows: FeatureRowsSource? = nil, runID: String? = nil) {
        (self.table, self.rows, self.runID) = (table, rows, runID)
    }

    enum CodingKeys: String, CodingKey {
        case table, rows
        case runID = "run_id"
    }
}

/// Makes a feature table of a table that is there.
public struct RegisterFeatureTable: MartletRequest {
    public typealias Response = FeatureTableSummary
    public static let path = "features/tables/register"

    public var table: FeatureTableDeclaration

    public init(_ table: FeatureTableDeclaration) { self.table = table }
}

/// Writes rows into a feature table as its next version: all of them, or none.
public struct WriteFeatureTable: MartletRequest {
    public typealias Response = DatasetSummary
    public static let path = "features/tables/write"

    public var table: TableName
    public var rows: FeatureRowsSource
    public var mode: FeatureWriteMode
    /// The tracking run that made the rows.
    public var runID: String?

    public init(
        table: TableName, rows: FeatureRowsSource, mode: FeatureWriteMode = .merge, runID: String? = nil
    ) {
        (self.table, self.rows, self.mode, self.runID) = (table, rows, mode, runID)
    }

    enum CodingKeys: String, CodingKey {
        case table, rows, mode
        case runID = "run_id"
    }
}

public struct ListFeatureTables: MartletRequest {
    public struct Response: Codable, Sendable {
        public var tables: [FeatureTableSummary]
        public init(tables: [FeatureTableSummary]) { self.tables = tables }
    }
    public static let path = "features/tables/list"

    /// Only tables that have this tag, and this value of it when one is given.
    public var tag: String?
    public var value: String?

    public init(tag: String? = nil, value: String? = nil) { (self.tag, self.value) = (tag, value) }
}

public struct ShowFeatureTable: MartletRequest {
    public struct Response: Codable, Sendable {
        public var summary: FeatureTableSummary
        /// Who wrote its versions and from what, newest first.
        public var producers: [DatasetVersion]
        /// Who read it, the latest first.
        public var readers: [FeatureTableReader]
        /// Tables that were computed from it, newest first.
        public var usedBy: [DatasetVersion]

        public init(
            summary: FeatureTableSummary, producers: [DatasetVersion], readers: [FeatureTableReader],
            usedBy: [DatasetVersion]
        ) {
            (self.summary, self.producers, self.readers, self.usedBy) = (summary, producers, readers, usedBy)
        }

        enum CodingKeys: String, CodingKey {
            case summary, producers, readers
            case usedBy = "used_by"
        }
    }
    public static let path = "features/tables/show"

    public var table: TableName

    public init(table: TableName) { self.table = table }
}

/// Takes a feature table off the record, and its rows out of the newest version unless it was registered.
public struct DropFeatureTable: MartletRequest {
    public struct Response: Codable, Sendable {
        public var table: FeatureTable
        /// The version without rows; nil when the rows stay.
        public var emptied: TableReference?
        public init(table: FeatureTable, emptied: TableReference?) { (self.table, self.emptied) = (table, emptied) }
    }
    public static let path = "features/tables/drop"

    public var table: TableName
    public var keepRows: Bool?

    public init(table: TableName, keepRows: Bool? = nil) { (self.table, self.keepRows) = (table, keepRows) }

    enum CodingKeys: String, CodingKey {
        case table
        case keepRows = "keep_rows"
    }
}

/// Sets tags of a feature table, deletes others, and notes where its rows come from.
public struct TagFeatureTable: MartletRequest {
    public struct Response: Codable, Sendable {
        public var table: FeatureTable
        /// Tags that were to be deleted and are not there.
        public var absent: [String]
        public init(table: FeatureTable, absent: [String]) { (self.table, self.absent) = (table, absent) }
    }
    public static let path = "features/tables/tag"

    public var table: TableName
    public var set: [String: String]?
    public var delete: [String]?
    public var addSources: [FeatureDataSource]?
    public var deleteSources: [FeatureDataSource]?

    public init(
        table: TableName, set: [String: String]? = nil, delete: [String]? = nil,
        addSources: [FeatureDataSource]? = nil, deleteSources: [FeatureDataSource]? = nil
    ) {
        (self.table, self.set, self.delete) = (table, set, delete)
        (self.addSources, self.deleteSources) = (addSources, deleteSources)
    }

    enum CodingKeys: String, CodingKey {
        case table, set, delete
        case addSources = "add_sources"
        case deleteSources = "delete_sources"
    }
}

/// Asks for a table's rows as a file, as the table is or was; the answer is the file. Whoever reads a feature table is noted.
public struct ReadTable: Codable, Sendable {
    public static let path = "datasets/read"

    public var table: TableName
    /// Nil for the newest.
    public var version: Int64?
    /// The newest version at that moment.
    public var asOf: Instant?
    /// Nil for all.
    public var columns: [String]?
    /// At most so many rows, the first.
    public var limit: Int64?
    /// `parquet`, `csv` or `jsonl`.
    public var format: String

    public init(
        table: TableName, version: Int64? = nil, asOf: Instant? = nil, columns: [String]? = nil, limit: Int64? = nil,
        format: String = "parquet"
    ) {
        (self.table, self.version, self.asOf) = (table, version, asOf)
        (self.columns, self.limit, self.format) = (columns, limit, format)
    }

    enum CodingKeys: String, CodingKey {
        case table, version, columns, limit, format
        case asOf = "as_of"
    }
}
