/// Whether the values of a column are distributed as they were, by one test or distance.
public struct ColumnShift: Sendable, Hashable, Codable {
    public var name: String
    public var type: DataType
    /// The method's name for readers, as `Wasserstein distance (normed)`; nil when nothing could be compared.
    public var method: String?
    /// A p-value or a distance, by the method.
    public var score: Double?
    public var threshold: Double?
    public var isMoved: Bool
    /// What was found, in sentences; or why nothing was.
    public var explanation: String
    /// Values of each side in common bins, of numbers, dates and times.
    public var bins: Bins?
    /// The most frequent values of both sides, of text and booleans.
    public var levels: [Level]

    public struct Bins: Sendable, Hashable, Codable {
        /// One more than there are bins; see ``ProfileHistogram/edges``.
        public var edges: [Double]
        public var from: [Int]
        public var to: [Int]

        public init(edges: [Double], from: [Int], to: [Int]) { (self.edges, self.from, self.to) = (edges, from, to) }
    }

    public struct Level: Sendable, Hashable, Codable {
        public var value: String
        /// Of the values of that side that are not null, 0...1.
        public var from: Double
        public var to: Double

        public init(_ value: String, from: Double, to: Double) { (self.value, self.from, self.to) = (value, from, to) }
    }

    public init(
        _ name: String, _ type: DataType, method: String? = nil, score: Double? = nil, threshold: Double? = nil,
        isMoved: Bool = false, explanation: String, bins: Bins? = nil, levels: [Level] = []
    ) {
        (self.name, self.type, self.method, self.score) = (name, type, method, score)
        (self.threshold, self.isMoved, self.explanation) = (threshold, isMoved, explanation)
        (self.bins, self.levels) = (bins, levels)
    }

    enum CodingKeys: String, CodingKey {
        case name, type, method, score, threshold, explanation, bins, levels
        case isMoved = "is_moved"
    }
}

/// Why rows cannot be told apart by the columns that were named as their key: everything that was found.
public struct UnusableKey: MartletError, Equatable {
    public var key: [String]
    public var problems: [String]

    public init(_ key: [String], _ problems: [String]) { (self.key, self.problems) = (key, problems) }

    public var code: ErrorCode { .invalidParameterValue }
    public var message: String {
        (["Nothing was compared, because the key \(key.joined(separator: ", ")) does not tell rows apart."]
            + problems.map { "  " + $0 }
            + ["Name other columns with --key, or leave it out to compare whole rows."]).joined(separator: "\n")
    }
}
