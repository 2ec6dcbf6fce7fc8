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
        return try await turns.inTurn("grid:\(table.completed)") {
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
        let held = try await gridRecord(table)
        let present = try await features.tableIfPresent(table)
        if let present { try Self.requireOwn(present, held, view) }
        // What was begun anew and not ended is begun anew.
        let before = try full ? nil : held.flatMap { try Before($0, view.planDigest, grid, table) }
        if before == nil {
            try await recordGrid(table, view, nil, grid, present?.id, rows: 0, by: caller)
        }
        let definition = try await gridTable(view, plan, source, table, present, isAnew: before == nil, by: caller)
        let moments = Moments(view, source, clock)
        let cells = try await cells(view, plan, source, grid, before, moments)
        var rows: Int64 = 0
        var last = try await datasets.latest(definition.name)
        for part in cells.parts {
            let version = try await write(part, view, plan, source, definition, by: caller)
            (last, rows) = (version.table, rows + version.rowCount)
        }
        try await recordGrid(
            table, view, source.reference.version, before?.whole ?? grid, definition.id, rows: rows, by: caller)
        return GridResult(table: last, rows: rows, instants: cells.newInstants)
    }

    /// What is on record of a table that holds a grid.
    private struct GridRecord {
        var planHash: String
        var grid: FeatureGrid
        /// Nil while it is computed from the beginning: it then holds what nobody can tell.
        var sourceVersion: Int64?
        /// The feature table's identity; nil before it was made.
        var tableID: String?
    }

    private func gridRecord(_ table: TableName) async throws -> GridRecord? {
        try await store.read { db in
            let row = try db.row(
                "SELECT * FROM feature_materializations WHERE table_name = ?", [.text(table.completed.description)])
            return try row.map { row in
                GridRecord(
                    planHash: try row.text("plan_hash"),
                    grid: try FeatureGrid(
                        from: row.integer("grid_from"), to: row.integer("grid_to"), every: row.integer("grid_every")),
                    sourceVersion: try row.integerIfPresent("source_version"),
                    tableID: try row.textIfPresent("table_id"))
            }
        }
    }

    private func recordGrid(
        _ table: TableName, _ view: FeatureView, _ sourceVersion: Int64?, _ grid: FeatureGrid, _ id: String?,
        rows: Int64, by caller: Caller
    ) async throws {
        let action = AuditAction(
            "features", "materialize_grid",
            [
                "view": view.name, "plan_hash": view.planDigest, "table": table.description,
                "source_version": sourceVersion?.description, "rows": "\(rows)",
                "state": sourceVersion == nil ? "begun" : "done",
            ])
        try await store.change(action, by: caller) { db in
            try db.execute(
                """
                INSERT INTO feature_materializations (table_name, view_name, plan_hash, source_version, grid_from,
                    grid_to, grid_every, table_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (table_name) DO UPDATE SET view_name = excluded.view_name, plan_hash = excluded.plan_hash,
                    source_version = excluded.source_version, grid_from = excluded.grid_from,
                    grid_to = excluded.grid_to, grid_every = excluded.grid_every, table_id = excluded.table_id
                """,
                [
                    .text(table.completed.description), .text(view.name), .text(view.planDigest),
                    SQLValue(sourceVersion), .integer(grid.start), .integer(grid.end), .integer(grid.every),
                    SQLValue(id),
                ])
        }
    }

    /// A grid takes the place of no other table.
    private static func requireOwn(_ table: FeatureTable, _ held: GridRecord?, _ view: FeatureView) throws {
        let isOwn = held.map { $0.tableID == nil || $0.tableID == table.id } ?? false
        guard isOwn, table.keys.primaryKeys == view.join, table.keys.timeKey == gridTime else {
            throw InvalidRequest(
                "\(table.name) is a feature table that "
                    + (isOwn ? "holds a grid by other keys" : "was not made by materializing a view")
                    + ": nothing was written to it. Write to another table.")
        }
    }

    /// What the table holds from earlier.
    private struct Before {
        var grid: FeatureGrid
        /// With what is asked for.
        var whole: FeatureGrid
        var sourceVersion: Int64

        init?(_ held: GridRecord, _ hash: String, _ wanted: FeatureGrid, _ table: TableName) throws {
            guard let version = held.sourceVersion else { return nil }
            (grid, sourceVersion) = (held.grid, version)
            guard held.planHash == hash else {
                throw InvalidRequest(
                    "\(table) holds another plan of the view. Compute it anew with --full, or write to another table.")
            }
            guard let whole = grid.extended(by: wanted) else {
                throw InvalidRequest(
                    "\(table) holds instants from \(Instant(microseconds: grid.start)) to "
                        + "\(Instant(microseconds: grid.end)), another grid: go on from there by the same step, so that none "
                        + "is left out, compute it anew with --full, or write to another table.")
            }
            self.whole = whole
        }
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
            let old = before.grid
            let changes = try await datasets.deltaTable(source.reference.name).changes(
                after: before.sourceVersion, through: source.reference.version)
            let rows = "(SELECT * FROM \(changes.added.relation) UNION ALL SELECT * FROM \(changes.removed.relation))"
            let end = moments.reach.map { " AND t <= \(moments.event) + \($0)" } ?? ""
            let touched = try await datasets.engine.withSession { session in
                try session.collect("SELECT count(*) AS n FROM (SELECT DISTINCT \(keyed) FROM \(rows))")
            }
            let touchedKeys = max(1, (touched["n"]?.longs?.first ?? 0) ?? 0)
            let instants = old.instants
            let perPart = Int(max(1, Self.cellsPerCommit / touchedKeys))
            for start in stride(from: 0, to: instants.count, by: perPart) {
                let part = instants[start..<min(start + perPart, instants.count)]
                guard let first = part.first, let last = part.last else { continue }
                parts.append(
                    "SELECT DISTINCT \(keyed), make_timestamptz(t) AS \(at) FROM \(rows) CROSS JOIN "
                        + "range(\(first), \(last) + 1, \(old.every)) g(t) "
                        + "WHERE \(present) AND \(moments.from) <= t\(end)")
            }
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

    /// The feature table that holds the grid; when it is computed from the beginning, empty and with the plan's columns.
    private func gridTable(
        _ view: FeatureView, _ plan: ServingPlan, _ source: PinnedSource, _ table: TableName, _ present: FeatureTable?,
        isAnew: Bool, by caller: Caller
    ) async throws -> FeatureTable {
        if let present, !isAnew { return present }
        let engine = try BatchExecutor(
            plan.specification, sources: ServingPlan.sources(view, source.schema, relation: source.relation),
            spine: plan.spine(sql: "martlet_asked"))
        var columns = plan.request.map { ColumnDeclaration($0.name, $0.kind.description) }
        columns.append(ColumnDeclaration(Self.gridTime, "timestamp"))
        let own = Set(plan.request.map(\.name) + [ServingPlan.time])
        for column in engine.plan.output where !own.contains(column.name) {
            columns.append(ColumnDeclaration(column.name, column.kind.description))
        }
        let declaration = FeatureTableDeclaration(
            name: table.description, primaryKeys: view.join, timeKeys: [Self.gridTime], columns: columns,
            description: "\(view.name) version \(view.version) at the instants of a grid")
        guard let present else { return try await features.createTable(declaration, by: caller) }
        // Cells of another plan or another span would stand beside those of this one.
        let definition = try declaration.definition()
        let origin = DatasetOrigin(.featureTable, source: try canonicalText(definition))
        _ = try await datasets.commit(present.name, "CREATE OR REPLACE TABLE", origin, by: caller) { table, info in
            let version = try await table.redefine(
                schema: definition.schema, description: definition.description,
                partitionColumns: present.keys.partitionColumns, commit: info)
            return CommitResult(version: version, rowCount: 0, files: 0, bytes: 0)
        }
        return present
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
