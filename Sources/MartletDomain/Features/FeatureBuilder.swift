/// Declares the features of a view in Swift, in the order of its output columns.
///
///     let awards = FeatureSource("procurement.awards", entity: ["uei"], eventTime: "ended_at", availableAt: "loaded_at")
///     let view = try FeatureView("vendor_performance", version: 3, from: awards, joinedBy: ["recipient_uei"]) {
///         Count("awards_12m", over: .rolling(.months(12)))
///         Sum("on_time_12m", of: "on_time", over: .rolling(.months(12)))
///         Ratio("on_time_rate_12m", "on_time_12m", "awards_12m")
///         Avg("cost_growth_12m", of: "cost_growth", over: .rolling(.months(12)), where: "status = 'closed'")
///         Last("last_agency", of: "agency", over: .lifetime)
///     }
@resultBuilder
public enum FeatureBuilder {
    public static func buildBlock(_ features: [DeclaredFeature]...) -> [DeclaredFeature] { features.flatMap { $0 } }
    public static func buildExpression(_ feature: DeclaredFeature) -> [DeclaredFeature] { [feature] }
    public static func buildOptional(_ features: [DeclaredFeature]?) -> [DeclaredFeature] { features ?? [] }
    public static func buildEither(first features: [DeclaredFeature]) -> [DeclaredFeature] { features }
    public static func buildEither(second features: [DeclaredFeature]) -> [DeclaredFeature] { features }
    public static func buildArray(_ features: [[DeclaredFeature]]) -> [DeclaredFeature] { features.flatMap { $0 } }
}

/// A feature as it was written; its expression is read when the view is made.
public struct DeclaredFeature: Sendable {
    let name: String
    let definition: @Sendable () throws(RowExpression.Problem) -> FeatureDefinition
    private(set) var isHidden = false

    init(_ name: String, _ definition: @escaping @Sendable () throws(RowExpression.Problem) -> FeatureDefinition) {
        (self.name, self.definition) = (name, definition)
    }

    /// Computed for the sake of others and left out of the result.
    public var hidden: DeclaredFeature {
        var feature = self
        feature.isHidden = true
        return feature
    }
}

extension FeatureSource {
    /// A table that features are read from, and its clocks.
    public init(
        _ table: String, entity: [String], eventTime: String? = nil, availableAt: String? = nil, tieBreak: String? = nil
    ) {
        self.init(
            table: table, entity: entity, eventTime: eventTime, availableAt: availableAt, tieBreak: tieBreak)
    }
}

extension FeatureView {
    /// - Parameter joinedBy: The caller's columns, paired with the source's entity; nil for columns of the same names.
    /// - Throws: ``FeatureError/invalidDeclaration(_:)`` with every problem.
    public init(
        _ name: String, version: Int, from source: FeatureSource? = nil, joinedBy: [String]? = nil,
        @FeatureBuilder _ features: () -> [DeclaredFeature]
    ) throws(FeatureError) {
        var problems: [String] = []
        var view = FeatureView(
            name: name, version: version, source: source, join: joinedBy ?? source?.entity ?? [], features: [])
        for feature in features() {
            do {
                view.features.append(
                    Feature(feature.name, try feature.definition(), isHidden: feature.isHidden))
            } catch {
                problems.append("Feature \(feature.name) of view \(name) has a faulty expression: it \(error)")
            }
        }
        do {
            view = try view.checked()
        } catch {
            problems += error.problems
        }
        guard problems.isEmpty else { throw .invalidDeclaration(problems) }
        self = view
    }
}

private func aggregate(
    _ aggregate: FeatureAggregate, _ name: String, _ column: String?, _ window: FeatureWindow, _ filter: String?
) -> DeclaredFeature {
    DeclaredFeature(name) { () throws(RowExpression.Problem) in
        var condition: RowExpression?
        if let filter { condition = try RowExpression(filter) }
        return .aggregate(aggregate, column: column, window: window, filter: condition)
    }
}

/// Rows of the window, or with `of` those whose column is not null.
public func Count(
    _ name: String, of column: String? = nil, over window: FeatureWindow, where filter: String? = nil
) -> DeclaredFeature { aggregate(.count, name, column, window, filter) }

public func CountDistinct(
    _ name: String, of column: String, over window: FeatureWindow, where filter: String? = nil
) -> DeclaredFeature { aggregate(.countDistinct, name, column, window, filter) }

public func Sum(
    _ name: String, of column: String, over window: FeatureWindow, where filter: String? = nil
) -> DeclaredFeature { aggregate(.sum, name, column, window, filter) }

public func Avg(
    _ name: String, of column: String, over window: FeatureWindow, where filter: String? = nil
) -> DeclaredFeature { aggregate(.avg, name, column, window, filter) }

public func Min(
    _ name: String, of column: String, over window: FeatureWindow, where filter: String? = nil
) -> DeclaredFeature { aggregate(.min, name, column, window, filter) }

public func Max(
    _ name: String, of column: String, over window: FeatureWindow, where filter: String? = nil
) -> DeclaredFeature { aggregate(.max, name, column, window, filter) }

/// The value of the earliest row, null or not.
public func First(
    _ name: String, of column: String, over window: FeatureWindow, where filter: String? = nil
) -> DeclaredFeature { aggregate(.first, name, column, window, filter) }

/// The value of the latest row, null or not.
public func Last(
    _ name: String, of column: String, over window: FeatureWindow, where filter: String? = nil
) -> DeclaredFeature { aggregate(.last, name, column, window, filter) }

/// Any function by its value: `Aggregate("spread", .stddevPop, of: "value", over: .lifetime)`.
public func Aggregate(
    _ name: String, _ function: FeatureAggregate, of column: String, over window: FeatureWindow,
    where filter: String? = nil
) -> DeclaredFeature { aggregate(function, name, column, window, filter) }

/// One feature divided by another; null if the divisor is 0.
public func Ratio(_ name: String, _ dividend: String, _ divisor: String) -> DeclaredFeature {
    DeclaredFeature(name) { () throws(RowExpression.Problem) in .ratio(dividend, divisor) }
}

/// The sum of features; null if one of them is null.
public func Sum(_ name: String, _ features: [String]) -> DeclaredFeature {
    DeclaredFeature(name) { () throws(RowExpression.Problem) in .sum(features) }
}

/// The first of the features that is not null.
public func Coalesce(_ name: String, _ features: [String]) -> DeclaredFeature {
    DeclaredFeature(name) { () throws(RowExpression.Problem) in .coalesce(features) }
}

/// The column in the newest known row at or before the label time; null if it is older than `lookback`.
public func Latest(_ name: String, of column: String, lookback: ExactSpan? = nil) -> DeclaredFeature {
    DeclaredFeature(name) { () throws(RowExpression.Problem) in .latest(column, lookback: lookback?.microseconds) }
}

/// The column in the one row of the key.
public func Lookup(_ name: String, of column: String) -> DeclaredFeature {
    DeclaredFeature(name) { () throws(RowExpression.Problem) in .lookup(column) }
}

/// A formula over the caller's row and other features.
public func Formula(_ name: String, _ expression: String) -> DeclaredFeature {
    DeclaredFeature(name) { () throws(RowExpression.Problem) in .expression(try RowExpression(expression)) }
}
