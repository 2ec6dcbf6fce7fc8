/// What the values of one column look like. What a type does not have is nil or empty.
public struct ColumnProfile: Sendable, Hashable, Codable {
    public var name: String
    public var type: DataType
    public var nulls: Int64
    /// Different values that are not null.
    public var distinct: Int64
    /// Whether ``distinct`` was counted. Otherwise it is an estimate, mostly within 3 %.
    public var distinctIsExact: Bool
    /// Of numbers that are neither NaN nor infinite, of dates, times and text (by code points).
    public var least: ProfileValue?
    public var greatest: ProfileValue?
    /// Of finite numbers.
    public var mean: Double?
    /// Of finite numbers, with n − 1 below the line; nil for fewer than two.
    public var standardDeviation: Double?
    /// Of floating-point columns.
    public var notANumber: Int64 = 0
    public var infinite: Int64 = 0
    /// Ascending, of finite numbers, dates and times.
    public var quantiles: [ProfileQuantile] = []
    public var histogram: ProfileHistogram?
    /// The most frequent values of text and booleans, most frequent first, at most ten.
    public var topValues: [ProfileCount] = []
    /// Of text in characters, of binary values in bytes.
    public var lengths: ProfileLengths?

    public init(_ name: String, _ type: DataType, nulls: Int64, distinct: Int64, distinctIsExact: Bool) {
        (self.name, self.type, self.nulls) = (name, type, nulls)
        (self.distinct, self.distinctIsExact) = (distinct, distinctIsExact)
    }

    enum CodingKeys: String, CodingKey {
        case name, type, nulls, distinct, mean, infinite, quantiles, histogram, lengths
        case distinctIsExact = "distinct_is_exact"
        case least = "min"
        case greatest = "max"
        case standardDeviation = "standard_deviation"
        case notANumber = "nan"
        case topValues = "top_values"
    }

    /// The value at a share of the ordered values, as ``quantiles`` has it.
    public func quantile(_ share: Double) -> ProfileValue? { quantiles.first { $0.share == share }?.value }

    /// What a bin of the histogram holds, in words: `3`, or `2.5 to 4`.
    public func words(ofBin bin: Int) -> String {
        guard let edges = histogram?.edges, bin >= 0, bin + 1 < edges.count else { return "" }
        func place(_ edge: Double) -> String { ProfileValue(edge, of: type).description }
        if hasBinEach { return place(edges[bin] + 0.5) }
        return edges[bin] == edges[bin + 1] ? place(edges[bin]) : "\(place(edges[bin])) to \(place(edges[bin + 1]))"
    }

    /// The ends of the histogram in words.
    public var histogramEnds: (low: String, high: String)? {
        guard let edges = histogram?.edges, let low = edges.first, let high = edges.last else { return nil }
        let half = hasBinEach ? 0.5 : 0
        return (ProfileValue(low + half, of: type).description, ProfileValue(high - half, of: type).description)
    }

    /// Whether each bin holds one whole number, or one day.
    private var hasBinEach: Bool {
        guard type != .float, type != .double, type != .timestamp, let edges = histogram?.edges, edges.count > 1 else {
            return false
        }
        return edges[1] - edges[0] == 1 && edges[0] - edges[0].rounded(.down) == 0.5
    }
}

/// `value` is at or above `share` of the values. Numbers are interpolated between neighbours, dates and times are values that
/// occur.
public struct ProfileQuantile: Sendable, Hashable, Codable {
    public var share: Double
    public var value: ProfileValue

    public init(_ share: Double, _ value: ProfileValue) { (self.share, self.value) = (share, value) }

    /// Those of a profile.
    public static let shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
}

public struct ProfileCount: Sendable, Hashable, Codable {
    /// At most 200 characters, the last one `…` when something was cut.
    public var value: String
    public var count: Int64

    public init(_ value: String, _ count: Int64) { (self.value, self.count) = (value, count) }
}

public struct ProfileLengths: Sendable, Hashable, Codable {
    public var least: Int64
    public var mean: Double
    public var greatest: Int64

    public init(least: Int64, mean: Double, greatest: Int64) {
        (self.least, self.mean, self.greatest) = (least, mean, greatest)
    }

    enum CodingKeys: String, CodingKey {
        case mean
        case least = "min"
        case greatest = "max"
    }
}
