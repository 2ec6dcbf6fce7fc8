import Foundation
import MartletDomain
import QueryEngine

/// The tables of one replay in a session: its requests, its sources' rows, its answers.
struct ReplayTables {
    private let replay: Replay
    private let session: any QuerySession
    private let dialect = SQLDialect.duckDB
    /// Tells this run's tables from another's in the same session.
    private let prefix = "replay_" + UUID().uuidString.prefix(8) + "_"

    init(_ replay: Replay, _ session: any QuerySession) { (self.replay, self.session) = (replay, session) }

    private var base: String { prefix + "requests" }
    private func held(_ stream: Int) -> String { prefix + "rows\(stream)" }

    private func list(_ columns: [Relation.Column]) -> String {
        columns.map { column in
            let name = dialect.name(column.name)
            // What no kernel holds is found again by the number of its row.
            return "\(dialect.encoded(name, column.kind) ?? "rowid") AS \(name)"
        }.joined(separator: ", ")
    }

    /// The caller's rows as they are answered, in their order.
    func requests() throws -> RecordBatch {
        try session.execute("CREATE TEMP TABLE \(base) AS SELECT * FROM \(replay.plan.spine.sql)")
        let taken = zip(replay.online.request, replay.online.isTaken).filter(\.1).map(\.0)
        let select = taken.isEmpty ? "TRUE AS is_there" : list(taken)
        return try session.collect("SELECT \(select) FROM \(base)")
    }

    /// The rows of a stream in the order in which they became known.
    func feed(_ index: Int, _ stream: OnlineStream) throws -> ReplayFeed {
        let plan = stream.plan
        var relation = plan.identity.relation
        if plan.columns.contains(where: { dialect.encoded("", $0.kind) == nil }) {
            try session.execute("CREATE TEMP TABLE \(held(index)) AS SELECT * FROM \(relation)")
            relation = held(index)
        }
        let clocks = [plan.identity.eventTime, plan.identity.availableAt].compactMap { $0 }
            .map { dialect.clock(dialect.name($0.column), $0.kind) }
        let condition = clocks.isEmpty ? "" : " WHERE " + clocks.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let order = clocks.last.map { " ORDER BY \($0)" } ?? ""
        return try ReplayFeed(
            stream, session.collect("SELECT \(list(plan.read)) FROM \(relation)\(condition)\(order)"))
    }

    /// A SELECT of the plan's result with the answers as its features.
    func select(_ answers: OnlineAnswers) throws -> String {
        let result = prefix + "answers"
        let types = answers.features.map { dialect.storedType($0.kind.isCarried ? .long : $0.kind) }
        let definition = (["row_is_there BOOLEAN"] + types.enumerated().map { "v\($0) \($1)" }).joined(separator: ", ")
        try session.execute("CREATE TEMP TABLE \(result) (\(definition))")
        if answers.count > 0 {
            var columns = [Column("row_is_there", .boolean(Array(repeating: true, count: answers.count)))]
            columns += answers.features.indices.map { answers.column($0) }
            try session.append(RecordBatch(columns: columns, rowCount: answers.count), to: result)
        }
        var tables = [base, result]
        var values: [String: String] = [:]
        for (index, feature) in answers.features.enumerated() {
            guard feature.kind.isCarried, let (stream, column) = origin(of: index) else {
                values[feature.name] = dialect.decoded("\(result).v\(index)", feature.kind)
                continue
            }
            let carried = prefix + "carried\(index)"
            try session.execute(
                """
                CREATE TEMP TABLE \(carried) AS SELECT s.\(dialect.name(column)) AS v FROM \
                (SELECT rowid AS r, v\(index) AS n FROM \(result)) m LEFT JOIN \(held(stream)) s ON s.rowid = m.n \
                ORDER BY m.r
                """)
            tables.append(carried)
            values[feature.name] = "\(carried).v"
        }
        let defaults = replay.plan.spineDefaults
        let list = replay.plan.output.map { output in
            let name = dialect.name(output.name)
            if let value = values[output.name] { return "\(value) AS \(name)" }
            guard let fallback = defaults[output.name] else { return "\(base).\(name) AS \(name)" }
            let isMissing =
                "\(base).\(name) IS NULL"
                + (replay.plan.defaultFillsNaN && output.kind.isFloatingPoint ? " OR isnan(\(base).\(name))" : "")
            return "CASE WHEN \(isMissing) THEN \(fallback) ELSE \(base).\(name) END AS \(name)"
        }
        return "SELECT \(list.joined(separator: ", ")) FROM \(dialect.beside(tables))"
    }

    /// The stream and the column that a looked-up feature comes from.
    private func origin(of feature: Int) -> (stream: Int, column: String)? {
        for case .lookup(let step) in replay.online.steps {
            for (column, output) in zip(step.columns, step.outputs) where output.feature == feature {
                let stream = step.access.stream
                return (stream, replay.online.streams[stream].columns[column].name)
            }
        }
        return nil
    }
}

extension ColumnKind {
    /// Known by the number of its row alone.
    var isCarried: Bool { if case .other = self { true } else { false } }
}
