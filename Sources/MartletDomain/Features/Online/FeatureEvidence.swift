/// What is on record of how one view's served values compared with batches.
public struct FeatureEvidence: Sendable, Hashable {
    public var view: String
    /// SHA-256 of the view's plan, as the model takes it.
    public var planHash: String
    /// The newest of each kind that could be evaluated.
    public var checks: [Check]

    public struct Check: Sendable, Hashable {
        public var kind: ConsistencyCheck.Kind
        public var mismatches: Int64
        /// Milliseconds.
        public var age: Int64

        public init(kind: ConsistencyCheck.Kind, mismatches: Int64, age: Int64) {
            (self.kind, self.mismatches, self.age) = (kind, mismatches, age)
        }
    }

    public init(view: String, planHash: String, checks: [Check]) {
        (self.view, self.planHash, self.checks) = (view, planHash, checks)
    }

    /// Whether some check is recent, and none of the recent ones found too many differences: a replay that agrees does not
    /// take back what was found in service.
    public func fulfils(_ asked: FeatureConsistency) -> Bool {
        let recent = checks.filter { $0.age <= asked.within }
        return !recent.isEmpty && recent.allSatisfy { $0.mismatches <= asked.maximumMismatches }
    }

    var summary: String {
        guard !checks.isEmpty else { return "never compared" }
        return checks.map { "last \($0.kind.rawValue): \($0.mismatches) differences, \($0.age / 3_600_000) hours ago" }
            .joined(separator: "; ")
    }
}
