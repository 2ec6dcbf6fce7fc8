/// One committed version of a table: what was done, by whom, and from what.
public struct DatasetVersion: Sendable, Hashable, Codable {
    public enum Operation: String, Sendable, Hashable, Codable {
        case imported = "import"
        case derived = "derive"
        case trainingSet = "training_set"
        /// Rows of a feature table, or a change of its columns.
        case featureTable = "feature_table"
        case predictions
        case monitoring
        /// Rows that clients pushed.
        case pushed = "push"
        /// Features computed for all keys at the instants of a grid.
        case materialized = "materialize"
        /// Answers of served features, kept to be computed again.
        case featureLog = "feature_log"
        case transaction, delete, restore, optimize
        /// A branch's first version.
        case branch
        /// Main became what a branch was.
        case fastForward = "fast_forward"
        /// Found in the table's log without a record here: the process ended between the two.
        case recovered
    }

    public var table: TableReference
    public var operation: Operation
    public var rowCount: Int64
    public var writtenBy: String
    /// Milliseconds since 1970 UTC.
    public var writtenAt: Int64
    /// The exact tables that it was computed from.
    public var inputs: [TableReference]
    /// What computed it: SQL, a feature set's hash, a file's digest.
    public var source: String?
    /// The tracking run that wrote it.
    public var runID: String?
    /// What it did to the rows that were there; nil when it is not known.
    public var kind: DatasetTransaction.Kind?
    /// The transaction that it is the commit of.
    public var transaction: String?

    public init(
        table: TableReference, operation: Operation, rowCount: Int64, writtenBy: String, writtenAt: Int64,
        inputs: [TableReference] = [], source: String? = nil, runID: String? = nil,
        kind: DatasetTransaction.Kind? = nil, transaction: String? = nil
    ) {
        (self.table, self.operation, self.rowCount) = (table, operation, rowCount)
        (self.writtenBy, self.writtenAt) = (writtenBy, writtenAt)
        (self.inputs, self.source, self.runID) = (inputs, source, runID)
        (self.kind, self.transaction) = (kind, transaction)
    }

    enum CodingKeys: String, CodingKey {
        case table, operation, inputs, source, kind, transaction
        case rowCount = "row_count"
        case writtenBy = "written_by"
        case writtenAt = "written_at"
        case runID = "run_id"
    }
}
