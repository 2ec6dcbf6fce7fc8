import AuditLog
import DeltaLake
import Foundation
import MartletDomain
import Metadata
import ModelRuntime
import Platform
import QueryEngine
import TestKit
import Testing

struct WhyTests {
    /// A workspace with a model in Production that has scored May, and its surest prediction.
    private func scored(
        _ body: (Platform, ScoringRun, PredictionExplanation) async throws -> Void
    ) async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            _ = try await platform.registry.transition(Deliveries.model, "1", to: .production, by: .anyone)
            let run = try await platform.scoring.scoreBatch(
                "models:/\(Deliveries.model)/Production", in: Deliveries.window(Deliveries.served),
                into: TableName(Deliveries.predictions), by: .anyone)
            let surest = try #require(
                try await platform.scoring.predictions(
                    in: TableName(Deliveries.predictions), Deliveries.window(Deliveries.served), limit: 1
                ).first)
            try await body(platform, run, try await platform.scoring.explain(surest.id))
        }
    }

    @Test func `An explanation has code, data, approvals, policy, places, parts and rows behind them`() async throws {
        try await scored { platform, run, why in
            #expect(why.replay == PredictionReplay(outcome: .equal, score: why.score))
            #expect(why.stage == .production)
            #expect(why.policyDigest == run.policyDigest && why.policyDigest?.count == 64 && why.policyText != nil)
            #expect(why.seal?.state == .intact && why.seal?.digest == run.artifactDigest)
            #expect(why.trainingContent?.rowCount == (try await platform.query("deliveries.training").rowCount).asInt64)
            #expect(why.scoring?.environment?.library.isEmpty == false)
            #expect(why.gaps.contains { $0.hasPrefix("the program") })
            for feature in why.features {
                let place = try #require(feature.reference, "\(feature.name)")
                #expect(feature.value == nil || (0...1).contains(place.quantile ?? -1), "\(feature.name): \(place)")
                #expect(feature.contribution != nil, "\(feature.name)")
            }
            let parts = try #require(why.contributions)
            #expect(abs(parts.sum - parts.margin) < 1e-4)
            let probability = 1 / (1 + exp(-parts.margin))
            #expect(abs(probability - (why.score ?? 0)) < 1e-5)
            let history = try #require(why.sourceRows.first { $0.view == "carrier_history v1" })
            #expect(history.rowCount > 10 && history.key.keys.sorted() == ["carrier"])
            #expect(history.latest.map { $0.microseconds <= why.asOf.microseconds } == true)
            #expect(history.newestRow?.file.hasSuffix(".parquet") == true)
        }
    }

    @Test func `A feature's place is counted as by hand`() async throws {
        try await scored { platform, _, why in
            let distance = try #require(why.features.first { $0.name == "distance" })
            let (place, value) = (try #require(distance.reference), try #require(distance.value))
            let rows = try await platform.query("deliveries.training")
            let all = try #require(rows["distance"]?.doubles).compactMap { $0 }
            #expect(place.rowCount == Int64(all.count))
            #expect(place.below == Double(all.count { $0 < value }) / Double(all.count))
            #expect(place.equal == Double(all.count { $0 == value }) / Double(all.count))
            #expect(place.least == all.min() && place.greatest == all.max())
        }
    }

    @Test func `The newest row behind a feature is where the explanation says`() async throws {
        try await scored { platform, run, why in
            let rows = try #require(why.sourceRows.first { $0.view == "carrier_history v1" })
            let place = try #require(rows.newestRow)
            let file = platform.workspace.tables.appending(path: "deliveries/deliveries/" + place.file)
            let found = try await platform.datasets.engine.withSession { session in
                try session.collect(
                    "SELECT carrier, epoch_us(ordered_at) AS at FROM read_parquet(\(quotedLiteral(file.path)), "
                        + "file_row_number = true) WHERE file_row_number = \(place.row)")
            }
            #expect(found["carrier"]?.strings?.first == rows.key["carrier"])
            #expect((found["at"]?.longs?.first ?? nil) == rows.latest?.microseconds)
        }
    }

    @Test func `A replaced model file is named, and the rest is told all the same`() async throws {
        try await scored { platform, run, why in
            let version = try await platform.registry.version(ModelVersion.ID(name: Deliveries.model, version: 1))
            let folder = try platform.artifacts.localURL(try #require(version.artifactPath))
            let file = folder.appending(path: "model.ubj")
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: file)
            let again = try await platform.scoring.explain(why.predictionID)
            #expect(again.replay.outcome == .impossible && again.replay.score == nil)
            #expect(again.replay.causes.map(\.kind) == [.replacedFile])
            #expect(again.replay.causes.first?.words.contains("model.ubj was changed") == true)
            #expect(again.seal?.state == .broken && again.contributions == nil)
            #expect(
                again.trainingSet == why.trainingSet && Set(again.features.map(\.name)) == Set(why.features.map(\.name))
            )
            #expect(again.features.allSatisfy { $0.reference != nil })
        }
    }

    @Test func `A table version whose files are gone is the cause that is named`() async throws {
        try await scored { platform, run, why in
            let table = platform.workspace.tables.appending(path: "deliveries/carriers")
            for name in try FileManager.default.contentsOfDirectory(atPath: table.path) where name.hasSuffix(".parquet")
            {
                try FileManager.default.removeItem(at: table.appending(path: name))
            }
            let again = try await platform.scoring.explain(why.predictionID)
            #expect(again.replay.outcome == .impossible)
            #expect(again.replay.causes.map(\.kind) == [.vacuumedVersion])
            #expect(again.replay.causes.first?.words.contains("deliveries") == true)
            #expect(again.contributions?.margin == why.contributions?.margin)
        }
    }

    @Test func `A declaration that was rewritten is the cause that is named`() async throws {
        try await scored { platform, run, why in
            let (hash, other) = (run.recipe.featureSet, Deliveries.features.replacing("P30D", with: "P7D"))
            try await platform.identity.store.change(AuditAction("test", "tamper", [:]), by: .anyone) { db in
                _ = try db.execute(
                    "UPDATE feature_sets SET definition = ? WHERE hash = ?", [.text(other), .text(hash)])
            }
            let again = try await platform.scoring.explain(why.predictionID)
            #expect(again.replay.outcome == .impossible && again.replay.causes.map(\.kind) == [.driftedView])
        }
    }

    @Test func `Another library is the cause when the bits differ`() async throws {
        try await scored { platform, run, why in
            // The stored score is another, and so was the library, as if that had made it.
            var old = run
            old.environment = ScoringEnvironment(library: "1.0.0", engine: "x", processor: "y")
            let text = String(decoding: try JSONEncoder().encode(old), as: UTF8.self)
            try await platform.identity.store.change(AuditAction("test", "tamper", [:]), by: .anyone) { db in
                _ = try db.execute("UPDATE scoring_runs SET record = ? WHERE id = ?", [.text(text), .text(run.id)])
            }
            #expect(try await platform.scoring.explain(why.predictionID).replay.outcome == .equal)
            try await nudge(platform, run)
            let again = try await platform.scoring.explain(why.predictionID)
            #expect(again.replay.outcome == .differs && again.replay.differences.count == 1)
            #expect(again.replay.causes.allSatisfy { $0.kind == .changedLibrary } && again.replay.causes.count == 3)
        }
    }

    /// Writes other scores into the file of a commit, in its place.
    private func nudge(_ platform: Platform, _ run: ScoringRun) async throws {
        let snapshot = try await platform.datasets.snapshot(run.predictions)
        let path = try #require(snapshot.files.first?.path)
        try await platform.datasets.engine.withSession { session in
            try session.execute(
                "CREATE TEMP TABLE nudged AS SELECT * REPLACE (score + 0.001 AS score) FROM read_parquet(\(quotedLiteral(path)))"
            )
            // Larger than before at any rate, since a shorter file is refused.
            try session.execute("COPY nudged TO \(quotedLiteral(path)) (FORMAT parquet, COMPRESSION uncompressed)")
        }
    }

    @Test func `Ids of one batch ascend with its rows, and each finds its own row`() async throws {
        try await scored { platform, run, why in
            let rows = try await platform.query(Deliveries.predictions, "SELECT prediction_id, score FROM rows")
            let ids = try #require(rows["prediction_id"]?.strings).compactMap { $0 }
            #expect(ids == ids.sorted() && Set(ids).count == ids.count)
            let scores = try #require(rows["score"]?.doubles)
            for row in [0, ids.count / 2, ids.count - 1] {
                #expect(try await platform.scoring.explain(ids[row]).score == scores[row])
            }
            // Also when the files were arranged otherwise since.
            _ = try await platform.datasets.optimize(TableName(Deliveries.predictions), by: .anyone)
            #expect(try await platform.scoring.explain(ids[7]).isReplayed)
        }
    }

    @Test func `The page holds everything as JSON and loads nothing`() async throws {
        try await scored { _, _, why in
            let page = whyPage(why)
            #expect(page.contains("default-src 'none'") && !page.contains("src=") && !page.contains("href="))
            let start = try #require(page.range(of: "id=\"why\">")?.upperBound)
            let end = try #require(page.range(of: "</script>", range: start..<page.endIndex)?.lowerBound)
            let decoded = try JSONDecoder().decode(PredictionExplanation.self, from: Data(page[start..<end].utf8))
            #expect(decoded == why)
        }
    }
}

extension Int {
    fileprivate var asInt64: Int64 { Int64(self) }
}
