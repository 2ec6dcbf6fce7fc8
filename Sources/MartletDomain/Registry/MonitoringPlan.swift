/// How a model is to be watched once it serves. On record before it does.
public struct MonitoringPlan: Sendable, Hashable, Codable {
    public typealias Frequency = CheckFrequency

    public enum RetrainingTrigger: String, Sendable, Hashable, Codable, CaseIterable {
        case onDrift = "on_drift"
        case onPerformance = "on_performance"
        case manual
    }

    public struct Thresholds: Sendable, Hashable, Codable {
        /// The share of columns that must have drifted for the data to have drifted, above 0 up to 1.
        public var driftShare: Double
        /// Realised quality below this calls for action; nil to watch drift alone.
        public var minimumAreaUnderROC: Double?
        /// By column, the test and threshold that it is held against; nil for the default ones.
        public var columns: [String: ColumnTest]?

        public init(driftShare: Double = 0.5, minimumAreaUnderROC: Double? = nil, columns: [String: ColumnTest]? = nil)
        {
            (self.driftShare, self.minimumAreaUnderROC, self.columns) = (driftShare, minimumAreaUnderROC, columns)
        }

        enum CodingKeys: String, CodingKey {
            case driftShare = "drift_share"
            case minimumAreaUnderROC = "min_auc"
            case columns
        }
    }

    /// How one column is held against the reference.
    public struct ColumnTest: Sendable, Hashable, Codable {
        /// The name of a drift method: `psi`, `ks`, `wasserstein`.
        public var test: String
        public var threshold: Double?

        public init(_ test: String, threshold: Double? = nil) { (self.test, self.threshold) = (test, threshold) }
    }

    /// Which rows are looked at.
    public struct DataSelection: Sendable, Hashable, Codable {
        /// The table of predictions, as schema.table.
        public var table: String
        /// A condition that rows meet; nil for all.
        public var filter: String?

        public init(table: String, filter: String? = nil) { (self.table, self.filter) = (table, filter) }
    }

    /// Who is told when a look finds something or is not made.
    public struct Escalation: Sendable, Hashable, Codable {
        /// People or groups, the first to be told first.
        public var contacts: [String]
        /// The name of a webhook.
        public var webhook: String?

        public init(contacts: [String], webhook: String? = nil) { (self.contacts, self.webhook) = (contacts, webhook) }
    }

    public var model: String
    /// Who answers for it.
    public var owner: String
    /// The group that answers for it when the owner has left.
    public var ownerGroup: String?
    public var frequency: Frequency
    public var selection: DataSelection?
    /// What "normal" is: the training set that current data are held against.
    public var reference: TableReference
    public var thresholds: Thresholds
    public var retrainingTrigger: RetrainingTrigger
    /// The job that retrains.
    public var retrainingJob: String?
    public var escalation: Escalation?

    public init(
        model: String, owner: String, ownerGroup: String? = nil, frequency: Frequency, selection: DataSelection? = nil,
        reference: TableReference, thresholds: Thresholds, retrainingTrigger: RetrainingTrigger,
        retrainingJob: String? = nil, escalation: Escalation? = nil
    ) {
        (self.model, self.owner, self.ownerGroup, self.frequency) = (model, owner, ownerGroup, frequency)
        (self.selection, self.reference, self.thresholds) = (selection, reference, thresholds)
        (self.retrainingTrigger, self.retrainingJob) = (retrainingTrigger, retrainingJob)
        self.escalation = escalation
    }

    enum CodingKeys: String, CodingKey {
        case model, owner, frequency, selection, reference, thresholds, escalation
        case ownerGroup = "owner_group"
        case retrainingTrigger = "retraining_trigger"
        case retrainingJob = "retraining_job"
    }

    /// What is wrong with it; empty if nothing is.
    public var problems: [String] {
        var problems: [String] = []
        if model.isEmpty { problems.append("A monitoring plan names its model.") }
        if owner.utf8.count > 500 { problems.append("The owner's name is longer than 500 bytes.") }
        if owner.allSatisfy(\.isWhitespace) { problems.append("A monitoring plan names its owner.") }
        if !(thresholds.driftShare > 0 && thresholds.driftShare <= 1) {
            problems.append("The drift share \(thresholds.driftShare) is not above 0 and up to 1.")
        }
        if let minimum = thresholds.minimumAreaUnderROC, !(minimum >= 0 && minimum <= 1) {
            problems.append("The least AUC \(minimum) is not between 0 and 1.")
        }
        if let columns = thresholds.columns {
            if columns.count > 1_000 { problems.append("A plan has thresholds for at most 1000 columns.") }
            for (column, test) in columns.sorted(by: { $0.key < $1.key }).prefix(1_000) {
                if column.isEmpty || test.test.isEmpty {
                    problems.append("A column's threshold names column and test.")
                }
                if let threshold = test.threshold, !threshold.isFinite || threshold < 0 {
                    problems.append("The threshold of \(column) is not 0 or more.")
                }
            }
        }
        if let selection, (try? TableName(selection.table)) == nil {
            problems.append("'\(selection.table)' is no table: write schema.table.")
        }
        let texts = [ownerGroup, selection?.filter, retrainingJob, escalation?.webhook].compactMap { $0 }
        if texts.contains(where: { $0.allSatisfy(\.isWhitespace) || $0.utf8.count > 2_000 }) {
            problems.append("A group, filter, job or webhook is 1 to 2000 bytes of text.")
        }
        if let contacts = escalation?.contacts,
            contacts.count > 100 || contacts.contains(where: { $0.allSatisfy(\.isWhitespace) || $0.utf8.count > 500 })
        {
            problems.append("An escalation has up to 100 contacts of 1 to 500 bytes.")
        }
        return problems
    }

    /// What a plan can say and this one does not, in the words of its fields.
    public var missing: [String] {
        var missing: [String] = []
        if ownerGroup == nil { missing.append("owner_group") }
        if selection == nil { missing.append("selection") }
        if thresholds.minimumAreaUnderROC == nil { missing.append("thresholds.min_auc") }
        if retrainingTrigger != .manual, retrainingJob == nil { missing.append("retraining_job") }
        if (escalation?.contacts.isEmpty ?? true) && escalation?.webhook == nil { missing.append("escalation") }
        return missing
    }
}
