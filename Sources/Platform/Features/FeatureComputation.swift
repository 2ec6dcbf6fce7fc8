import FeatureEngine
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
    /// - Throws: ``FeatureError/issues(_:)`` with every problem, before any work; with what the rows show to be wrong
    ///   while at it.
    package func compute(
        spine: RecordBatch, time: String, sources: [String: String], engine: any QueryEngine
    ) async throws -> RecordBatch {
        let tables = tables
        let specification = TrainingSetSpecification(
            name: "features",
            sources: tables.filter { Self.relation(of: $0, in: sources) != nil }.map {
                TrainingSetSpecification.Source(name: $0, location: .path($0), primaryKeys: [])
            }, views: views.map { TrainingSetSpecification.ViewUse($0, at: time) })
        return try await engine.withSession { session in
            let columns = spine.columns.map { "\(quotedIdentifier($0.name)) \($0.type.sqlName)" }
            guard Set(spine.columns.map { $0.name.lowercased() }).count == spine.columns.count else {
                let names = spine.columns.map(\.name).joined(separator: ", ")
                throw FeatureError.issues([FeatureIssue(.duplicateName, "Two columns have one name: \(names)")])
            }
            try session.execute("CREATE TEMP TABLE caller_rows (\(columns.joined(separator: ", ")))")
            try session.append(spine, to: "caller_rows")
            var resolved: [String: ResolvedSource] = [:]
            var problems: [FeatureIssue] = []
            for table in tables {
                guard let sql = Self.relation(of: table, in: sources) else { continue }
                do {
                    resolved[table] = ResolvedSource(try Relation(describing: sql, in: session), primaryKeys: [])
                } catch let error as QueryError {
                    problems.append(FeatureIssue(.unknownTable, "\(table) could not be read: \(error.message)"))
                }
            }
            guard problems.isEmpty else { throw FeatureError.issues(problems) }
            let executor = try BatchExecutor(
                specification, sources: resolved, spine: try Relation(describing: "caller_rows", in: session))
            let select = try executor.run(in: session)
            return try BatchExecutor.naming { try session.collect(select) }
        }
    }

    /// The name as given, else the one name that ends with it or that it ends with.
    private static func relation(of table: String, in sources: [String: String]) -> String? {
        if let exact = sources[table] { return exact }
        let near = sources.filter { $0.key.hasSuffix("." + table) || table.hasSuffix("." + $0.key) }
        return near.count == 1 ? near.first?.value : nil
    }
}
