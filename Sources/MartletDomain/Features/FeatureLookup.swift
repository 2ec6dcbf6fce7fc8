/// Features read from a table by key, as of the row's own time.
///
/// `key` pairs with the table's primary keys by position. Of a table with a time key the newest row at or before the
/// time counts, as a whole: its nulls stay nulls. A null key or time matches nothing.
public struct FeatureLookup: Sendable, Equatable {
    /// A source's name, or a table's.
    public var table: String
    /// Columns of the caller's rows or outputs of other lookups.
    public var key: [String]
    /// The column with the instant as of which the lookup is made; nil for a table without a time key.
    public var at: String?
    /// Nil for every column but the keys and clocks, in the table's order.
    public var features: [String]?
    /// Output names by feature.
    public var rename: [String: String]
    /// By output name; in place of a null from no match and of a null in the matched row.
    public var defaults: [String: FeatureValue]
    /// The greatest age, included, in microseconds; 0 means the same instant. Nil for any.
    public var lookback: Int64?

    public init(
        table: String, key: [String], at: String? = nil, features: [String]? = nil, rename: [String: String] = [:],
        defaults: [String: FeatureValue] = [:], lookback: Int64? = nil
    ) {
        (self.table, self.key, self.at, self.features) = (table, key, at, features)
        (self.rename, self.defaults, self.lookback) = (rename, defaults, lookback)
    }
}
