/// What a table's version was computed from, and what was computed from it.
public struct DatasetLineage: Sendable, Hashable, Codable {
    /// One table, model or other thing, with those that hang on it.
    public struct Node: Sendable, Hashable, Codable {
        public enum Kind: String, Sendable, Hashable, Codable {
            case table
            case trainingSet = "training_set"
            case predictions
            case monitoringCheck = "monitoring_check"
            case run, model
            case modelVersion = "model_version"
            case source
        }

        public var kind: Kind
        /// `schema.table@3`, `flight-delay/2`, a run's id, a file's name and digest.
        public var name: String
        /// What happened: `derive`, `Production`, …; nil when there is nothing to say.
        public var detail: String?
        /// Further from the version that was asked about. Empty also where ``isCut`` or ``isRepeated``.
        public var next: [Node]
        /// Whether there is more that lay too deep.
        public var isCut: Bool
        /// Whether it stands elsewhere in the tree with all that hangs on it.
        public var isRepeated: Bool

        public init(
            _ kind: Kind, _ name: String, detail: String? = nil, next: [Node] = [], isCut: Bool = false,
            isRepeated: Bool = false
        ) {
            (self.kind, self.name, self.detail, self.next) = (kind, name, detail, next)
            (self.isCut, self.isRepeated) = (isCut, isRepeated)
        }

        enum CodingKeys: String, CodingKey {
            case kind, name, detail, next
            case isCut = "is_cut"
            case isRepeated = "is_repeated"
        }
    }

    public var table: TableReference
    /// What it was computed from.
    public var upstream: [Node]
    /// What was computed from it, and who used it.
    public var downstream: [Node]

    public init(table: TableReference, upstream: [Node], downstream: [Node]) {
        (self.table, self.upstream, self.downstream) = (table, upstream, downstream)
    }
}
