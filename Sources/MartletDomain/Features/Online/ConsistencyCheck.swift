/// Whether a view's served values were those that a batch computes: measured, never assumed.
public struct ConsistencyCheck: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable {
        /// History was replayed through the serving path.
        case replay
        /// What was answered in service was computed again.
        case log
    }

    public enum Outcome: String, Sendable, Hashable, Codable {
        case passed, failed
        case couldNotBeEvaluated = "could_not_be_evaluated"
    }

    public var number: Int64
    public var view: String
    /// SHA-256 of the view's plan.
    public var planHash: String
    public var kind: Kind
    public var outcome: Outcome
    /// Why it could not be evaluated.
    public var reason: String?
    /// The source table as it was read.
    public var source: TableReference?
    /// The times that were asked for, microseconds since 1970 UTC, the end not among them; nil where it is not known.
    public var span: TimeWindow?
    /// Moments and keys at which was compared.
    public var requests: Int64
    /// Answers for which there was no room in the log, since the server's start: they are in no check.
    public var dropped: Int64
    /// Answers in the span that were not compared: refused ones, and those whose table is not kept as it was.
    public var leftOut: Int64
    public var features: [FeatureDifference]
    public var by: String
    /// Milliseconds since 1970 UTC.
    public var at: Int64

    public init(
        number: Int64 = 0, view: String, planHash: String, kind: Kind, outcome: Outcome, reason: String? = nil,
        source: TableReference?, span: TimeWindow? = nil, requests: Int64, dropped: Int64 = 0, leftOut: Int64 = 0,
        features: [FeatureDifference], by: String, at: Int64 = 0
    ) {
        (self.span, self.dropped, self.leftOut) = (span, dropped, leftOut)
        (self.number, self.view, self.planHash, self.kind) = (number, view, planHash, kind)
        (self.outcome, self.reason, self.source) = (outcome, reason, source)
        (self.requests, self.features, self.by, self.at) = (requests, features, by, at)
    }

    public var cells: Int64 { features.reduce(0) { $0 + $1.cells } }
    /// Cells that differ, in whichever way.
    public var mismatches: Int64 { features.reduce(0) { $0 + $1.mismatches } }

    enum CodingKeys: String, CodingKey {
        case number, view, kind, outcome, reason, source, span, requests, dropped, features, by, at
        case planHash = "plan_hash"
        case leftOut = "left_out"
    }
}

extension ConsistencyCheck {
    /// Says what the comparison came to.
    ///
    /// It passed if every feature was compared at every request and no cell differs. One cell that differs is enough to
    /// fail, whatever was not compared; nothing compared is no result.
    ///
    /// - Parameter nothing: Why there were no requests, if there were none.
    public mutating func judge(whenEmpty nothing: String) {
        let incomplete = features.first { $0.cells != requests }
        if mismatches > 0 {
            (outcome, reason) = (.failed, nil)
        } else if requests == 0 {
            (outcome, reason) = (.couldNotBeEvaluated, nothing)
        } else if features.isEmpty {
            (outcome, reason) = (.couldNotBeEvaluated, "\(view) shows no feature")
        } else if let incomplete {
            outcome = .couldNotBeEvaluated
            reason = "\(incomplete.feature) was compared at \(incomplete.cells) of \(requests) requests"
        } else {
            (outcome, reason) = (.passed, nil)
        }
    }
}

/// One feature's served values beside those of a batch.
public struct FeatureDifference: Sendable, Hashable, Codable {
    public var feature: String
    public var cells: Int64
    /// Cells that differ, those missing and extra among them. Equal means the same to the last bit; NaN equals NaN.
    public var mismatches: Int64
    /// Values that the batch has and the answer had not.
    public var missing: Int64
    /// Values that the answer had and the batch has not.
    public var extra: Int64
    /// The greatest difference of two numbers; nil if none differ.
    public var worst: Double?
    /// The first cell that differs, in words.
    public var example: String?

    public init(feature: String) {
        self.feature = feature
        (cells, mismatches, missing, extra) = (0, 0, 0, 0)
    }

    /// Counts one cell.
    /// - Parameter where: Which it is, in words: key and time.
    public mutating func compare(
        served: FeatureCell, batch: FeatureCell, where place: @autoclosure () -> String
    ) {
        cells += 1
        guard served != batch else { return }
        mismatches += 1
        if served == .null { missing += 1 }
        if batch == .null { extra += 1 }
        if let left = served.number, let right = batch.number, (left - right).magnitude >= worst ?? 0 {
            worst = (left - right).magnitude
        }
        if example == nil { example = "\(place()): served \(served), batch \(batch)" }
    }
}

/// One value of a feature, to be compared and kept: equal if the same to the last bit.
public enum FeatureCell: Sendable, Hashable, CustomStringConvertible {
    case null
    case boolean(Bool)
    case long(Int64)
    case double(Double)
    /// Text, and what has an exact text of its own: decimals, dates, instants, bytes.
    case text(String)

    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.long(let left), .long(let right)): left == right
        case (.double(let left), .double(let right)):
            left.bitPattern == right.bitPattern || left.isNaN && right.isNaN
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(description) }

    public var number: Double? {
        switch self {
        case .long(let value): Double(value)
        case .double(let value): value
        case .text(let text): Double(text)
        case .null, .boolean: nil
        }
    }

    public var description: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value.description
        case .long(let value): value.description
        case .double(let value): value.isNaN ? "nan" : value.description
        case .text(let text): text
        }
    }
}

/// What a stage asks of the features of its models: a recent check of every view, with no more differences than this.
public struct FeatureConsistency: Sendable, Hashable, Codable {
    public var maximumMismatches: Int64
    /// Milliseconds that a check may be old.
    public var within: Int64
    /// Moments and keys at which a check must have compared at least.
    public var minimumRequests: Int64

    public init(maximumMismatches: Int64 = 0, within: Int64 = 7 * 86_400_000, minimumRequests: Int64 = 1) {
        (self.maximumMismatches, self.within) = (maximumMismatches, within)
        self.minimumRequests = minimumRequests
    }

    enum CodingKeys: String, CodingKey {
        case maximumMismatches = "max_mismatches"
        case minimumRequests = "min_requests"
        case within
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        maximumMismatches = try container.decodeIfPresent(Int64.self, forKey: .maximumMismatches) ?? 0
        minimumRequests = try container.decodeIfPresent(Int64.self, forKey: .minimumRequests) ?? 1
        let text = try container.decodeIfPresent(String.self, forKey: .within) ?? "7d"
        guard maximumMismatches >= 0, minimumRequests >= 1, let within = Self.milliseconds(text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .within, in: container,
                debugDescription: "say how old a check may be as 7d, 12h or P7D, max_mismatches as 0 or more, "
                    + "min_requests as 1 or more")
        }
        self.within = within
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(maximumMismatches, forKey: .maximumMismatches)
        try container.encode(words, forKey: .within)
        if minimumRequests > 1 { try container.encode(minimumRequests, forKey: .minimumRequests) }
    }

    /// `7d`, `12h` or `90s`.
    public var words: String {
        within % 86_400_000 == 0
            ? "\(within / 86_400_000)d"
            : within % 3_600_000 == 0 ? "\(within / 3_600_000)h" : "\(within / 1_000)s"
    }

    private static func milliseconds(_ text: String) -> Int64? {
        if text.hasPrefix("P") {
            guard case .microseconds(let length) = CalendarDuration(text), length >= 1_000 else { return nil }
            return length / 1_000
        }
        let units: [Character: Int64] = ["d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count > 0 else {
            return nil
        }
        let (length, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? nil : length
    }
}
