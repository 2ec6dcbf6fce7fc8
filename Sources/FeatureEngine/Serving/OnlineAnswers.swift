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
    /// Of the definitions that gave the values.
    package let version: String
    /// Of requests.
    package let count: Int
    /// By feature, then request.
    package internal(set) var values: [[CellValue]]
    package internal(set) var statuses: [[OnlineStatus]]
    /// The event time of a looked-up row, of the newest row in a window, or of the newest operand of a formula; in the ticks
    /// of its clock, microseconds but for columns of nanoseconds.
    package internal(set) var eventTimes: [[Int64?]]
    /// The values that were refused, and why.
    package internal(set) var refusals: [Refusal] = []

    package struct Refusal: Sendable {
        /// Its place in ``OnlineAnswers/features``.
        package var feature: Int
        /// The request's.
        package var row: Int
        package var issue: FeatureIssue
    }

    /// Why values were refused.
    package var issues: [FeatureIssue] { refusals.map(\.issue) }

    init(_ features: [OnlinePlan.Feature], version: String = "", count: Int) {
        (self.features, self.version, self.count) = (features, version, count)
        values = features.map { _ in Array(repeating: .null, count: count) }
        statuses = features.map { _ in Array(repeating: .missing, count: count) }
        eventTimes = features.map { _ in Array(repeating: nil, count: count) }
    }

    /// One feature's values as a column. Clocks without a zone and of nanoseconds are numbers in it.
    package func column(_ feature: Int) -> Column {
        Column(features[feature].name, cells: values[feature], features[feature].kind)
    }
}
