/// What a training set is made of: tables, lookups, window aggregates, views and derived features beside the rows of a spine.
///
/// The result's columns are: those of the spine that are neither label nor excluded, in its order; features in the order
/// lookups, aggregates, views; derived features; labels last. Rows are the spine's, each once, in its order.
public struct TrainingSetSpecification: Sendable, Equatable {
    public enum Mode: String, Sendable, Codable, CaseIterable {
        /// A feature named like a column of the spine is an error.
        case train
        /// A column of the spine named like a feature is used in its place, nulls included.
        case score
    }

    public var name: String
    public var mode: Mode
    /// In the order of the file, by the names that lookups and aggregates use.
    public var sources: [Source]
    /// What the spine's columns must be; nil to take what it has.
    public var spineSchema: [ColumnDeclaration]?
    public var lookups: [FeatureLookup]
    public var aggregates: [WindowFeature]
    public var views: [ViewUse]
    public var derived: [DerivedFeature]
    public var labels: [String]
    public var excluded: [String]
    /// Defaults replace NaN in columns of floating point, too.
    public var defaultFillsNaN: Bool
    /// Fitted on the result, in this order, and packed with the model.
    public var steps: [ModelStep]
    /// Where the labels come from, for ``FeatureLint``; nil if it is not told.
    public var labelOrigin: LabelOrigin?

    public init(
        name: String, mode: Mode = .train, sources: [Source] = [], spineSchema: [ColumnDeclaration]? = nil,
        lookups: [FeatureLookup] = [], aggregates: [WindowFeature] = [], views: [ViewUse] = [],
        derived: [DerivedFeature] = [], labels: [String] = [], excluded: [String] = [], defaultFillsNaN: Bool = false,
        steps: [ModelStep] = [], labelOrigin: LabelOrigin? = nil
    ) {
        (self.name, self.mode, self.sources, self.spineSchema) = (name, mode, sources, spineSchema)
        (self.lookups, self.aggregates, self.views, self.derived) = (lookups, aggregates, views, derived)
        (self.labels, self.excluded, self.defaultFillsNaN) = (labels, excluded, defaultFillsNaN)
        (self.steps, self.labelOrigin) = (steps, labelOrigin)
    }

    /// A table that features are read from, its keys and its clocks.
    public struct Source: Sendable, Equatable {
        public enum Location: Sendable, Equatable {
            /// A file of this machine: .parquet or .csv.
            case path(String)
            /// A table of the workspace, at a version or the newest.
            case table(TableName, version: Int64?)
        }

        public var name: String
        public var location: Location
        public var primaryKeys: [String]
        /// When it happened; nil for a table with one row a key.
        public var timeKey: String?
        /// The greater value is the later row of one key and time; null is the lowest.
        public var tieBreak: String?
        /// When it became known; a row counts from then on, and never if it is null.
        public var availableAt: String?
        /// What its columns must be; nil to take what it has.
        public var schema: [ColumnDeclaration]?

        public init(
            name: String, location: Location, primaryKeys: [String], timeKey: String? = nil, tieBreak: String? = nil,
            availableAt: String? = nil, schema: [ColumnDeclaration]? = nil
        ) {
            (self.name, self.location, self.primaryKeys, self.timeKey) = (name, location, primaryKeys, timeKey)
            (self.tieBreak, self.availableAt, self.schema) = (tieBreak, availableAt, schema)
        }
    }

    /// A feature view, and the column with the instant as of which it is computed.
    public struct ViewUse: Sendable, Equatable {
        public var view: FeatureView
        public var at: String

        public init(_ view: FeatureView, at: String) { (self.view, self.at) = (view, at) }
    }
}

/// A column's name and the word for its type: `string int64 int32 float64 float32 bool date timestamp timestamp_ntz
/// timestamp_ns binary decimal(18,2) list<string>`.
public struct ColumnDeclaration: Sendable, Equatable, Codable {
    public var name: String
    public var type: String

    public init(_ name: String, _ type: String) { (self.name, self.type) = (name, type) }
}

/// One aggregate over a window of a source's rows.
public struct WindowFeature: Sendable, Equatable {
    public var name: String
    public var source: String
    /// The source's columns that say what a row is about, paired by position with `key`.
    public var entity: [String]
    /// Columns of the caller's rows or outputs of lookups.
    public var key: [String]
    public var eventTime: String
    /// The column with the label time.
    public var at: String
    public var aggregate: FeatureAggregate
    /// Nil for `count` of rows.
    public var input: String?
    public var window: FeatureWindow
    public var filter: RowExpression?

    public init(
        name: String, source: String, entity: [String], key: [String], eventTime: String, at: String,
        aggregate: FeatureAggregate, input: String? = nil, window: FeatureWindow, filter: RowExpression? = nil
    ) {
        (self.name, self.source, self.entity, self.key) = (name, source, entity, key)
        (self.eventTime, self.at, self.aggregate, self.input) = (eventTime, at, aggregate, input)
        (self.window, self.filter) = (window, filter)
    }
}

/// A feature computed from the other columns of its row.
public struct DerivedFeature: Sendable, Equatable {
    public enum Definition: Sendable, Equatable {
        /// Null if one is null.
        case sum([String])
        /// As doubles; null if one is null or the divisor is 0.
        case ratio(String, String)
        /// The first that is not null.
        case coalesce([String])
        case expression(RowExpression)
    }

    public var name: String
    public var definition: Definition
    /// The type that it must have; nil to take what it has.
    public var type: String?

    public init(_ name: String, _ definition: Definition, type: String? = nil) {
        (self.name, self.definition, self.type) = (name, definition, type)
    }

    public var inputs: [String] {
        switch definition {
        case .sum(let names), .coalesce(let names): names
        case .ratio(let dividend, let divisor): [dividend, divisor]
        case .expression(let expression): expression.columns
        }
    }
}
