public import MartletDomain

/// Runs a file of expectation suites on the newest versions of their tables.
public struct RunQuality: MartletRequest {
    public struct Response: Codable, Sendable {
        /// One a suite, in the file's order.
        public var reports: [QualityReport]
        public init(reports: [QualityReport]) { self.reports = reports }
    }
    public static let path = "quality/run"

    /// YAML.
    public var suite: String
    /// The instant that freshness is measured from; nil for now.
    public var asOf: Instant?

    public init(suite: String, asOf: Instant? = nil) { (self.suite, self.asOf) = (suite, asOf) }

    enum CodingKeys: String, CodingKey {
        case suite
        case asOf = "as_of"
    }
}

/// What one suite found on one table version.
public struct QualityReport: Codable, Sendable {
    public var table: TableReference
    public var result: QualityResult

    public init(table: TableReference, result: QualityResult) { (self.table, self.result) = (table, result) }

    /// Whether an error-level expectation failed: the table is not to be used.
    public var isStopped: Bool { result.stopped }

    /// In a line, and one for each expectation that did not pass.
    public var summary: String {
        let statistics = result.statistics
        let head = "\(table)  \(statistics.successful) of \(statistics.evaluated) expectations met"
        let failed = result.results.filter { !$0.success }.map { failure in
            let counts =
                failure.result.unexpectedCount.map { ", \($0) of \(failure.result.elementCount ?? 0) values" } ?? ""
            let reason = failure.exceptionInfo.message.map { ", could not be evaluated: \($0)" } ?? counts
            return "\n  \(failure.configuration.severity.rawValue): \(failure.configuration.type)\(reason)"
        }
        return head + failed.joined()
    }
}
