/// A Delta table that features are looked up in: what its rows are about, and when they hold.
///
/// Its rows are told apart by ``FeatureTableKeys/rowKey``; none of those columns holds a null.
public struct FeatureTable: Sendable, Hashable, Codable {
    public enum Origin: String, Sendable, Codable {
        /// Made as a feature table; dropped, it is emptied.
        case created
        /// A table that was there before; dropped, its rows stay.
        case registered
    }

    /// 32 hexadecimal digits; a table that is dropped and made again has another.
    public var id: String
    public var name: TableName
    public var keys: FeatureTableKeys
    public var description: String
    public var tags: [String: String]
    public var dataSources: [FeatureDataSource]
    public var origin: Origin
    public var createdBy: String
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64

    public init(
        id: String, name: TableName, keys: FeatureTableKeys, description: String, tags: [String: String],
        dataSources: [FeatureDataSource], origin: Origin, createdBy: String, createdAt: Int64
    ) {
        (self.id, self.name, self.keys, self.description) = (id, name, keys, description)
        (self.tags, self.dataSources, self.origin) = (tags, dataSources, origin)
        (self.createdBy, self.createdAt) = (createdBy, createdAt)
    }

    enum CodingKeys: String, CodingKey {
        case id, name, keys, description, tags, origin
        case dataSources = "data_sources"
        case createdBy = "created_by"
        case createdAt = "created_at"
    }
}

/// Which columns of a feature table say what a row is about and when it holds.
public struct FeatureTableKeys: Sendable, Hashable, Codable {
    /// What a lookup pairs its columns with, in this order. The time key is not among them.
    public var primaryKeys: [String]
    /// When it happened: a timestamp, or a date, which means its midnight in UTC. Nil for a table with one row a key.
    public var timeKey: String?
    /// Tells rows of one key and time apart; the greater value is the later row.
    public var tieBreak: String?
    /// When it became known; a row counts from then on, and never if it is null.
    public var availableAt: String?
    public var partitionColumns: [String]

    public init(
        primaryKeys: [String], timeKey: String? = nil, tieBreak: String? = nil, availableAt: String? = nil,
        partitionColumns: [String] = []
    ) {
        (self.primaryKeys, self.timeKey, self.tieBreak) = (primaryKeys, timeKey, tieBreak)
        (self.availableAt, self.partitionColumns) = (availableAt, partitionColumns)
    }

    /// The columns that together tell every row from every other: keys, time, tie break.
    public var rowKey: [String] { primaryKeys + [timeKey, tieBreak].compactMap { $0 } }

    /// The columns that are features: all but keys and clocks, in the table's order.
    public func features(of schema: TableSchema) -> [String] {
        let others = Set(rowKey + [availableAt].compactMap { $0 })
        return schema.names.filter { !others.contains($0) }
    }

    enum CodingKeys: String, CodingKey {
        case primaryKeys = "primary_keys"
        case timeKey = "time_key"
        case tieBreak = "tie_break"
        case availableAt = "available_at"
        case partitionColumns = "partition_columns"
    }
}

/// Where the rows of a feature table come from, as somebody noted it down.
public struct FeatureDataSource: Sendable, Hashable, Codable, Comparable {
    public enum Kind: String, Sendable, Codable, CaseIterable, Comparable {
        case table, path, custom

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    public var kind: Kind
    public var source: String

    public init(_ kind: Kind, _ source: String) { (self.kind, self.source) = (kind, source) }

    public static func < (left: Self, right: Self) -> Bool { (left.kind, left.source) < (right.kind, right.source) }
}

extension TableName {
    /// The catalog that a name of two parts is completed with.
    public static let standardCatalog = "main"

    /// The name in three parts: `risk.vendors` is `main.risk.vendors`.
    public var completed: TableName {
        parts.count == 3 ? self : (try? TableName("\(Self.standardCatalog).\(self)")) ?? self
    }

    /// Both spellings of a table of the standard catalog, the given one first.
    public var spellings: [TableName] {
        if parts.count == 2 { return [self, completed] }
        guard parts.first == Self.standardCatalog,
            let short = try? TableName(parts.dropFirst().joined(separator: ".") + (branch.map { ":" + $0 } ?? ""))
        else { return [self] }
        return [self, short]
    }
}

/// Somebody who read features of a table.
public struct FeatureTableReader: Sendable, Hashable, Codable {
    public var reader: String
    /// Which features, in order; empty for all.
    public var features: [String]
    /// The version that was read last.
    public var version: Int64
    /// When that was; milliseconds since 1970 UTC.
    public var readAt: Int64

    public init(reader: String, features: [String], version: Int64, readAt: Int64) {
        (self.reader, self.features, self.version, self.readAt) = (reader, features, version, readAt)
    }

    enum CodingKeys: String, CodingKey {
        case reader, features, version
        case readAt = "read_at"
    }
}
