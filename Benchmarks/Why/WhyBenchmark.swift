import DeltaLake
import Foundation
import MartletDomain
import Metadata
import Platform
import QueryEngine
import TestKit

/// A model that was trained here scores a month; its predictions are copied, batch by batch, under ids of their own,
/// until there are enough. Every copy replays like the row that it was copied from.
struct WhyBenchmark {
    let folder: URL
    let predictions: Int
    let batch: Int
    let questions: Int

    func run() async throws {
        let platform = try await Platform.open(Workspace(folder), creating: .open, durability: .normal)
        do {
            try await measure(platform)
        } catch {
            try? await platform.close()
            throw error
        }
        try await platform.close()
    }

    private func measure(_ platform: Platform) async throws {
        _ = try await Deliveries.train(platform)
        _ = try await platform.registry.transition(Deliveries.model, "1", to: .production, by: .anyone)
        let table = try TableName(Deliveries.predictions)
        let run = try await platform.scoring.scoreBatch(
            "models:/\(Deliveries.model)/Production", in: Deliveries.window(Deliveries.served), into: table, by: .anyone
        )
        let base = try await platform.datasets.snapshot(run.predictions).relation
        var ids: [String] = []
        let batches = max(1, predictions / batch)
        let copies = max(1, Int((Double(batch) / Double(max(1, run.rowCount))).rounded(.up)))
        for number in 0..<batches {
            var copy = run
            copy.id = String(format: "%012x", 0xA000_0000_0000 + number) + String(run.id.dropFirst(12))
            let prefix = copy.id.prefix(12)
            let sql = """
                SELECT * EXCLUDE (range)
                    REPLACE ('\(prefix)-' || printf('%08x', row_number() OVER () - 1) || '00000000' AS prediction_id)
                FROM \(base) CROSS JOIN range(0, \(copies)) LIMIT \(batch)
                """
            let written = try await platform.datasets.write(
                table, .append, selecting: sql, operation: .predictions, runID: copy.id, by: .anyone)
            copy.predictions = written.table
            try await record(copy, platform)
            ids.append("\(prefix)-\(String(format: "%08x", Int.random(in: 0..<batch)))00000000")
        }
        print("\(batches * batch + Int(run.rowCount)) predictions in \(batches + 1) batches of one table")
        var times: [Duration] = []
        for question in 0..<questions {
            let id = ids[question % ids.count]
            let clock = ContinuousClock()
            var equal = false
            times.append(try await clock.measure { equal = try await platform.scoring.explain(id).isReplayed })
            guard equal else { throw InvalidRequest("\(id) did not replay.") }
        }
        times.sort()
        func seconds(_ share: Double) -> String {
            let place = min(times.count - 1, Int(Double(times.count) * share))
            return String(
                format: "%.3f s",
                Double(times[place].components.attoseconds) / 1e18 + Double(times[place].components.seconds))
        }
        print("why: median \(seconds(0.5)), 95 % \(seconds(0.95)), slowest \(seconds(1))")
    }

    private func record(_ run: ScoringRun, _ platform: Platform) async throws {
        let text = String(decoding: try JSONEncoder().encode(run), as: UTF8.self)
        try await platform.identity.store.change(AuditAction("benchmark", "record"), by: .anyone) { db in
            try db.execute(
                "INSERT INTO scoring_runs (id, model, model_version, window_start, window_end, predictions_table, "
                    + "predictions_version, scored_at, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(run.id), .text(run.model), .text(run.modelVersion), .integer(run.window.start),
                    .integer(run.window.end), .text(run.predictions.name.description),
                    .integer(run.predictions.version), .integer(run.scoredAt), .text(text),
                ])
        }
    }
}
