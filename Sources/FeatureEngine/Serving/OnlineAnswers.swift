package import MartletDomain
package import QueryEngine

/// How a value that was served came about.
package enum OnlineStatus: UInt8, Sendable, CaseIterable {
    /// There is a value.
    case present
    /// The row or the window is there, and its value is null.
    case null
    /// Nothing is known of the key, or no row of it at or before the time.
    case missing
    /// The newest row is older than the lookback.
    case expired
    /// There is no one value: a sum leaves its type, or nothing decides between rows. See ``OnlineAnswers/issues``.
    case refused
}

/// The features of some requests.
package struct OnlineAnswers: Sendable {
    package let features: [OnlinePlan.Feature]
    /// Of requests.
    package let count: Int
    /// By feature, then request.
    package internal(set) var values: [[CellValue]]
    package internal(set) var statuses: [[OnlineStatus]]
    /// The event time of a looked-up row, or of the newest row in a window; in the ticks of its clock, microseconds but for
    /// columns of nanoseconds.
    package internal(set) var eventTimes: [[Int64?]]
    /// Why values were refused.
    package internal(set) var issues: [FeatureIssue] = []

    init(_ features: [OnlinePlan.Feature], count: Int) {
        (self.features, self.count) = (features, count)
        values = features.map { _ in Array(repeating: .null, count: count) }
        statuses = features.map { _ in Array(repeating: .missing, count: count) }
        eventTimes = features.map { _ in Array(repeating: nil, count: count) }
    }

    /// One feature's values as a column. Clocks without a zone and of nanoseconds are numbers in it.
    package func column(_ feature: Int) -> Column {
        Column(features[feature].name, cells: values[feature], features[feature].kind)
    }
}
