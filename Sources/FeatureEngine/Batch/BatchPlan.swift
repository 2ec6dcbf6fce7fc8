import MartletDomain

/// What is to be computed for each row of a spine, in what order and out of which tables: checked, and nothing run yet.
package struct BatchPlan: Sendable {
    package var spine: Relation
    /// Each after those that it takes columns of.
    var steps: [Step]
    /// The result's columns in order.
    package var output: [Relation.Column]
    /// Replaces nulls of a column that the caller gives in a feature's place: SQL by name.
    var spineDefaults: [String: String]
    var defaultFillsNaN: Bool

    enum Step: Sendable {
        case lookup(LookupStep)
        case window(WindowStep)
        case derived(DerivedStep)
    }

    /// Rows of a table that are found by key and time.
    struct Access: Sendable, Equatable {
        /// The source's name, for messages.
        var table: String
        var relation: String
        /// Columns of the table, paired by position with `key`.
        var entity: [String]
        /// Columns of the caller's rows or features.
        var key: [String]
        var keyKinds: [ColumnKind]
        /// The caller's column with the instant as of which rows are known; nil for a table without a time.
        var at: String?
        var atKind: ColumnKind = .timestamp
        var eventTime: Clock?
        var availableAt: Clock?
        var tieBreak: Clock?
        /// Dates of events may meet instants of labels, as their midnights in UTC.
        var takesDates = false

        /// Clocks and windows count nanoseconds, not microseconds.
        var isInNanoseconds: Bool { atKind == .nanoseconds }
    }

    /// A column that orders rows.
    struct Clock: Sendable, Equatable {
        var column: String
        var kind: ColumnKind
    }

    struct LookupStep: Sendable {
        var access: Access
        /// In ticks of the access's clocks; nil for any age.
        var lookback: Int64?
        var outputs: [Output]

        struct Output: Sendable {
            var name: String
            var column: String
            var kind: ColumnKind
            /// SQL in place of a null.
            var fallback: String?
        }
    }

    struct WindowStep: Sendable {
        var access: Access
        var outputs: [Output]

        struct Output: Sendable {
            var name: String
            var aggregate: FeatureAggregate
            /// Nil for `count` of rows.
            var input: Relation.Column?
            var window: FeatureWindow
            /// A condition over the table's columns, in SQL.
            var filter: String?
            var kind: ColumnKind
        }
    }

    struct DerivedStep: Sendable {
        var name: String
        var definition: DerivedFeature.Definition
        /// Types of ``inputs``.
        var inputKinds: [ColumnKind] = []
        var kind: ColumnKind

        /// Columns of the row and features that it is computed from, in the order of the definition.
        var inputs: [String] { DerivedFeature(name, definition).inputs }
    }
}

extension FeatureAggregate {
    /// The type of the result for an input of a type, nil for one that it does not take. `count` of rows has no input.
    func kind(of input: ColumnKind?) -> ColumnKind? {
        switch self {
        case .count: return .long
        case .sum:
            switch input {
            case .boolean, .byte, .short, .integer, .long: return .long
            case .float, .double: return .double
            case .decimal(_, let scale): return .decimal(precision: 38, scale: scale)
            default: return nil
            }
        case .avg, .stddevSamp, .stddevPop, .varSamp, .varPop, .approxQuantile:
            guard let input, input.isNumber || input == .boolean else { return nil }
            return .double
        case .min, .max:
            if case .other = input { return nil }
            return input
        case .first, .last:
            if case .other = input { return nil }
            return input
        case .countDistinct, .approxCountDistinct:
            guard let input else { return nil }
            if case .other = input { return nil }
            return .long
        }
    }
}
