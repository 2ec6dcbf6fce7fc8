/// Features declared over one table: what each is, never how it is run.
///
/// One definition serves training, batch scoring and a single request. Its ``canonicalPlan`` is its identity.
public struct FeatureView: Sendable, Equatable {
    public var name: String
    /// At least 1. A definition that changes takes a new version.
    public var version: Int
    /// Where the rows come from; nil if every feature is computed from the caller's row and other features.
    public var source: FeatureSource?
    /// Columns of the caller's rows, paired by position with ``FeatureSource/entity``.
    public var join: [String]
    /// In the order of the file, which is the order of the output columns.
    public var features: [Feature]

    public init(name: String, version: Int, source: FeatureSource?, join: [String], features: [Feature]) {
        (self.name, self.version, self.source) = (name, version, source)
        (self.join, self.features) = (join, features)
    }
}

/// A table that features are read from, and its clocks.
public struct FeatureSource: Sendable, Equatable {
    /// `catalog.schema.table`, or the end of such a name.
    public var table: String
    /// The columns that together say what a row is about.
    public var entity: [String]
    /// When it happened: a timestamp, or a date, read as its midnight in UTC. Nil for a table with one row a key.
    public var eventTime: String?
    /// When it became known. A null there means: not known yet. Nil if known at once.
    public var availableAt: String?
    /// Decides between rows of one key and one event time: the greater value counts as the later row.
    public var tieBreak: String?

    public init(
        table: String, entity: [String], eventTime: String? = nil, availableAt: String? = nil, tieBreak: String? = nil
    ) {
        (self.table, self.entity, self.eventTime) = (table, entity, eventTime)
        (self.availableAt, self.tieBreak) = (availableAt, tieBreak)
    }
}

/// One named feature.
public struct Feature: Sendable, Equatable {
    public var name: String
    public var definition: FeatureDefinition
    /// Computed for the sake of others and left out of the result.
    public var isHidden: Bool

    public init(_ name: String, _ definition: FeatureDefinition, isHidden: Bool = false) {
        (self.name, self.definition, self.isHidden) = (name, definition, isHidden)
    }
}

/// What a feature is.
public enum FeatureDefinition: Sendable, Equatable {
    /// Over the rows of the key whose event time is in the window and which were known at the label time. Of no rows,
    /// `count` is 0 and the others are null. Nulls of `column` are passed over, except by first and last.
    /// `column` is nil for `count: "*"`.
    case aggregate(FeatureAggregate, column: String?, window: FeatureWindow, filter: RowExpression?)
    /// One feature divided by another, as doubles; null if either is null or the divisor is 0.
    case ratio(String, String)
    /// Of numbers; null if one of them is null.
    case sum([String])
    /// The first that is not null.
    case coalesce([String])
    /// The column's value, null or not, in the newest known row at or before the label time; null if that row is older
    /// than `lookback` microseconds.
    case latest(String, lookback: Int64?)
    /// The column's value in the one row of the key.
    case lookup(String)
    /// Computed from the caller's row and other features.
    case expression(RowExpression)

    /// One word for reports.
    public var kind: String {
        switch self {
        case .aggregate(let aggregate, _, _, _): aggregate.name
        case .ratio: "ratio"
        case .sum: "sum"
        case .coalesce: "coalesce"
        case .latest: "latest"
        case .lookup: "lookup"
        case .expression: "expression"
        }
    }

    /// Names of other features or of the caller's columns that this one is computed from.
    public var inputs: [String] {
        switch self {
        case .ratio(let dividend, let divisor): [dividend, divisor]
        case .sum(let names), .coalesce(let names): names
        case .expression(let expression): expression.columns
        case .aggregate, .latest, .lookup: []
        }
    }

    /// Columns of the source table that this one reads.
    public var sourceColumns: [String] {
        switch self {
        case .aggregate(_, let column, _, let filter): (column.map { [$0] } ?? []) + (filter?.columns ?? [])
        case .latest(let column, _), .lookup(let column): [column]
        case .ratio, .sum, .coalesce, .expression: []
        }
    }
}

extension FeatureDefinition {
    /// Whether it reads the view's table, rather than other features and the caller's row.
    public var readsTable: Bool {
        switch self {
        case .aggregate, .latest, .lookup: true
        case .ratio, .sum, .coalesce, .expression: false
        }
    }
}
