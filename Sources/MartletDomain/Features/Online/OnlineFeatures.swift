/// Features that are answered from memory, by key: those of a view, or the newest row of each key of a feature table.
public struct OnlineFeatures: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable { case view, table }

    /// The view's name, or the table's.
    public var name: String
    public var kind: Kind
    /// SHA-256 of what is computed, 64 hexadecimal digits: the view's plan, or the table's keys and columns.
    public var planHash: String
    /// The table whose rows count; nil for a view of the caller's rows alone.
    public var source: TableName?
    public var servedBy: String
    /// Milliseconds since 1970 UTC.
    public var servedAt: Int64

    public init(
        name: String, kind: Kind, planHash: String, source: TableName?, servedBy: String, servedAt: Int64
    ) {
        (self.name, self.kind, self.planHash, self.source) = (name, kind, planHash, source)
        (self.servedBy, self.servedAt) = (servedBy, servedAt)
    }

    enum CodingKeys: String, CodingKey {
        case name, kind, source
        case planHash = "plan_hash"
        case servedBy = "served_by"
        case servedAt = "served_at"
    }
}

/// How far the memory of served features has come.
public struct OnlineProgress: Sendable, Hashable, Codable {
    /// The version of the source table that is taken in whole; nil for none.
    public var tableVersion: Int64?
    /// Rows that were put in while this was brought about.
    public var rowsAdded: Int64
    public var keys: Int
    /// Pushed rows that wait to be written to the table.
    public var pendingRows: Int64
    /// Whether everything was computed anew from the table.
    public var isRebuilt: Bool

    public init(tableVersion: Int64?, rowsAdded: Int64, keys: Int, pendingRows: Int64, isRebuilt: Bool) {
        (self.tableVersion, self.rowsAdded, self.keys) = (tableVersion, rowsAdded, keys)
        (self.pendingRows, self.isRebuilt) = (pendingRows, isRebuilt)
    }

    enum CodingKeys: String, CodingKey {
        case keys
        case tableVersion = "table_version"
        case rowsAdded = "rows_added"
        case pendingRows = "pending_rows"
        case isRebuilt = "rebuilt"
    }
}

/// Where pushed rows go. The words are Feast's.
public enum PushDestination: String, Sendable, Hashable, Codable, CaseIterable {
    /// Into memory alone, durably, until the features are loaded anew from the table.
    case online
    /// Into the table alone; memory has them with the next materialization.
    case offline
    case both = "online_and_offline"
}

/// What is known of a served value. The words are those of answers.
public enum ServedStatus: String, Sendable, Hashable, Codable {
    case present
    /// The row is there, the value is null; or the feature of no events is null.
    case null
    /// Nothing is known of the key.
    case missing
    /// The newest row is older than the feature's lookback allows.
    case expired
    /// There is no one value: a sum leaves its type, or nothing decides between two rows.
    case refused

    /// Feast's word for it.
    public var feast: String {
        switch self {
        case .present: "PRESENT"
        case .null: "NULL_VALUE"
        case .missing: "NOT_FOUND"
        case .expired: "OUTSIDE_MAX_AGE"
        case .refused: "INVALID"
        }
    }
}
