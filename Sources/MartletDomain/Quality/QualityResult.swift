/// What a suite found, in the shape in which Great Expectations writes its validation results, and whether to go on.
public struct QualityResult: Sendable, Codable, Equatable {
    /// Whether every expectation passed, warnings included.
    public var success: Bool
    /// Whether one of severity `error` did not pass: the table is not to be used.
    public var stopped: Bool
    public var results: [ExpectationResult]
    public var statistics: Statistics
    public var meta: [String: String]

    /// In ``meta``: SHA-256 of what the suite asked for, by which a policy can name it. Hexadecimal.
    public static let suiteDigest = "suite_digest"

    public struct Statistics: Sendable, Codable, Equatable {
        public var evaluated: Int
        public var successful: Int
        public var unsuccessful: Int
        /// 0 to 100.
        public var successPercent: Double

        enum CodingKeys: String, CodingKey {
            case evaluated = "evaluated_expectations", successful = "successful_expectations"
            case unsuccessful = "unsuccessful_expectations", successPercent = "success_percent"
        }
    }

    public init(_ results: [ExpectationResult], meta: [String: String]) {
        self.results = results
        self.meta = meta
        let passed = results.count { $0.success }
        success = passed == results.count
        stopped = results.contains { !$0.success && $0.configuration.severity == .error }
        statistics = Statistics(
            evaluated: results.count, successful: passed, unsuccessful: results.count - passed,
            successPercent: results.isEmpty ? 100 : Double(passed) * 100 / Double(results.count))
    }
}

/// How one expectation did. What could not be evaluated did not pass.
public struct ExpectationResult: Sendable, Codable, Equatable {
    public struct Configuration: Sendable, Codable, Equatable {
        public var type: String
        public var settings: DeclarationNode
        public var severity: Expectation.Severity

        enum CodingKeys: String, CodingKey {
            case type = "expectation_type", settings = "kwargs", severity
        }
    }

    /// Counts, where the expectation counts something; nil is left out.
    public struct Found: Sendable, Codable, Equatable {
        public var elementCount: Int64?
        public var unexpectedCount: Int64?
        /// 0 to 100, of the elements.
        public var unexpectedPercent: Double?
        /// At most 20 different ones, in order of the values; none for a check that finds nulls.
        public var partialUnexpectedList: [DeclarationNode]?
        /// A type, a row count, a newest time.
        public var observedValue: String?

        public init(
            elementCount: Int64? = nil, unexpectedCount: Int64? = nil, partialUnexpectedList: [DeclarationNode]? = nil,
            observedValue: String? = nil
        ) {
            (self.elementCount, self.unexpectedCount) = (elementCount, unexpectedCount)
            (self.partialUnexpectedList, self.observedValue) = (partialUnexpectedList, observedValue)
            if let elementCount, let unexpectedCount {
                unexpectedPercent = elementCount == 0 ? 0 : Double(unexpectedCount) * 100 / Double(elementCount)
            }
        }

        enum CodingKeys: String, CodingKey {
            case elementCount = "element_count", unexpectedCount = "unexpected_count"
            case unexpectedPercent = "unexpected_percent", partialUnexpectedList = "partial_unexpected_list"
            case observedValue = "observed_value"
        }
    }

    public struct ExceptionInfo: Sendable, Codable, Equatable {
        public var raised: Bool
        public var message: String?

        enum CodingKeys: String, CodingKey {
            case raised = "raised_exception", message = "exception_message"
        }
    }

    public var success: Bool
    public var configuration: Configuration
    public var result: Found
    public var exceptionInfo: ExceptionInfo

    enum CodingKeys: String, CodingKey {
        case success, result
        case configuration = "expectation_config", exceptionInfo = "exception_info"
    }

    public init(_ expectation: Expectation, success: Bool, _ result: Found) {
        self.success = success
        configuration = Configuration(
            type: expectation.type, settings: expectation.settings, severity: expectation.severity)
        self.result = result
        exceptionInfo = ExceptionInfo(raised: false, message: nil)
    }

    /// Could not be evaluated, for this reason.
    public init(_ expectation: Expectation, exception message: String) {
        self.init(expectation, success: false, Found())
        exceptionInfo = ExceptionInfo(raised: true, message: message)
    }
}

extension Expectation.Check {
    /// Whether enough values are as expected. Of no values, all are.
    public static func passes(elements: Int64, unexpected: Int64, mostly: Double) -> Bool {
        unexpected == 0 || (elements > 0 && Double(elements - unexpected) / Double(elements) >= mostly)
    }
}
