public import MartletDomain

/// A table at one version, in short.
public struct DatasetSummary: Codable, Sendable {
    public var table: TableName
    public var version: Int64
    public var rows: Int64
    /// The table's folder on the server.
    public var path: String
    public var columns: [TableSchema.Field]
    /// Who wrote the version and from what; nil when another tool wrote it.
    public var written: DatasetVersion?
    /// The first rows, as text, if they were asked for.
    public var preview: [[String?]]?
    /// Why the table cannot be read; version, rows and columns then say nothing.
    public var problem: String?

    public init(_ table: TableName, path: String, problem: String) {
        self.init(table: table, version: -1, rows: 0, path: path, columns: [], written: nil)
        self.problem = problem
    }

    public init(
        table: TableName, version: Int64, rows: Int64, path: String, columns: [TableSchema.Field],
        written: DatasetVersion?, preview: [[String?]]? = nil
    ) {
        self.preview = preview
        (self.table, self.version, self.rows, self.path) = (table, version, rows, path)
        (self.columns, self.written) = (columns, written)
    }

    public var reference: TableReference { TableReference(table, version: version) }
}

/// Whether rows are added to a table, take its place, or take the places of those with the same key.
public enum WriteMode: String, Codable, Sendable, CaseIterable { case append, overwrite, merge }

/// Imports an uploaded file as a table's next version: all of it, or nothing.
public struct ImportDataset: MartletRequest {
    public typealias Response = DatasetSummary
    public static let path = "datasets/import"

    public var table: TableName
    /// What the upload answered.
    public var upload: String
    /// `.csv`, `.csv.gz`, `.parquet` or `.jsonl`.
    public var fileName: String
    public var mode: WriteMode
    /// The columns that tell rows apart, for a merge.
    public var keys: [String]?
    /// The tracking run that brings the file.
    public var runID: String?

    public init(
        table: TableName, upload: String, fileName: String, mode: WriteMode, keys: [String]? = nil,
        runID: String? = nil
    ) {
        (self.table, self.upload, self.fileName, self.mode) = (table, upload, fileName, mode)
        (self.keys, self.runID) = (keys, runID)
    }

    enum CodingKeys: String, CodingKey {
        case table, upload, mode, keys
        case fileName = "file_name"
        case runID = "run_id"
    }
}

/// What the server keeps of a file that was sent to it, until it is imported or the server restarts.
public struct Upload: Codable, Sendable {
    public var upload: String
    public var sizeInBytes: Int64
    public var sha256: String

    public init(upload: String, sizeInBytes: Int64, sha256: String) {
        (self.upload, self.sizeInBytes, self.sha256) = (upload, sizeInBytes, sha256)
    }

    enum CodingKeys: String, CodingKey {
        case upload, sha256
        case sizeInBytes = "size_in_bytes"
    }
}

/// Computes a table from others by one SELECT.
public struct DeriveDataset: MartletRequest {
    public typealias Response = DatasetSummary
    public static let path = "datasets/derive"

    public var table: TableName
    public var sql: String
    /// For each name that the SQL uses, the table it stands for.
    public var inputs: [String: TableName]
    public var mode: WriteMode

    public init(table: TableName, sql: String, inputs: [String: TableName], mode: WriteMode = .overwrite) {
        (self.table, self.sql, self.inputs, self.mode) = (table, sql, inputs, mode)
    }
}

public struct ShowDataset: MartletRequest {
    public typealias Response = DatasetSummary
    public static let path = "datasets/show"

    public var table: TableName
    /// Nil for the newest.
    public var version: Int64?
    /// The version that was the newest then. Not with a version.
    public var asOf: Instant?
    /// How many of the first rows to show; at most a thousand.
    public var rows: Int?

    public init(table: TableName, version: Int64? = nil, asOf: Instant? = nil, rows: Int? = nil) {
        (self.table, self.version, self.asOf, self.rows) = (table, version, asOf, rows)
    }

    enum CodingKeys: String, CodingKey {
        case table, version, rows
        case asOf = "as_of"
    }
}

public struct ListDatasets: MartletRequest {
    public struct Response: Codable, Sendable {
        public var tables: [DatasetSummary]
        public init(tables: [DatasetSummary]) { self.tables = tables }
    }
    public static let path = "datasets/list"

    public init() {}
}

public struct DatasetHistory: MartletRequest {
    public struct Response: Codable, Sendable {
        /// Newest first.
        public var versions: [DatasetVersion]
        public init(versions: [DatasetVersion]) { self.versions = versions }
    }
    public static let path = "datasets/history"

    public var table: TableName

    public init(table: TableName) { self.table = table }
}
