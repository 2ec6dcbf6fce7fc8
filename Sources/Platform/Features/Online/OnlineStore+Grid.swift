import DeltaLake
import FeatureEngine
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

/// What computing a view into a table came to.
package struct GridResult: Sendable {
    package var table: TableReference
    /// Cells of keys and instants that were computed.
    package var rows: Int64
    package var instants: Int
}

extension OnlineStore {
    /// The column of the instants.
    static let gridTime = "feature_time"
    /// Keys times instants of one commit, about.
    private static let cellsPerCommit: Int64 = 1_000_000

    /// Computes a view for all its keys at the instants of a grid, into a feature table, as known at each instant.
    ///
    /// Asked again it computes the new instants for all keys, and those of the old cells which rows that came since, or
    /// went, may touch, by when they happened and when they became known. A crash in the middle is mended by asking again.
    package func materialize(
        _ name: String, over grid: FeatureGrid, into table: TableName, full: Bool, by caller: Caller
    ) async throws -> GridResult {
        let action = AuditAction("features", "materialize_grid", ["view": name, "table": table.description])
        try await datasets.requireChange(action, by: caller)
        return try await turns.inTurn("grid:\(table)") {
            try await materializeInTurn(name, grid, table, full, by: caller)
        }
    }

    private func materializeInTurn(
        _ name: String, _ grid: FeatureGrid, _ table: TableName, _ full: Bool, by caller: Caller
    ) async throws -> GridResult {
        let view = try await target(name).view
        guard let source = try await pinned(view), let clock = view.source?.eventTime else {
            throw InvalidRequest("\(name) reads no table with a time, so it is the same at every instant.")
        }
        let plan = try ServingPlan(view, source.schema)
        guard plan.request.count == plan.keyCount else {
            throw InvalidRequest("\(name) takes columns of the caller, so it has no values without a caller.")
        }
        let known = try await store.read { db in
            try db.row("SELECT * FROM feature_materializations WHERE table_name = ?", [.text(table.description)])
        }
        let before = full ? nil : try known.flatMap { try Before($0, view.planDigest, grid, table) }
        let definition = try await gridTable(view, plan, source, table, by: caller)
        let moments = Moments(view, source, clock)
        let cells = try await cells(view, plan, source, grid, before, moments)
        var rows: Int64 = 0
        var last = try await datasets.latest(definition.name)
        for part in cells.parts {
            let version = try await write(part, view, plan, source, definition, by: caller)
            (last, rows) = (version.table, rows + version.rowCount)
        }
        let whole =
            before.map { FeatureGridSpan(min($0.grid.start, grid.start), max($0.grid.end, grid.end)) }
            ?? FeatureGridSpan(grid.start, grid.end)
        let record = AuditAction(
            "features", "materialize_grid",
            ["view": name, "table": table.description, "source": source.reference.description, "rows": "\(rows)"])
        try await store.change(record, by: caller) { db in
            try db.execute(
                """
                INSERT INTO feature_materializations (table_name, view_name, plan_hash, source_version, grid_from,
                    grid_to, grid_every) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (table_name) DO UPDATE SET view_name = excluded.view_name, plan_hash = excluded.plan_hash,
                    source_version = excluded.source_version, grid_from = excluded.grid_from,
                    grid_to = excluded.grid_to, grid_every = excluded.grid_every
                """,
                [
                    .text(table.description), .text(name), .text(view.planDigest),
                    .integer(source.reference.version), .integer(whole.start), .integer(whole.end),
                    .integer(grid.every),
                ])
        }
        return GridResult(table: last, rows: rows, instants: cells.newInstants)
    }

    /// What the table holds from earlier.
    private struct Before {
        var grid: FeatureGrid
        var sourceVersion: Int64

        init(_ row: SQLRow, _ hash: String, _ wanted: FeatureGrid, _ table: TableName) throws {
            grid = try FeatureGrid(
                from: row.integer("grid_from"), to: row.integer("grid_to"), every: row.integer("grid_every"))
            sourceVersion = try row.integer("source_version")
            let isSame = try row.text("plan_hash") == hash
            guard isSame, grid.every == wanted.every, (wanted.start - grid.start) % grid.every == 0 else {
                throw InvalidRequest(
                    "\(table) holds \(isSame ? "another grid" : "another plan of the view"). Compute it anew with --full, "
                        + "or write to another table.")
            }
            guard wanted.start <= grid.end, wanted.end >= grid.start else {
                throw InvalidRequest(
                    "\(table) holds instants up to \(Instant(microseconds: grid.end)): go on from there, so that none is "
                        + "left out.")
            }
        }
    }

    private struct FeatureGridSpan {
        var start: Int64
        var end: Int64
        init(_ start: Int64, _ end: Int64) { (self.start, self.end) = (start, end) }
    }

    /// SQL for the times of a source's row, in microseconds.
    private struct Moments {
        /// From when on it may count.
        var from: String
        /// How long after its event time it may count, in microseconds; nil for ever.
        var reach: Int64?
        var event: String

        init(_ view: FeatureView, _ source: PinnedSource, _ clock: String) {
            func ticks(_ column: String) -> String {
                let name = quotedIdentifier(column)
                return source.schema[column]?.type == .date ? "epoch_us(\(name)::TIMESTAMP)" : "epoch_us(\(name))"
            }
            event = ticks(clock)
            from = view.source?.availableAt.map { "greatest(\(ticks(clock)), \(ticks($0)))" } ?? event
            var reach: Int64? = 0
            for feature in view.features {
                let one: Int64?
                switch feature.definition {
                case .aggregate(_, _, let window, _): one = window.reach
                case .latest(_, let lookback): one = lookback
                case .lookup: one = nil
                case .ratio, .sum, .coalesce, .expression: one = 0
                }
                reach = one.flatMap { one in reach.map { max($0, one) } }
            }
            self.reach = reach
        }
    }

    /// The cells to compute: parts of a SELECT of keys and instants.
    private func cells(
        _ view: FeatureView, _ plan: ServingPlan, _ source: PinnedSource, _ grid: FeatureGrid, _ before: Before?,
        _ moments: Moments
    ) async throws -> (parts: [String], newInstants: Int) {
        let keys = zip(view.join, view.source?.entity ?? []).map { ($0, quotedIdentifier($1)) }
        let keyed = keys.map { "\($0.1) AS \(quotedIdentifier($0.0))" }.joined(separator: ", ")
        let names = keys.map { quotedIdentifier($0.0) }.joined(separator: ", ")
        let present = keys.map { "\($0.1) IS NOT NULL" }.joined(separator: " AND ")
        let at = quotedIdentifier(ServingPlan.time)
        var parts: [String] = []
        // New instants, for every key of which something was known by then.
        let fresh = grid.instants.filter { time in before.map { time < $0.grid.start || time >= $0.grid.end } ?? true }
        let count = try await datasets.engine.withSession { session in
            try session.collect("SELECT count(*) AS n FROM (SELECT DISTINCT \(keyed) FROM \(source.relation))")
        }
        let keyCount = max(1, (count["n"]?.longs?.first ?? 0) ?? 0)
        let perPart = Int(max(1, Self.cellsPerCommit / keyCount))
        let known =
            "(SELECT \(keyed), min(\(moments.from)) AS since FROM \(source.relation) WHERE \(present) "
            + "GROUP BY ALL)"
        for start in stride(from: 0, to: fresh.count, by: perPart) {
            let instants = fresh[start..<min(start + perPart, fresh.count)].map { "(\($0)::BIGINT)" }
            parts.append(
                "SELECT \(names), make_timestamptz(t) AS \(at) FROM \(known) CROSS JOIN "
                    + "(VALUES \(instants.joined(separator: ", "))) g(t) WHERE since <= t")
        }
        // Old ones that rows touch which came or went since.
        if let before, before.sourceVersion < source.reference.version {
            let old = try FeatureGrid(
                from: before.grid.start, to: before.grid.end, every: before.grid.every)
            let changes = try await datasets.deltaTable(source.reference.name).changes(
                after: before.sourceVersion, through: source.reference.version)
            let rows = "(SELECT * FROM \(changes.added.relation) UNION ALL SELECT * FROM \(changes.removed.relation))"
            let end = moments.reach.map { " AND t <= \(moments.event) + \($0)" } ?? ""
            parts.append(
                "SELECT DISTINCT \(keyed), make_timestamptz(t) AS \(at) FROM \(rows) CROSS JOIN "
                    + "range(\(old.start), \(old.end), \(old.every)) g(t) "
                    + "WHERE \(present) AND \(moments.from) <= t\(end)")
        }
        return (parts, fresh.count)
    }

    /// Computes a part, and merges it into the table.
    private func write(
        _ cells: String, _ view: FeatureView, _ plan: ServingPlan, _ source: PinnedSource, _ table: FeatureTable,
        by caller: Caller
    ) async throws -> DatasetVersion {
        let sources = ServingPlan.sources(view, source.schema, relation: source.relation)
        let names = view.features.filter { !$0.isHidden }.map { quotedIdentifier($0.name) }
        let keys = view.join.map(quotedIdentifier)
        let columns =
            keys + ["\(quotedIdentifier(ServingPlan.time)) AS \(quotedIdentifier(Self.gridTime))"] + names
        return try await datasets.merge(
            table.name, selecting: "SELECT * FROM martlet_cells", on: view.join + [Self.gridTime],
            operation: .materialized, inputs: [source.reference], source: view.planDigest, by: caller
        ) { session in
            try session.execute("CREATE OR REPLACE TEMP TABLE martlet_asked AS \(cells)")
            let spine = plan.spine(sql: "martlet_asked")
            let result = try BatchExecutor(plan.specification, sources: sources, spine: spine).run(in: session)
            try session.execute(
                "CREATE OR REPLACE TEMP TABLE martlet_cells AS SELECT \(columns.joined(separator: ", ")) FROM (\(result))"
            )
        }
    }

    /// The feature table that holds the grid, made when there is none.
    private func gridTable(
        _ view: FeatureView, _ plan: ServingPlan, _ source: PinnedSource, _ table: TableName, by caller: Caller
    ) async throws -> FeatureTable {
        if let present = try await features.tableIfPresent(table) { return present }
        let engine = try BatchExecutor(
            plan.specification, sources: ServingPlan.sources(view, source.schema, relation: source.relation),
            spine: plan.spine(sql: "martlet_asked"))
        var columns = plan.request.map { ColumnDeclaration($0.name, $0.kind.description) }
        columns.append(ColumnDeclaration(Self.gridTime, "timestamp"))
        let own = Set(plan.request.map(\.name) + [ServingPlan.time])
        for column in engine.plan.output where !own.contains(column.name) {
            columns.append(ColumnDeclaration(column.name, column.kind.description))
        }
        return try await features.createTable(
            FeatureTableDeclaration(
                name: table.description, primaryKeys: view.join, timeKeys: [Self.gridTime], columns: columns,
                description: "\(view.name) version \(view.version) at the instants of a grid"), by: caller)
    }
}

extension FeatureWindow {
    /// How long after its event time a row may be in the window of a label time, in microseconds; nil for ever.
    fileprivate var reach: Int64? {
        let length: Int64
        switch extent {
        case .lifetime: return nil
        case .rolling(let duration): length = duration
        case .months(let months): length = Int64(months) * 31 * 86_400_000_000 + 4 * 86_400_000_000
        case .tumbling(let duration, _): length = 2 * duration
        case .sliding(let duration, let every, _): length = duration + every
        }
        let (sum, overflow) = length.addingReportingOverflow(delay)
        return overflow ? nil : sum + 1
    }
}
