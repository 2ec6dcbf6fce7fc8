/// What is on record of how one view's served values compared with batches.
public struct FeatureEvidence: Sendable, Hashable {
    public var view: String
    /// SHA-256 of the view's plan, as the model takes it.
    public var planHash: String
    /// Those that could be evaluated, newest first.
    public var checks: [Check]

    public struct Check: Sendable, Hashable {
        public var kind: ConsistencyCheck.Kind
        public var mismatches: Int64
        /// Milliseconds.
        public var age: Int64
        public var requests: Int64
        /// The times that it was asked about; nil where it is not known, which covers nothing.
        public var span: TimeWindow?

        public init(
            kind: ConsistencyCheck.Kind, mismatches: Int64, age: Int64, requests: Int64, span: TimeWindow?
        ) {
            (self.kind, self.mismatches, self.age) = (kind, mismatches, age)
            (self.requests, self.span) = (requests, span)
        }

        /// Whether it was asked about all that the other was.
        fileprivate func covers(_ other: Check) -> Bool {
            guard kind == other.kind, let span, let others = other.span else { return false }
            return span.start <= others.start && span.end >= others.end
        }
    }

    public init(view: String, planHash: String, checks: [Check]) {
        (self.view, self.planHash, self.checks) = (view, planHash, checks)
    }

    /// Whether some check is recent and large enough and found few differences, and no check that found too many stands.
    ///
    /// One that found too many stands, however old, until a later one of its kind that was asked about all its times found
    /// few: a replay that agrees does not take back what was found in service, nor does a look at a shorter span.
    public func fulfils(_ asked: FeatureConsistency) -> Bool {
        standing(asked) == nil
            && checks.contains {
                $0.age <= asked.within && $0.requests >= asked.minimumRequests
                    && $0.mismatches <= asked.maximumMismatches
            }
    }

    /// The newest check with too many differences that no later one takes back.
    func standing(_ asked: FeatureConsistency) -> Check? {
        for (index, check) in checks.enumerated() where check.mismatches > asked.maximumMismatches {
            let isTakenBack = checks[..<index].contains {
                $0.mismatches <= asked.maximumMismatches && $0.covers(check)
            }
            if !isTakenBack { return check }
        }
        return nil
    }

    /// What is on record, for who is refused because of it.
    func summary(_ asked: FeatureConsistency) -> String {
        if let standing = standing(asked) {
            return standing.words + ", not taken back by a later one of the same times"
        }
        return checks.first?.words ?? "never compared"
    }
}

extension FeatureEvidence.Check {
    fileprivate var words: String {
        "last \(kind.rawValue): \(mismatches) differences at \(requests) requests"
            + (span.map { " of \($0)" } ?? "") + ", \(age / 3_600_000) hours ago"
    }
}
