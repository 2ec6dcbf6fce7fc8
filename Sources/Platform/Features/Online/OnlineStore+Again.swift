import DeltaLake
import FeatureEngine
import MartletDomain
import QueryEngine

extension OnlineStore {
    /// What a view answered for one row, computed by a batch from its table as it was in memory.
    ///
    /// - Parameters:
    ///   - view: By the plan of `state`.
    ///   - keys: Of the row, by ``ServedState/keys``.
    ///   - time: As of when, microseconds since 1970.
    /// - Returns: One row with ``ServedState/columns``.
    /// - Throws: ``ServedScoringError/pastIsGone(view:reason:)``.
    func again(_ state: ServedState, _ view: FeatureView, keys: [JSONScalar], at time: Int64) async throws
        -> RecordBatch
    {
        let source = try await past(state, view)
        let schema = source?.schema ?? TableSchema([])
        let plan = try ServingPlan(view, schema)
        guard plan.request.count == keys.count else {
            throw ServedScoringError.pastIsGone(view: state.view, reason: "it takes other columns by now")
        }
        let cells = zip(plan.request, keys).map {
            "\($1.sql(as: $0.kind.dataType)) AS \(quotedIdentifier($0.name))"
        }
        let moment = "make_timestamptz(\(time)) AS \(quotedIdentifier(ServingPlan.time))"
        let executor = try BatchExecutor(
            plan.specification, sources: ServingPlan.sources(view, schema, relation: source?.relation ?? ""),
            spine: plan.spine(sql: "(SELECT \((cells + [moment]).joined(separator: ", ")))"))
        let list = zip(state.features, state.columns).map { "\(quotedIdentifier($0)) AS \(quotedIdentifier($1))" }
        return try await datasets.engine.withSession { session in
            let select = try executor.run(in: session)
            return try session.collect("SELECT \(list.joined(separator: ", ")) FROM (\(select))")
        }
    }

    /// Whether a version of the table is kept that holds just what was in memory.
    func isKept(_ state: ServedState) async -> Bool {
        guard let table = state.table else { return true }
        guard let newest = try? await datasets.latest(table.name) else { return false }
        var past = TablePast(table: datasets.deltaTable(table.name), newest: newest.version)
        return await past.version(Self.inMemory(state, table)) != nil
    }

    private static func inMemory(_ state: ServedState, _ table: TableReference) -> LoggedAnswers.State {
        .init(tableVersion: table.version, pushedThrough: state.reach.through(.both), answers: 1)
    }

    /// The version of a table that holds just what was in memory; for one that says when rows became known, the newest
    /// where there is none.
    private func past(_ state: ServedState, _ view: FeatureView) async throws -> PinnedSource? {
        guard let table = state.table else { return nil }
        guard state.reach.through(.online) == 0 else {
            throw ServedScoringError.pastIsGone(
                view: state.view, reason: "rows had been pushed to memory alone, which no table keeps")
        }
        let wanted = Self.inMemory(state, table)
        for isFlushed in [false, true] {
            // The answer saw pushed rows; so must the table.
            if isFlushed { _ = try await flush(table.name, by: .online) }
            guard let newest = try await pinned(view) else { return nil }
            var past = TablePast(table: datasets.deltaTable(table.name), newest: newest.reference.version)
            if let version = await past.version(wanted), let source = try? await pinned(view, version: version) {
                return source
            }
            if isFlushed, view.source?.availableAt != nil { return newest }
        }
        throw ServedScoringError.pastIsGone(
            view: state.view,
            reason: "no version of \(table.name) that is kept holds version \(table.version) and the pushes up to "
                + "\(wanted.pushedThrough)")
    }
}
