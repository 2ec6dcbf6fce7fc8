/// What changed from one version of a table to another, or from one table to another.
public struct DatasetDiff: Sendable, Hashable, Codable {
    public var from: TableReference
    public var to: TableReference
    public var fromRows: Int64
    public var toRows: Int64
    public var addedColumns: [TableSchema.Field]
    public var removedColumns: [TableSchema.Field]
    public var retypedColumns: [RetypedColumn]
    /// The columns that say which row is which; empty when rows were compared as a whole, each as often as it occurs.
    public var key: [String]
    /// Exact. Values are compared in the columns that both sides have; null equals null and NaN equals NaN.
    public var addedRows: Int64
    public var removedRows: Int64
    /// Of the same key and with another value in some column; 0 without a key.
    public var changedRows: Int64
    /// Columns with changed values, in how many rows; most rows first.
    public var changedColumns: [ChangedColumn]
    /// The first by key, or by all columns in their order; at most ``exampleLimit`` each.
    public var added: [RowExample]
    public var removed: [RowExample]
    public var changed: [RowChange]
    /// How values are distributed, before and after, columns that moved most first. Keys are left out.
    public var distributions: [ColumnShift]
    /// How many rows of each side the distributions were read from, at most.
    public var sampledRows: Int64

    public init(from: TableReference, to: TableReference) {
        (self.from, self.to, fromRows, toRows) = (from, to, 0, 0)
        (addedColumns, removedColumns, retypedColumns, key) = ([], [], [], [])
        (addedRows, removedRows, changedRows, changedColumns) = (0, 0, 0, [])
        (added, removed, changed, distributions, sampledRows) = ([], [], [], [], 0)
    }

    public static let exampleLimit = 20

    public var isSame: Bool {
        addedColumns.isEmpty && removedColumns.isEmpty && retypedColumns.isEmpty && addedRows == 0 && removedRows == 0
            && changedRows == 0
    }

    enum CodingKeys: String, CodingKey {
        case from, to, key, added, removed, changed, distributions
        case fromRows = "from_rows"
        case toRows = "to_rows"
        case addedColumns = "added_columns"
        case removedColumns = "removed_columns"
        case retypedColumns = "retyped_columns"
        case addedRows = "added_rows"
        case removedRows = "removed_rows"
        case changedRows = "changed_rows"
        case changedColumns = "changed_columns"
        case sampledRows = "sampled_rows"
    }
}

public struct RetypedColumn: Sendable, Hashable, Codable {
    public var name: String
    public var from: DataType
    public var to: DataType

    public init(_ name: String, from: DataType, to: DataType) { (self.name, self.from, self.to) = (name, from, to) }
}

public struct ChangedColumn: Sendable, Hashable, Codable {
    public var name: String
    public var rows: Int64

    public init(_ name: String, rows: Int64) { (self.name, self.rows) = (name, rows) }
}

/// A value of one column as text, nil for null; at most 200 characters, the last one `…` when something was cut.
public struct ColumnText: Sendable, Hashable, Codable {
    public var column: String
    public var value: String?

    public init(_ column: String, _ value: String?) { (self.column, self.value) = (column, value) }
}

public struct RowExample: Sendable, Hashable, Codable {
    public var values: [ColumnText]
    /// How often such a row was added or removed: 1 with a key.
    public var count: Int64

    public init(_ values: [ColumnText], count: Int64 = 1) { (self.values, self.count) = (values, count) }
}

/// A row of one key whose values differ.
public struct RowChange: Sendable, Hashable, Codable {
    public struct Change: Sendable, Hashable, Codable {
        public var column: String
        public var from: String?
        public var to: String?

        public init(_ column: String, from: String?, to: String?) {
            (self.column, self.from, self.to) = (column, from, to)
        }
    }

    public var key: [ColumnText]
    public var changes: [Change]

    public init(key: [ColumnText], changes: [Change]) { (self.key, self.changes) = (key, changes) }
}
