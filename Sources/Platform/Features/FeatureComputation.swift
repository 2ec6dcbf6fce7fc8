package import MartletDomain
package import QueryEngine

/// Declared features, computed for given rows as of each row's own time.
///
/// One row in, one row out, in order. A row's features are a function of the row and the tables' contents alone:
/// computed by itself or among a million others, a row gets the same bits.
package struct FeatureComputation: Sendable {
    package let views: [FeatureView]

    package init(views: [FeatureView]) { self.views = views }

    /// Where each feature comes from, in order of declaration, hidden ones too.
    package var provenance: [FeatureProvenance] { views.flatMap(\.provenance) }

    /// The features that are part of the result, in order.
    package var featureNames: [String] { views.flatMap(\.features).filter { !$0.isHidden }.map(\.name) }

    /// The tables that are read, as the definitions name them, each once.
    package var tables: [String] {
        views.compactMap(\.source?.table).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Columns of the caller's rows that are needed besides the time: keys, and what expressions read.
    package var spineColumns: [String] {
        let features = views.flatMap(\.features)
        let own = Set(features.map(\.name))
        return (views.flatMap(\.join) + features.flatMap(\.definition.inputs)).filter { !own.contains($0) }
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Computes the features of each row.
    ///
    /// - Parameters:
    ///   - spine: The caller's rows, with the join columns of every view.
    ///   - time: A timestamp column of `spine`: the instant as of which the row's features are known. Where it is
    ///     null, features of tables with event time are null. A key with a null matches nothing.
    ///   - sources: For each table's name, the SQL that stands for it in a FROM clause, pinned to a version.
    /// - Returns: The columns of `spine`, then one column a feature that is not hidden, in order of declaration.
    ///   `count` and sums of integers are long, of decimals decimal(38, scale); other sums, averages and ratios are
    ///   double; minima, maxima, first, last, latest and lookup keep the type of the column.
    /// - Throws: ``FeatureError/invalidComputation(_:)`` with every problem, before any work; the other cases while
    ///   at it.
    package func compute(
        spine: RecordBatch, time: String, sources: [String: String], engine: any QueryEngine
    ) async throws -> RecordBatch {
        let views = views
        let inputs = try await engine.withSession { session in
            let schema = TableSchema(spine.columns.map { .init($0.name, $0.type) })
            let check = FeatureCheck(views, spine: schema, time: time, sources: sources, session: session)
            guard check.problems.isEmpty else { throw FeatureError.invalidComputation(check.problems) }
            return try check.views.map { view in
                try Task.checkCancellation()
                return try ViewInput(view, spine: spine, time: time, session: session)
            }
        }
        var columns: [String: Column] = [:]
        for input in inputs {
            for column in try await input.features() { columns[column.name] = column }
        }
        for column in spine.columns { columns[column.name] = column }
        for feature in try FeatureView.computationOrder(of: views) {
            columns[feature.name] = try Self.column(feature, from: columns, rowCount: spine.rowCount)
        }
        let names = featureNames
        return RecordBatch(columns: spine.columns + names.compactMap { columns[$0] }, rowCount: spine.rowCount)
    }

    /// A feature computed from columns of the same rows.
    private static func column(_ feature: Feature, from columns: [String: Column], rowCount: Int) throws -> Column {
        switch feature.definition {
        case .ratio(let dividend, let divisor):
            guard let dividend = columns[dividend], let divisor = columns[divisor],
                let above = dividend.doubles(), let below = divisor.doubles()
            else { throw FeatureError.invalidComputation(["Feature \(feature.name) divides what is no number"]) }
            return Column(
                feature.name,
                doubles: (0..<rowCount).map { row in
                    dividend.isNull(at: row) || divisor.isNull(at: row) || below[row] == 0
                        ? nil : above[row] / below[row]
                })
        case .expression(let expression):
            return try ExpressionColumn(feature.name, expression, columns).column(rowCount: rowCount)
        case .aggregate, .latest, .lookup, .sum, .coalesce:
            throw FeatureError.invalidComputation(["Feature \(feature.name) is not computed from other features"])
        }
    }
}

extension Column {
    init(_ name: String, doubles: [Double?]) {
        self.init(name, .double(doubles.map { $0 ?? 0 }), validity: Self.validity(doubles))
    }

    init(_ name: String, longs: [Int64?]) {
        self.init(name, .long(longs.map { $0 ?? 0 }), validity: Self.validity(longs))
    }

    static func validity<Value>(_ values: [Value?]) -> [Bool]? {
        values.contains { $0 == nil } ? values.map { $0 != nil } : nil
    }
}
