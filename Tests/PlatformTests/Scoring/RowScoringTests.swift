import AuditLog
import DeltaLake
import Foundation
import MartletDomain
import Metadata
import Platform
import QueryEngine
import TestKit
import Testing

struct RowScoringTests {
    private static let uri = "models:/\(Deliveries.model)@champion"
    private static let may = """
        SELECT id, carrier, ordered_at, distance FROM rows
        WHERE ordered_at >= '2024-05-01 00:00:00+00' AND ordered_at < '2024-06-01 00:00:00+00' ORDER BY id DESC
        """

    private func request(
        _ rows: FeatureRows? = nil, featuresOnly: Bool = false, because reason: String? = nil
    ) throws -> RowScoringRequest {
        RowScoringRequest(
            modelURI: Self.uri,
            rows: try rows ?? .query(Self.may, inputs: ["rows": TableName(Deliveries.deliveries)], versions: [:]),
            isFeaturesOnly: featuresOnly, driftReason: reason)
    }

    /// Trains version 1 and lets callers find it.
    private func serve(_ platform: Platform) async throws {
        _ = try await Deliveries.train(platform)
        try await platform.registry.setAlias("champion", of: Deliveries.model, to: "1", by: .anyone)
    }

    /// The scored rows, in their order.
    private func score(
        _ platform: Platform, _ request: RowScoringRequest
    ) async throws -> (scoring: RowScoring, rows: RecordBatch) {
        let (scoring, file) = try await platform.scoring.scoreRows(request, by: .anyone)
        defer { try? FileManager.default.removeItem(at: file) }
        let rows = try await platform.datasets.engine.withSession {
            try $0.collect("SELECT * FROM read_parquet(\(quotedLiteral(file.path)))")
        }
        return (scoring, rows)
    }

    @Test func `A model that was trained here scores rows by its packed features as it scores a span by its recipe`()
        async throws
    {
        try await withWorkspace { platform in
            try await serve(platform)
            let run = try await platform.scoring.scoreBatch(
                Self.uri, in: Deliveries.window(Deliveries.served), into: TableName(Deliveries.predictions), by: .anyone
            )
            let (scoring, rows) = try await score(platform, request())
            #expect(scoring.rowCount == run.rowCount && scoring.drift == [] && scoring.overridden == [])
            #expect(rows.columns.prefix(4).map(\.name) == ["id", "carrier", "ordered_at", "distance"])
            #expect(rows.columns.last?.name == "prediction")
            let expected = try await platform.query(
                Deliveries.predictions, "SELECT id, score, carrier_late_rate_30d FROM rows ORDER BY id DESC")
            #expect(rows["id"]?.longs == expected["id"]?.longs)
            #expect(rows["prediction"]?.doubles == expected["score"]?.doubles)
            #expect(
                rows["carrier_late_rate_30d"]?.doubles?.map(\.bitPattern)
                    == expected["carrier_late_rate_30d"]?.doubles?.map(\.bitPattern))
            #expect(try await platform.scoring.rowScoring(scoring.id) == scoring)
            let again = try await score(platform, request())
            #expect(again.scoring.contentHash == scoring.contentHash && again.scoring.id != scoring.id)
        }
    }

    @Test func `A caller's column stands in for a feature, nulls included, and that is kept`() async throws {
        try await withWorkspace { platform in
            try await serve(platform)
            let sql = """
                SELECT id, carrier, ordered_at, distance, CASE WHEN id % 2 = 0 THEN 5 END AS carrier_age_years FROM rows
                WHERE id < 10 ORDER BY id
                """
            let given = FeatureRows.query(sql, inputs: ["rows": try TableName(Deliveries.deliveries)], versions: [:])
            let (scoring, rows) = try await score(platform, request(given, featuresOnly: true))
            #expect(scoring.overridden == ["carrier_age_years"] && scoring.isFeaturesOnly)
            let ages = try #require(rows["carrier_age_years"])
            #expect((0..<10).map { ages.isNull(at: $0) } == (0..<10).map { $0 % 2 == 1 })
            #expect(rows.columns.map(\.name).contains("prediction") == false)
        }
    }

    @Test func `A changed view stops the model, by name, both hashes and what to do, unless somebody says why not`()
        async throws
    {
        try await withWorkspace { platform in
            try await serve(platform)
            let before = try await score(platform, request())
            let changed = Deliveries.features
                .replacing(
                    "feature_view: carrier_history\n    version: 1",
                    with: "feature_view: carrier_history\n    version: 2"
                )
                .replacing("P30D", with: "P60D")
            #expect(changed.contains("version: 2"))
            _ = try await platform.features.apply(changed, named: "later", by: .anyone)
            let error = await #expect(throws: PackedFeaturesError.self) { try await score(platform, request()) }
            guard case .viewsChanged(_, _, let drift) = error, let only = drift.first else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(drift.count == 1 && only.packed.version == 1 && only.current?.version == 2)
            let message = error?.message ?? ""
            #expect(message.contains(only.packed.hash) && message.contains(only.current?.hash ?? "?"))
            #expect(message.contains("--allow-drift"))
            await #expect(throws: PackedFeaturesError.reasonMissing) {
                try await score(platform, request(because: " "))
            }
            let after = try await score(platform, request(because: "the new view is not signed yet"))
            #expect(after.scoring.driftReason == "the new view is not signed yet" && after.scoring.drift == drift)
            #expect(after.scoring.warnings.contains { $0.contains("packed definition") })
            #expect(after.scoring.contentHash == before.scoring.contentHash)
            let entries = try await platform.audit.entries(from: 0, limit: 1_000).map { $0.entry }
                .filter { $0.actionName == "score_rows" }
            #expect(entries.map { $0.response.statusCode < 400 } == [true, false, true])
        }
    }

    @Test func `Rows are appended to a table with what they were computed from`() async throws {
        try await withWorkspace { platform in
            try await serve(platform)
            let table = try TableName("deliveries.scored")
            let scoring = try await platform.scoring.scoreRows(request(), into: table, by: .anyone)
            #expect(scoring.predictions == TableReference(table, version: 0))
            let version = try #require(try await platform.datasets.history(table).first)
            #expect(version.operation == .predictions && version.rowCount == scoring.rowCount)
            #expect(Set(scoring.sources.values).isSubset(of: version.inputs))
        }
    }

    @Test func `The same rows scored again into a table are not appended twice, also after a crash in between`()
        async throws
    {
        try await withWorkspace { platform in
            try await serve(platform)
            let table = try TableName("deliveries.scored")
            let first = try await platform.scoring.scoreRows(request(), into: table, by: .anyone)
            #expect(try await platform.scoring.scoreRows(request(), into: table, by: .anyone) == first)
            try await platform.identity.store.change(AuditAction("test", "forget", [:]), by: .anyone) { db in
                _ = try db.execute("DELETE FROM row_scorings", [])
            }
            let again = try await platform.scoring.scoreRows(request(), into: table, by: .anyone)
            #expect(again.id == first.id && again.predictions == first.predictions)
            #expect(try await platform.datasets.history(table).count == 1)
            let few = FeatureRows.query(
                Self.may + " LIMIT 5", inputs: ["rows": try TableName(Deliveries.deliveries)], versions: [:])
            let other = try await platform.scoring.scoreRows(request(few), into: table, by: .anyone)
            #expect(other.id != first.id && other.rowCount == 5)
            #expect(try await platform.datasets.history(table).count == 2)
        }
    }

    @Test func `Everything that the rows lack is told at once, and a number of a version scores nothing`() async throws
    {
        try await withWorkspace { platform in
            try await serve(platform)
            let poor = FeatureRows.query(
                "SELECT id, 1.5 AS prediction FROM rows", inputs: ["rows": try TableName(Deliveries.deliveries)],
                versions: [:])
            let error = await #expect(throws: FeatureError.self) { try await score(platform, request(poor)) }
            let codes = Set(error?.issues.map(\.code) ?? [])
            #expect(codes == [.duplicateName, .missingColumn])
            let text = error?.message ?? ""
            for name in ["distance", "carrier", "ordered_at", "prediction"] { #expect(text.contains(name), "\(name)") }
            var pinned = try request()
            pinned.modelURI = "models:/\(Deliveries.model)/1"
            await #expect(throws: ScoringError.notInService(pinned.modelURI)) { try await score(platform, pinned) }
        }
    }

    @Test func `A file that is not what its own hashes say is not registered`() async throws {
        try await withWorkspace { platform in
            try await serve(platform)
            let version = try await platform.registry.version(.init(name: Deliveries.model, version: 1))
            let folder = try platform.artifacts.localURL(try #require(version.artifactPath))
            let text = try String(contentsOf: folder.appending(path: PackedFeatures.fileName), encoding: .utf8)
            let copy = FileManager.default.temporaryDirectory.appending(path: "packed-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: copy) }
            let file = copy.appending(path: PackedFeatures.fileName)
            #expect(try PackedFeatures(in: copy, of: "nothing") == nil)
            try Data(text.utf8).write(to: file)
            let packed = try #require(try PackedFeatures(in: copy, of: "whole"))
            #expect(try packed.fileText == text)
            #expect(try await platform.registry.packedFeatures(of: version.id) == packed.summary)
            var damaged = [
                text.replacing("P30D", with: "P31D"), text.replacing("carrier_age_years", with: "carrier_years"),
                text.replacing("\"martlet_features\":1", with: "\"martlet_features\":2"), "", "[]", "{}", "null",
                text.replacing(packed.planHash, with: String(packed.planHash.reversed())),
            ]
            damaged += stride(from: 1, to: text.count, by: 97).map { String(text.prefix($0)) }
            for (number, text) in damaged.enumerated() {
                try Data(text.utf8).write(to: file)
                #expect(throws: PackedFeaturesError.self, "damage \(number)") {
                    try PackedFeatures(in: copy, of: "damaged")
                }
            }
        }
    }

    @Test func `Each row of an answer can be asked why, before and after it moved to its table`() async throws {
        try await withWorkspace { platform in
            try await serve(platform)
            let (scoring, rows) = try await score(platform, request())
            for _ in 0..<2 {
                for row in [0, 17, rows.rowCount - 1] {
                    let why = try await platform.scoring.explain(scoring.predictionID(row: Int64(row)))
                    #expect(why.replay.outcome == .equal, "\(why.replay)")
                    #expect(why.score == (rows["prediction"]?.doubles?[row] ?? nil))
                    #expect(why.key["id"] == (rows["id"]?.longs?[row] ?? nil).map { "\($0)" })
                    #expect(why.rowScoring == scoring && why.scoring == nil && why.work.model == Deliveries.model)
                    #expect(why.contributions.map { abs($0.sum - $0.margin) < 1e-4 } == true)
                    #expect(
                        why.features.contains { $0.name == "carrier_late_rate_30d" && $0.view == "carrier_history v1" })
                }
                let moved = try await platform.scoring.writeLoggedPredictions()
                #expect(moved == rows.rowCount || moved == 0)
            }
            let table = try Scoring.logTable(of: Deliveries.model)
            let logged = try await platform.query("\(table)")
            #expect(logged.rowCount == rows.rowCount)
            #expect(logged["prediction_id"]?.strings?.first == scoring.predictionID(row: 0))
            await #expect(throws: ScoringError.self) {
                try await platform.scoring.explain(scoring.predictionID(row: Int64(rows.rowCount)))
            }
        }
    }

    @Test func `Rows that were appended to a table, and features without a score, can be asked why, too`() async throws
    {
        try await withWorkspace { platform in
            try await serve(platform)
            let into = try await platform.scoring.scoreRows(
                request(), into: TableName("deliveries.row_predictions"), by: .anyone)
            let rows = try await platform.query("deliveries.row_predictions")
            let why = try await platform.scoring.explain(into.predictionID(row: 5))
            #expect(why.replay.outcome == .equal && why.score == (rows["prediction"]?.doubles?[5] ?? nil))
            let (features, _) = try await score(platform, request(featuresOnly: true))
            let only = try await platform.scoring.explain(features.predictionID(row: 5))
            #expect(only.replay.outcome == .equal && only.score == nil && only.contributions == nil)
            #expect(only.gaps.contains { $0.contains("the model ran elsewhere") })
        }
    }

    @Test func `A change of the tables since an answer does not change why it was given`() async throws {
        try await withWorkspace { platform in
            try await serve(platform)
            let (scoring, _) = try await score(platform, request())
            try await platform.importText(Deliveries.deliveriesCSV(seed: 1), as: Deliveries.deliveries)
            try await platform.importText("carrier,founded\nA,1000\n", as: Deliveries.carriers)
            #expect(try await platform.scoring.explain(scoring.predictionID(row: 3)).replay.outcome == .equal)
        }
    }
}
