import DeltaLake
import FeatureEngine
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

extension OnlineStore {
    /// Where answers are kept to be computed again.
    package static var answerTable: TableName? { try? TableName("martlet.feature_log") }

    /// Writes the answers that wait to their table.
    func writeAnswers() async throws {
        let entries = answers.take()
        guard !entries.isEmpty, let table = Self.answerTable else { return }
        do {
            let rows = RecordBatch(
                columns: [
                    Column("view", .string(entries.map(\.view))),
                    Column("plan_hash", .string(entries.map(\.planHash))),
                    Column("keys", .string(try entries.map { try canonicalText($0.keys) })),
                    Column("at", .timestamp(entries.map(\.time))),
                    Column("answer", .string(try entries.map { try canonicalText(Self.words($0)) })),
                    Column("table_version", .long(entries.map(\.tableVersion))),
                    Column("pushed_through", .long(entries.map(\.pushedThrough))),
                ], rowCount: entries.count)
            _ = try await datasets.write(
                table, .append, rows, operation: .featureLog, inputs: [], source: "answers of served features",
                by: .online)
        } catch {
            answers.putBack(entries)
            throw error
        }
    }

    private static func words(_ entry: AnswerLog.Entry) -> [String: String] {
        var words: [String: String] = [:]
        for value in entry.values where !value.isRefused { words[value.feature] = value.cell.logged }
        // A refused value is neither there nor null; the batch refuses, too.
        for value in entry.values where value.isRefused { words[value.feature] = refusedWord }
        return words
    }

    private static let refusedWord = "\u{0}refused"

    /// Computes what was answered in service again from the tables as they are now, as known at the time of each answer, and
    /// compares. Nightly work.
    ///
    /// - Parameter name: Nil for every view that is served.
    package func recompute(_ name: String?, from: Int64?, to: Int64?, by caller: Caller) async throws
        -> [ConsistencyCheck]
    {
        let action = AuditAction("features", "recompute", ["view": name])
        try await datasets.requireChange(action, by: caller)
        try await writeAnswers()
        var checks: [ConsistencyCheck] = []
        let records = if let name { [try await record(name)] } else { try await list() }
        for record in records {
            checks.append(try await recompute(record, from ?? .min, to ?? .max, by: caller))
        }
        return checks
    }

    private func recompute(
        _ record: OnlineFeatures, _ from: Int64, _ to: Int64, by caller: Caller
    ) async throws -> ConsistencyCheck {
        var check = ConsistencyCheck(
            view: record.name, planHash: record.planHash, kind: .log, outcome: .couldNotBeEvaluated, source: nil,
            requests: 0, features: [], by: caller.user.name)
        do {
            // The answers saw pushed rows; so must the table.
            if let source = record.source { _ = try await flush(source, by: caller) }
            let view = try await view(of: record)
            let source = try await pinned(view)
            check.source = source?.reference
            let plan = try ServingPlan(view, source?.schema ?? TableSchema([]))
            (check.requests, check.features) = try await compareAnswers(record, view, plan, source, from, to)
            check.outcome = check.mismatches == 0 ? .passed : .failed
            if check.requests == 0 {
                (check.outcome, check.reason) = (.couldNotBeEvaluated, "no answers of it are on record")
            }
        } catch let error as any MartletError {
            check.reason = error.message
        }
        return try await self.record(check, by: caller)
    }

    private func compareAnswers(
        _ record: OnlineFeatures, _ view: FeatureView, _ plan: ServingPlan, _ source: PinnedSource?, _ from: Int64,
        _ to: Int64
    ) async throws -> (Int64, [FeatureDifference]) {
        guard let table = Self.answerTable, datasets.deltaTable(table).exists() else { return (0, []) }
        let log = try await datasets.snapshot(table).relation
        let sources = ServingPlan.sources(
            view, source?.schema ?? TableSchema([]), relation: source?.relation ?? "")
        let shown = view.features.filter { !$0.isHidden }.map(\.name)
        let keys = plan.request.enumerated().map { index, column in
            "\(Self.cast("json_extract_string(\"keys\", '$[\(index)]')", column.kind)) AS \(quotedIdentifier(column.name))"
        }
        let columns = keys + ["\"at\" AS \(quotedIdentifier(ServingPlan.time))", "answer AS martlet_answer"]
        return try await datasets.engine.withSession { session in
            try session.execute(
                "CREATE TEMP TABLE martlet_answers AS SELECT \(columns.joined(separator: ", ")) FROM \(log) "
                    + "WHERE \"view\" = ? AND plan_hash = ? AND epoch_us(\"at\") >= ? AND epoch_us(\"at\") < ?",
                [.string(record.name), .string(record.planHash), .long(from), .long(to)])
            let spine = Relation(
                sql: "martlet_answers",
                columns: plan.request + [.init(ServingPlan.time, .timestamp), .init("martlet_answer", .string)])
            let batch = try BatchExecutor(plan.specification, sources: sources, spine: spine).run(in: session)
            var differences = shown.map { FeatureDifference(feature: $0) }
            var count: Int64 = 0
            let names = shown.map(quotedIdentifier) + ["martlet_answer"]
            let place = plan.request.map { quotedIdentifier($0.name) } + [quotedIdentifier(ServingPlan.time)]
            try session.query(
                "SELECT \((names + place).joined(separator: ", ")) FROM (\(batch))", []
            ) { rows in
                count += Int64(rows.rowCount)
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
            return (count, differences)
        }
    }

    /// Text of JSON as a value of a type, as requests spell it.
    private static func cast(_ text: String, _ kind: ColumnKind) -> String {
        switch kind {
        case .string, .other: text
        case .binary: "from_base64(\(text))"
        // A data frame's 3.0 is the integer 3.
        case .byte, .short, .integer, .long: "CAST(CAST(\(text) AS DECIMAL(38, 3)) AS \(kind.sqlName))"
        default: "CAST(\(text) AS \(kind.sqlName))"
        }
    }
}
