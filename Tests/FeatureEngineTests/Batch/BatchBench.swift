import FeatureEngine
import MartletDomain
import QueryEngine
import Testing

/// Runs training sets over tables that stand in the test as SQL.
struct BatchBench {
    static let engine: DuckDBEngine = {
        do { return try DuckDBEngine() } catch { preconditionFailure("\(error)") }
    }()

    /// A table: `VALUES` with a name for each column.
    struct Table: Sendable {
        var values: String
        var names: String

        var condition: String

        init(_ names: String, _ values: String, where condition: String = "true") {
            (self.names, self.values, self.condition) = (names, values, condition)
        }

        var sql: String { "(SELECT * FROM (VALUES \(values)) t(\(names)) WHERE \(condition))" }
    }

    /// The cells of the result as text, row by row, `-` for null.
    static func rows(
        _ specification: TrainingSetSpecification, _ spine: Table, _ tables: [String: Table] = [:]
    ) async throws -> [String] {
        try await engine.withSession { session in
            let (select, columns) = try run(specification, spine, tables, session)
            let cells = columns.map { "coalesce(CAST(\(quotedIdentifier($0.name)) AS VARCHAR), '-')" }
            let list = cells.joined(separator: " || ' ' || ")
            let text = try BatchExecutor.naming { try session.collect("SELECT \(list) AS t FROM (\(select))") }
            return (text["t"]?.strings ?? []).map { $0 ?? "" }
        }
    }

    /// The result's columns: `name type`.
    static func columns(
        _ specification: TrainingSetSpecification, _ spine: Table, _ tables: [String: Table] = [:]
    ) async throws -> [String] {
        try await engine.withSession { session in
            let (select, columns) = try run(specification, spine, tables, session)
            let found = try Relation(describing: "(\(select))", in: session)
            #expect(found.columns == columns)
            return columns.map { "\($0.name) \($0.kind)" }
        }
    }

    /// The words of what was refused, in order.
    static func codes(
        _ specification: TrainingSetSpecification, _ spine: Table, _ tables: [String: Table] = [:]
    ) async throws -> [FeatureIssue.Code] {
        do {
            _ = try await rows(specification, spine, tables)
            return []
        } catch let error as FeatureError {
            return error.issues.map(\.code)
        }
    }

    private static func run(
        _ specification: TrainingSetSpecification, _ spine: Table, _ tables: [String: Table],
        _ session: any QuerySession
    ) throws -> (String, [Relation.Column]) {
        var sources: [String: ResolvedSource] = [:]
        for source in specification.sources {
            guard let table = tables[source.name] else { continue }
            sources[source.name] = ResolvedSource(
                try Relation(describing: table.sql, in: session), primaryKeys: source.primaryKeys,
                timeKey: source.timeKey, tieBreak: source.tieBreak, availableAt: source.availableAt)
        }
        let rows = try Relation(describing: spine.sql, in: session)
        let executor = try BatchExecutor(specification, sources: sources, spine: rows)
        return (try executor.run(in: session), executor.plan.output)
    }
}

extension TrainingSetSpecification.Source {
    /// A table `t` of the test: keys and clocks by name.
    static func table(
        _ name: String = "t", keys: [String] = ["k"], at time: String? = "ts", tie: String? = nil, known: String? = nil
    ) -> Self {
        .init(
            name: name, location: .path("\(name).parquet"), primaryKeys: keys, timeKey: time, tieBreak: tie,
            availableAt: known)
    }
}

/// `TIMESTAMPTZ` literals by the second of one day.
func at(_ second: Double) -> String { "make_timestamptz(CAST(1704067200000000 + \(second) * 1000000 AS BIGINT))" }
