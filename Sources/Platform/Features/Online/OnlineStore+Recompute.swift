import DeltaLake
import FeatureEngine
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

extension OnlineStore {
    /// Computes what was answered in service again from the tables, as known at the time of each answer, and compares.
    ///
    /// A table that says when each row became known is read as it is now: what came later does not count. Any other is read
    /// as it was when it was answered, and what is not kept of it is left out, and counted.
    ///
    /// - Parameters:
    ///   - name: Nil for every view that is served.
    ///   - from: The first moment of answers, microseconds since 1970; nil for all.
    ///   - to: The moment after the last; nil for now.
    package func recompute(_ name: String?, from: Int64?, to: Int64?, by caller: Caller) async throws
        -> [ConsistencyCheck]
    {
        let action = AuditAction("features", "recompute", ["view": name])
        try await datasets.requireChange(action, by: caller)
        let end = Self.now() + 1
        let span = try TimeWindow(from: from ?? 0, to: min(to ?? end, end))
        try await writeAnswers()
        var checks: [ConsistencyCheck] = []
        let records = if let name { [try await record(name)] } else { try await list() }
        for record in records { checks.append(try await recompute(record, span, by: caller)) }
        return checks
    }

    /// Computes again what each view has answered that was not looked at for a day.
    func recomputeWhatIsDue() async {
        guard !answers.isOff else { return }
        do {
            for record in try await list() {
                let newest = try await store.read { db in
                    try db.row(
                        "SELECT MAX(checked_at) AS newest FROM feature_checks WHERE plan_hash = ? AND kind = ?",
                        [.text(record.planHash), .text(ConsistencyCheck.Kind.log.rawValue)])?
                        .integerIfPresent("newest")
                }
                let since = max(newest ?? 0, record.servedAt)
                guard store.clock.now - since >= 86_400_000 else { continue }
                let check = try await recompute(record.name, from: nil, to: nil, by: .online).first
                guard let check, check.outcome == .failed else { continue }
                notices.say(
                    "\(check.mismatches) of \(check.cells) values that \(check.view) has answered are not what its table "
                        + "gives. See `martlet features checks \(check.view)`.")
            }
        } catch {
            notices.say("What was answered could not be computed again: \(Self.words(error))")
        }
    }

    private func recompute(
        _ record: OnlineFeatures, _ span: TimeWindow, by caller: Caller
    ) async throws -> ConsistencyCheck {
        var check = ConsistencyCheck(
            view: record.name, planHash: record.planHash, kind: .log, outcome: .couldNotBeEvaluated, source: nil,
            span: span, requests: 0, dropped: answers.counts.dropped, features: [], by: caller.user.name)
        do {
            // The answers saw pushed rows; so must the table.
            if let source = record.source { _ = try await flush(source, by: caller) }
            let view = try await view(of: record)
            let newest = try await pinned(view)
            check.source = newest?.reference
            check.features = view.features.filter { !$0.isHidden }.map { FeatureDifference(feature: $0.name) }
            try await compareAnswers(record, view, newest, &check)
            check.judge(
                whenEmpty: check.leftOut == 0
                    ? "no answers of it are on record"
                    : "\(check.leftOut) answers were refused, or their table is not kept as it was")
        } catch let error as any MartletError {
            (check.outcome, check.reason) = (.couldNotBeEvaluated, error.message)
        }
        return try await self.record(check, by: caller)
    }

    private func compareAnswers(
        _ record: OnlineFeatures, _ view: FeatureView, _ newest: PinnedSource?, _ check: inout ConsistencyCheck
    ) async throws {
        guard let table = Self.answerTable, let span = check.span, datasets.deltaTable(table).exists() else { return }
        var answers = LoggedAnswers(
            relation: try await datasets.snapshot(table).relation, view: record.name, planHash: record.planHash,
            span: span)
        check.leftOut += try await answers.count(refused: true, datasets)
        guard let newest, view.source?.availableAt == nil else {
            return try await compare(answers, view, newest, &check)
        }
        // By the state of the table that answered, the newest first.
        let states = try await answers.states(datasets)
        var past = TablePast(table: datasets.deltaTable(newest.reference.name), newest: newest.reference.version)
        for (index, state) in states.enumerated() {
            try Task.checkCancellation()
            let version = index < Self.mostStates ? await past.version(state) : nil
            guard let version, let source = try? await pinned(view, version: version) else {
                check.leftOut += state.answers
                continue
            }
            answers.state = state
            try await compare(answers, view, source, &check)
        }
    }

    /// States of a table that one comparison reads at most.
    private static let mostStates = 500

    /// Compares answers with a batch over one version of the table, and counts them.
    private func compare(
        _ answers: LoggedAnswers, _ view: FeatureView, _ source: PinnedSource?, _ check: inout ConsistencyCheck
    ) async throws {
        let plan = try ServingPlan(view, source?.schema ?? TableSchema([]))
        let sources = ServingPlan.sources(
            view, source?.schema ?? TableSchema([]), relation: source?.relation ?? "")
        let shown = check.features.map(\.feature)
        let before = check.features
        let (count, differences) = try await datasets.engine.withSession { session in
            try session.execute(
                "CREATE TEMP TABLE martlet_answers AS SELECT \(LoggedAnswers.columns(plan)) FROM \(answers.rows)",
                answers.parameters)
            let found = try session.collect("SELECT count(*) AS n FROM martlet_answers")["n"]?.longs?.first ?? nil
            let spine = Relation(
                sql: "martlet_answers",
                columns: plan.request + [.init(ServingPlan.time, .timestamp), .init(LoggedAnswers.answer, .string)])
            let batch = try BatchExecutor(plan.specification, sources: sources, spine: spine).run(in: session)
            let names = shown.map(quotedIdentifier) + [LoggedAnswers.answer]
            let place = plan.request.map { quotedIdentifier($0.name) } + [quotedIdentifier(ServingPlan.time)]
            var differences = before
            try session.query(
                "SELECT \((names + place).joined(separator: ", ")) FROM (\(batch))", []
            ) { rows in
                guard case .string(let answers) = rows.columns[shown.count].values else { return }
                for row in 0..<rows.rowCount {
                    let answer = try decoded([String: String].self, from: answers[row])
                    for (index, feature) in shown.enumerated() {
                        let batch = rows.columns[index].featureCell(at: row)
                        differences[index].compare(
                            served: FeatureCell(logged: answer[feature], like: batch), batch: batch,
                            where: rows.columns.dropFirst(shown.count + 1)
                                .map { $0.featureCell(at: row).description }.joined(separator: ", "))
                    }
                }
            }
            return (found ?? 0, differences)
        }
        check.requests += count
        check.features = differences
    }
}
