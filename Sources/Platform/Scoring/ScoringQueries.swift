import DeltaLake
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

extension Scoring {
    package func scoringRun(_ id: String) async throws -> ScoringRun? {
        try await store.read { try $0.scoringRun(id) }
    }

    /// Predictions of a span of time, highest score first.
    /// - Parameter limit: 1,000 at most.
    package func predictions(
        in table: TableName, _ window: TimeWindow, limit: Int
    ) async throws -> [(id: String, asOf: Instant, score: Double)] {
        let snapshot = try await datasets.snapshot(table)
        try PredictionColumn.check(snapshot.schema, of: table)
        let relation = snapshot.relation
        let (id, asOf, score) = (PredictionColumn.id, PredictionColumn.asOf, PredictionColumn.score)
        let sql = """
            SELECT \(id), \(asOf), \(score) FROM \(relation) WHERE \(asOf) >= ? AND \(asOf) < ?
            ORDER BY \(score) DESC, \(id) LIMIT ?
            """
        let found = try await datasets.engine.withSession {
            try $0.collect(
                sql, [.timestamp(window.start), .timestamp(window.end), .long(Int64(min(max(limit, 1), 1_000)))])
        }
        guard let ids = found[id]?.strings, let times = found[asOf]?.timestamps, let scores = found[score]?.doubles
        else {
            throw InvalidRequest("\(table) is no predictions table. Name one that `martlet score --into` wrote.")
        }
        return ids.indices.map { row in
            (ids[row] ?? "", Instant(microseconds: times[row] ?? 0), scores[row])
        }
    }
}

extension Snapshot {
    func scoringRun(_ id: String) throws -> ScoringRun? {
        try row("SELECT record FROM scoring_runs WHERE id = ?", [.text(id)]).map {
            try decoded(ScoringRun.self, from: $0.text("record"))
        }
    }
}

extension Column {
    /// One value as text, `null` for none: for keys and messages, not for reading back.
    func text(at row: Int) -> String {
        switch value(at: row) {
        case .null: "null"
        case .boolean(let value): String(value)
        case .long(let value): String(value)
        case .double(let value): String(value)
        case .string(let value): value
        case .binary(let value): value.map { String($0, radix: 16) }.joined(separator: " ")
        case .date(let value): String(value)
        case .timestamp(let value): Instant(microseconds: value).description
        }
    }
}
