import DeltaLake
import FeatureEngine
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

extension OnlineStore {
    /// Moments and keys of one comparison at most.
    private static let mostRequests: Int64 = 2_000_000
    private static let requests = "martlet_verify_requests"

    /// Replays a view's history in the order in which rows became known through the path that serves requests, asks at the
    /// time of every row and just after it, and compares each value with what a batch computes.
    ///
    /// - Parameters:
    ///   - version: Which of the view's versions; nil for the newest.
    ///   - hash: Or the plan, by its hash or the beginning of it, that of a model among them.
    ///   - requests: A table with the view's keys, and a column of times, to be asked at, too.
    ///   - time: That column.
    /// - Returns: The check, on record. What could not be compared did not pass.
    package func verify(
        _ name: String, version: Int64? = nil, hash: String? = nil, in window: TimeWindow, requests: TableName?,
        at time: String?, by caller: Caller
    ) async throws -> ConsistencyCheck {
        let action = AuditAction(
            "features", "verify", ["view": name, "version": version?.description, "plan_hash": hash])
        try await datasets.requireChange(action, by: caller)
        let view =
            if version != nil || hash != nil {
                try await recordedView(name, version: version, hash: hash)
            } else {
                try await target(name).view
            }
        return try await verify(view, view.planDigest, in: window, requests: requests, at: time, by: caller)
    }

    /// As ``verify(_:version:hash:in:requests:at:by:)``, for all that a model's features are computed by, each by the plan
    /// that was packed with the model. What is only looked up by key, without a time, has nothing to be replayed.
    ///
    /// - Throws: ``UnknownPlan`` for a model that takes no features by time.
    package func verify(
        model id: ModelVersion.ID, in window: TimeWindow, requests: TableName?, at time: String?, by caller: Caller
    ) async throws -> [ConsistencyCheck] {
        try await datasets.requireChange(
            AuditAction("features", "verify", ["model": id.description]), by: caller)
        let plans = try await store.read { db in try db.plans(of: db.version(id)) }
        guard !plans.isEmpty else { throw UnknownPlan(words: "features by time of model \(id)") }
        var checks: [ConsistencyCheck] = []
        for plan in plans {
            if let view = plan.view {
                checks.append(
                    try await verify(view, plan.hash, in: window, requests: requests, at: time, by: caller))
            } else {
                let check = ConsistencyCheck(
                    view: plan.name, planHash: plan.hash, kind: .replay, outcome: .couldNotBeEvaluated,
                    reason: "its definition is not on record", source: nil, span: window, requests: 0, features: [],
                    by: caller.user.name)
                checks.append(try await record(check, by: caller))
            }
        }
        return checks
    }

    private func verify(
        _ view: FeatureView, _ hash: String, in window: TimeWindow, requests: TableName?, at time: String?,
        by caller: Caller
    ) async throws -> ConsistencyCheck {
        var check = ConsistencyCheck(
            view: view.name, planHash: hash, kind: .replay, outcome: .couldNotBeEvaluated, source: nil, span: window,
            requests: 0, features: [], by: caller.user.name)
        do {
            let source = try await pinned(view)
            check.source = source?.reference
            let plan = try ServingPlan(view, source?.schema ?? TableSchema([]))
            let asked = try await askedRows(view, plan, source, window, requests, time)
            (check.requests, check.features) = try await compare(view, plan, source, asked)
            check.judge(whenEmpty: "no row of \(view.name)'s table is in that span")
        } catch let error as any MartletError {
            check.reason = error.message
        }
        return try await record(check, by: caller)
    }

    /// A view as it is on record, or as a model that takes it has it.
    private func recordedView(_ name: String, version: Int64?, hash: String?) async throws -> FeatureView {
        let words = [name, version.map { "version \($0)" }, hash.map { "plan \($0)" }].compactMap { $0 }
        let unknown = UnknownPlan(words: "view " + words.joined(separator: " "))
        // Twelve digits are what lists show.
        if let hash, !(12...64).contains(hash.utf8.count) || !hash.utf8.allSatisfy({ $0.isHexDigit }) { throw unknown }
        let definitions = try await store.read { db in
            let recorded = try db.rows(
                "SELECT version, hash, definition FROM feature_views WHERE name = ? ORDER BY version DESC",
                [.text(name)])
            let packed = try db.rows(
                "SELECT view_hash AS hash, definition FROM model_version_views WHERE view_name = ? "
                    + "AND definition IS NOT NULL", [.text(name)])
            let found =
                try recorded.filter { try version == nil || $0.integer("version") == version }
                + (version == nil ? packed : [])
            return try found.filter { try $0.text("hash").hasPrefix(hash ?? "") }
                .map { (hash: try $0.text("hash"), text: try $0.text("definition")) }
        }
        guard let first = definitions.first, definitions.allSatisfy({ $0.hash == first.hash }) else { throw unknown }
        return try decoded(FeatureView.self, from: first.text)
    }

    struct PinnedSource: Sendable {
        var reference: TableReference
        var relation: String
        /// What the view reads.
        var schema: TableSchema
    }

    /// - Parameter version: Of the view's table; nil for the newest.
    func pinned(_ view: FeatureView, version: Int64? = nil) async throws -> PinnedSource? {
        guard let source = view.source else { return nil }
        let name = try TableName(source.table)
        let snapshot = try await datasets.snapshot(name, version: version)
        return PinnedSource(
            reference: TableReference(name, version: snapshot.version), relation: snapshot.relation,
            schema: try Self.columns(of: view, in: snapshot.schema, name))
    }

    /// A SELECT of the rows to ask for: the caller's columns and the time.
    private func askedRows(
        _ view: FeatureView, _ plan: ServingPlan, _ source: PinnedSource?, _ window: TimeWindow,
        _ requests: TableName?, _ time: String?
    ) async throws -> String {
        let at = quotedIdentifier(ServingPlan.time)
        let span = "make_timestamptz(\(window.start)::BIGINT) AND \(at) < make_timestamptz(\(window.end)::BIGINT)"
        var parts: [String] = []
        if let source, let declared = view.source, let clock = declared.eventTime,
            plan.request.count == plan.keyCount
        {
            let keys = zip(view.join, declared.entity).map { "\(quotedIdentifier($1)) AS \(quotedIdentifier($0))" }
            var moments = [Self.instant(clock, source.schema)]
            if let known = declared.availableAt { moments.append(Self.instant(known, source.schema)) }
            // At the instant itself a row does not count in most windows; just after it does.
            moments += moments.map { "\($0) + INTERVAL 1 MICROSECOND" }
            for moment in moments {
                parts.append("SELECT \(keys.joined(separator: ", ")), \(moment) AS \(at) FROM \(source.relation)")
            }
        }
        if let requests {
            guard let time else { throw InvalidRequest("Say with --at which column of \(requests) is the time.") }
            let snapshot = try await datasets.snapshot(requests)
            let missing = (plan.request.map(\.name) + [time]).filter { snapshot.schema[$0] == nil }
            guard missing.isEmpty else { throw DatasetError.missingColumns(missing, table: requests.description) }
            let columns = plan.request.map { quotedIdentifier($0.name) }
            parts.append(
                "SELECT \(columns.joined(separator: ", ")), \(Self.instant(time, snapshot.schema)) AS \(at) "
                    + "FROM \(snapshot.relation)")
        }
        guard !parts.isEmpty else {
            throw InvalidRequest(
                "\(view.name) takes columns of the caller, or reads no table with a time: name a table of requests "
                    + "with --requests.")
        }
        return "SELECT DISTINCT * FROM (\(parts.joined(separator: " UNION ALL "))) WHERE \(at) >= \(span)"
    }

    private static func instant(_ column: String, _ schema: TableSchema) -> String {
        let name = quotedIdentifier(column)
        return schema[column]?.type == .date ? "(\(name)::TIMESTAMP AT TIME ZONE 'UTC')" : name
    }

    /// Computes both, and counts what differs.
    private func compare(
        _ view: FeatureView, _ plan: ServingPlan, _ source: PinnedSource?, _ asked: String
    ) async throws -> (Int64, [FeatureDifference]) {
        let sources = ServingPlan.sources(
            view, source?.schema ?? TableSchema([]), relation: source?.relation ?? "")
        let shown = view.features.filter { !$0.isHidden }.map(\.name)
        return try await datasets.engine.withSession { session in
            let callers = (plan.request.map { quotedIdentifier($0.name) } + [quotedIdentifier(ServingPlan.time)])
            // In the order of time, as requests come.
            try session.execute(
                "CREATE TEMP TABLE \(Self.requests) AS SELECT * FROM (\(asked)) "
                    + "ORDER BY \(callers.reversed().joined(separator: ", "))")
            let count = try session.collect("SELECT count(*) AS n FROM \(Self.requests)")["n"]?.longs?.first ?? 0
            guard let count, count <= Self.mostRequests else {
                throw InvalidRequest(
                    "That span has \(count ?? 0) moments to compare at; \(Self.mostRequests) is the most. Take a "
                        + "shorter one.")
            }
            let spine = plan.spine(sql: Self.requests)
            let batch = try BatchExecutor(plan.specification, sources: sources, spine: spine)
            let result = try batch.run(in: session)
            try session.execute("CREATE TEMP TABLE martlet_verify_batch AS \(result)")
            let replay = try Replay(plan.specification, sources: sources, requests: spine)
            let served = try replay.run(in: session)
            try session.execute("CREATE TEMP TABLE martlet_verify_served AS \(served.select)")
            // Rows are paired by their place.
            for table in ["martlet_verify_batch", "martlet_verify_served"] {
                let rows = try session.collect("SELECT count(*) AS n FROM \(table)")["n"]?.longs?.first ?? nil
                guard rows == count else { throw RowCountChanged(expected: Int(count), found: Int(rows ?? 0)) }
            }
            var differences = shown.map { FeatureDifference(feature: $0) }
            for (index, feature) in shown.enumerated() {
                try Self.compare(
                    feature, plan, session, table: ("martlet_verify_served", "martlet_verify_batch"),
                    into: &differences[index])
            }
            return (count, differences)
        }
    }

    /// Compares one column of two tables, row by row.
    private static func compare(
        _ feature: String, _ plan: ServingPlan, _ session: any QuerySession, table: (served: String, batch: String),
        into difference: inout FeatureDifference
    ) throws {
        let keys = plan.request.map { quotedIdentifier($0.name) }
        let name = quotedIdentifier(feature)
        let place = (keys + [quotedIdentifier(ServingPlan.time)]).map { "b.\($0)" }.joined(separator: ", ")
        let sql = """
            SELECT s.\(name) AS served, b.\(name) AS batch, \(place) FROM \(table.served) s \
            JOIN \(table.batch) b ON s.rowid = b.rowid ORDER BY b.rowid
            """
        var found = difference
        try session.query(sql, []) { rows in
            for row in 0..<rows.rowCount {
                found.compare(
                    served: rows.columns[0].featureCell(at: row), batch: rows.columns[1].featureCell(at: row),
                    where: rows.columns.dropFirst(2).map { $0.featureCell(at: row).description }
                        .joined(separator: ", "))
            }
        }
        difference = found
    }
}

extension Column {
    func featureCell(at row: Int) -> FeatureCell {
        var scale = 0
        if case .decimal(_, let digits) = type { scale = digits }
        return cellValue(at: row).featureCell(scale: scale)
    }
}

struct UnknownPlan: MartletError {
    var words: String

    var code: ErrorCode { .resourceDoesNotExist }
    var message: String {
        "There is no one \(words) on record. See `martlet features views list`, and give 12 digits of the hash at least."
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool { (0x30...0x39).contains(self) || (0x61...0x66).contains(self) }
}
