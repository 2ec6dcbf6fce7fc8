public import MartletDomain

/// What the values of a table look like.
public struct ProfileDataset: MartletRequest {
    public typealias Response = DatasetProfile
    public static let path = "datasets/profile"

    public var table: TableName
    /// Nil for the newest.
    public var version: Int64?
    /// Nil for all.
    public var columns: [String]?

    public init(table: TableName, version: Int64? = nil, columns: [String]? = nil) {
        (self.table, self.version, self.columns) = (table, version, columns)
    }
}

/// What changed from one version of a table to another, or from a table to another one.
public struct DiffDatasets: MartletRequest {
    public typealias Response = DatasetDiff
    public static let path = "datasets/diff"

    public var table: TableName
    /// Nil for the version before `to`; for the newest when `other` is another table.
    public var from: Int64?
    /// Nil for the newest.
    public var to: Int64?
    /// The table that `to` is a version of; nil for `table`.
    public var other: TableName?
    /// The columns that say which row is which; nil or empty to compare rows as a whole.
    public var key: [String]?

    public init(
        table: TableName, from: Int64? = nil, to: Int64? = nil, other: TableName? = nil, key: [String]? = nil
    ) {
        (self.table, self.from, self.to, self.other, self.key) = (table, from, to, other, key)
    }
}
