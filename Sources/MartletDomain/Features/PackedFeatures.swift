/// What a model needs besides its own files to be scored: how each input is found or computed, as it was when the model
/// was trained.
///
/// It lies in the model's folder as ``fileName``, so that whatever seals the model seals it, too, and whoever scores the
/// model looks its features up by it and by nothing else.
public struct PackedFeatures: Sendable, Equatable, Codable {
    public static let fileName = "martlet_features.json"
    /// The same in the words of another feature store, for its tools.
    public static let featureSpecName = "feature_spec.yaml"
    /// What this version of Martlet writes and reads.
    public static let currentFormat = 1
    /// Largest file that is read, in bytes.
    public static let sizeLimit = 8 << 20

    public var format: Int
    /// The training set's name in its declaration.
    public var name: String
    /// SHA-256 of ``TrainingSetSpecification/canonicalPlan``, 64 hexadecimal digits.
    public var planHash: String
    /// The plan itself.
    public var plan: DeclarationNode
    /// The declaration that the plan came of, YAML or JSON.
    public var declaration: String
    public var views: [View]
    /// The tables that features are read from, by the names that the declaration uses.
    public var sources: [Source]
    /// The caller's columns that are needed, then features, then what is derived; in the order of the training set.
    public var columns: [Column]
    /// What is done to the inputs before the model sees them, fitted on the training set.
    public var steps: FittedSteps
    public var labels: [String]
    /// What the model was trained on.
    public var trainingSet: TableReference
    /// SHA-256 of the training set's rows; nil when they were made by a recipe, which keeps none.
    public var contentHash: String?

    public init(
        name: String, planHash: String, plan: DeclarationNode, declaration: String, views: [View], sources: [Source],
        columns: [Column], steps: FittedSteps, labels: [String], trainingSet: TableReference, contentHash: String?
    ) {
        format = Self.currentFormat
        (self.name, self.planHash, self.plan, self.declaration) = (name, planHash, plan, declaration)
        (self.views, self.sources, self.columns, self.labels) = (views, sources, columns, labels)
        self.steps = steps
        (self.trainingSet, self.contentHash) = (trainingSet, contentHash)
    }

    enum CodingKeys: String, CodingKey {
        case name, plan, declaration, views, sources, columns, steps
        case format = "martlet_features"
        case planHash = "plan_hash"
        case labels = "label"
        case trainingSet = "training_set"
        case contentHash = "content_hash"
    }

    /// A feature view with its whole definition.
    public struct View: Sendable, Equatable, Codable {
        public var view: FeatureView
        /// SHA-256 of ``FeatureView/canonicalPlan``, 64 hexadecimal digits.
        public var hash: String
        /// Whether it was on record by its name then. One that was declared within the training set cannot change.
        public var isOnRecord: Bool

        public init(_ view: FeatureView, hash: String, isOnRecord: Bool) {
            (self.view, self.hash, self.isOnRecord) = (view, hash, isOnRecord)
        }

        enum CodingKeys: String, CodingKey {
            case view, hash
            case isOnRecord = "on_record"
        }
    }

    /// A table as it was when the model was trained.
    public struct Source: Sendable, Equatable, Codable {
        /// What the declaration calls it.
        public var name: String
        /// The version that was trained on.
        public var table: TableReference
        /// The feature table's identity, or that of a plain table: another one of the same name has another.
        public var id: String
        public var primaryKeys: [String]
        public var timeKey: String?
        public var tieBreak: String?
        public var availableAt: String?
        /// All columns of the table.
        public var columns: [String: DataType]
        /// Their names in the table's order.
        public var columnOrder: [String]

        public init(
            name: String, table: TableReference, id: String, primaryKeys: [String], timeKey: String?,
            tieBreak: String?, availableAt: String?, columns: [String: DataType], columnOrder: [String]
        ) {
            (self.name, self.table, self.id, self.primaryKeys) = (name, table, id, primaryKeys)
            (self.timeKey, self.tieBreak, self.availableAt) = (timeKey, tieBreak, availableAt)
            (self.columns, self.columnOrder) = (columns, columnOrder)
        }

        enum CodingKeys: String, CodingKey {
            case name, table, id, columns
            case primaryKeys = "primary_keys"
            case timeKey = "time_key"
            case tieBreak = "tie_break"
            case availableAt = "available_at"
            case columnOrder = "column_order"
        }
    }

    public struct Column: Sendable, Hashable, Codable {
        public enum Origin: String, Sendable, Codable {
            /// Of the caller's rows.
            case row
            /// Looked up or aggregated.
            case feature
            /// Computed from the others of its row.
            case derived
        }

        public var name: String
        /// Nil for a feature that the training set does not hold.
        public var type: DataType?
        public var origin: Origin
        /// Whether the model was trained on it. The others are needed to find those: keys, times, operands.
        public var isInput: Bool

        public init(_ name: String, _ type: DataType?, _ origin: Origin, isInput: Bool) {
            (self.name, self.type, self.origin, self.isInput) = (name, type, origin, isInput)
        }

        enum CodingKeys: String, CodingKey {
            case name, type, origin
            case isInput = "input"
        }
    }

    /// What is looked up, computed or given for the model, in order.
    public var inputs: [String] { columns.filter(\.isInput).map(\.name) }

    /// What the model itself takes, in order: ``inputs`` after ``steps``.
    public var modelInputs: [String] { steps.outputColumns(of: inputs) }

    /// The columns that a caller gives at least.
    public var rowColumns: [Column] { columns.filter { $0.origin == .row } }
}

extension PackedFeatures {
    /// A view that is not what it was when the model was trained.
    public struct ViewDrift: Sendable, Hashable, Codable {
        public var packed: TrainingSetRecord.View
        /// The newest of its name on record; nil if there is none any more.
        public var current: TrainingSetRecord.View?

        public init(packed: TrainingSetRecord.View, current: TrainingSetRecord.View?) {
            (self.packed, self.current) = (packed, current)
        }
    }

    /// The views that are no longer what was packed.
    ///
    /// - Parameter newest: The newest version of each view on record, by name.
    public func drift(from newest: [String: TrainingSetRecord.View]) -> [ViewDrift] {
        Self.drift(of: views.filter(\.isOnRecord).map(\.record), from: newest)
    }

    /// Those of some views that are no longer what they were.
    public static func drift(
        of views: [TrainingSetRecord.View], from newest: [String: TrainingSetRecord.View]
    ) -> [ViewDrift] {
        views.compactMap { view in
            let current = newest[view.name]
            return current?.hash == view.hash ? nil : ViewDrift(packed: view, current: current)
        }
    }

    /// How a table differs from what it was, in words; empty if it does not.
    public static func changes(of source: Source, now id: String?, columns: [String: DataType]) -> [String] {
        var changes: [String] = []
        if id != source.id {
            changes.append("\(source.table.name) was dropped and made again since the model was trained")
        }
        for (name, type) in source.columns.sorted(by: { $0.key < $1.key }) {
            guard let found = columns[name] else {
                changes.append("\(source.table.name) has no column \(name) any more")
                continue
            }
            if found != type {
                changes.append("\(source.table.name) has \(name) as \(found), and the model was trained on \(type)")
            }
        }
        return changes
    }
}

extension PackedFeatures.View {
    public var record: TrainingSetRecord.View { .init(name: view.name, version: view.version, hash: hash) }
}

/// What a model version says of its features, in short.
public struct PackedFeaturesSummary: Sendable, Hashable, Codable {
    /// SHA-256 of the file ``PackedFeatures/fileName``.
    public var digest: String
    public var planHash: String
    public var trainingSet: TableReference
    public var contentHash: String?
    public var views: [TrainingSetRecord.View]
    public var inputs: [String]

    public init(
        digest: String, planHash: String, trainingSet: TableReference, contentHash: String?,
        views: [TrainingSetRecord.View], inputs: [String]
    ) {
        (self.digest, self.planHash, self.trainingSet) = (digest, planHash, trainingSet)
        (self.contentHash, self.views, self.inputs) = (contentHash, views, inputs)
    }

    enum CodingKeys: String, CodingKey {
        case digest, views, inputs
        case planHash = "plan_hash"
        case trainingSet = "training_set"
        case contentHash = "content_hash"
    }
}
