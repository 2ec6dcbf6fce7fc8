import DeltaLake
import Foundation
import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

struct ServedScoringTests {
    private static let uri = "models:/\(Deliveries.model)@champion"
    private static let rows = PushedFrame(columns: [
        .init("carrier", [.string("A"), .string("D")]), .init("distance", [.long(20), .long(70)]),
        .init("order", [.string("first"), .string("second")]),
    ])

    /// Trains version 1, lets callers find it, and serves what it looks up.
    private func withServed(_ body: (Platform) async throws -> Void) async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            try await platform.registry.setAlias("champion", of: Deliveries.model, to: "1", by: .anyone)
            for view in ["carrier_history", "carrier"] { _ = try await platform.online.serve(view, by: .anyone) }
            try await body(platform)
        }
    }

    private func score(_ platform: Platform, _ rows: PushedFrame = rows, because: String? = nil) async throws
        -> ServedScores
    {
        try await platform.scoring.scoreServed(
            ServedScoringRequest(modelURI: Self.uri, rows: rows, driftReason: because), by: .anyone)
    }

    /// A late delivery of a carrier, ordered an hour ago.
    private func push(
        _ carrier: String, id: Int64, to destination: PushDestination = .both, _ platform: Platform
    ) async throws {
        let columns = try await platform.datasets.snapshot(TableName(Deliveries.deliveries)).schema.fields
        let before = Instant(microseconds: OnlineStore.now() - 3_600_000_000)
        let frame = PushedFrame(
            columns: columns.map { field in
                let cell: JSONCell =
                    switch field.name {
                    case "id": .long(id)
                    case "carrier": .string(carrier)
                    case "ordered_at", "known_at": .string(before.description)
                    default: field.type == .boolean ? .boolean(true) : .long(1)
                    }
                return .init(field.name, [cell])
            })
        _ = try await platform.online.push(frame, to: Deliveries.deliveries, destination, by: .anyone)
    }

    @Test func `Features from memory give the score that the tables give as of the same moment`() async throws {
        try await withServed { platform in
            let done = try await score(platform)
            let asOf = try #require(done.scoring.asOf)
            let sql = """
                SELECT * FROM (VALUES ('A', 20), ('D', 70)) AS t(carrier, distance),
                    (SELECT make_timestamptz(\(asOf)) AS ordered_at)
                """
            let (_, file) = try await platform.scoring.scoreRows(
                RowScoringRequest(
                    modelURI: Self.uri, rows: .query(sql, inputs: [:], versions: [:]), isFeaturesOnly: false,
                    driftReason: nil), by: .anyone)
            defer { try? FileManager.default.removeItem(at: file) }
            let rows = try await platform.datasets.engine.withSession {
                try $0.collect("SELECT * FROM read_parquet(\(quotedLiteral(file.path)))")
            }
            #expect(rows["prediction"]?.doubles == done.predictions)
            #expect(
                done.scoring.overridden == [] && done.scoring.served?.map(\.view) == ["carrier_history", "carrier"])
            #expect(done.statuses["carrier_late_rate_30d"]?.count == 2)
            #expect(done.statuses["carrier_age_years"] == [.present, .present])
        }
    }

    @Test func `A prediction is explained by what was in memory then, whatever was pushed and written since`()
        async throws
    {
        try await withServed { platform in
            let table = try TableName(Deliveries.deliveries)
            try await push("A", id: 90_001, platform)
            let first = try await score(platform)
            _ = try await platform.online.flush(table, by: .anyone)
            try await push("A", id: 90_002, platform)
            let second = try await score(platform)
            _ = try await platform.online.flush(table, by: .anyone)
            try await push("A", id: 90_003, platform)
            for round in 0..<3 {
                for (done, through) in [(first, 1), (second, 2)] {
                    for row in 0..<2 {
                        let why = try await platform.scoring.explain(done.scoring.predictionID(row: Int64(row)))
                        #expect(why.replay.outcome == .equal, "round \(round): \(why.replay)")
                        #expect(why.score == done.predictions[row] && why.asOf.microseconds == done.scoring.asOf)
                        #expect(why.key["order"] == ["first", "second"][row])
                        #expect(why.rowScoring?.served?.first?.reach.through(.both) == Int64(through))
                        #expect(why.sourceRows.map(\.view) == ["carrier_history v1", "carrier v1"])
                    }
                }
                _ = try await platform.online.flush(table, by: .anyone)
                _ = try await platform.scoring.writeLoggedPredictions()
            }
        }
    }

    @Test func `What is not served by the plan of the training is refused, and so is another time`() async throws {
        try await withServed { platform in
            var given = Self.rows
            given.columns.append(.init("ordered_at", [.string("2024-06-01T00:00:00Z"), .null]))
            await #expect(throws: FeatureError.self) { try await score(platform, given) }
            var odd = Self.rows
            odd.columns[1].cells[1] = .string("far")
            await #expect(throws: FeatureError.self) { try await score(platform, odd) }
            await #expect(throws: InvalidRequest.self) { try await score(platform, PushedFrame(columns: [])) }
            given.columns = [Self.rows.columns[1]]
            await #expect(throws: FeatureError.self) { try await score(platform, given) }

            _ = try await platform.online.stopServing("carrier", by: .anyone)
            await #expect(throws: NotServed.self) { try await score(platform) }
            // Who knows the feature may give it.
            given = Self.rows
            given.columns.append(.init("carrier_age_years", [.long(3), .null]))
            _ = try await platform.online.serve("carrier", by: .anyone)
            let own = try await score(platform, given)
            #expect(own.scoring.overridden == ["carrier_age_years"])
            #expect(own.statuses.keys.sorted() == ["carrier_deliveries_all", "carrier_late_rate_30d"])
            #expect(
                try await platform.scoring.explain(own.scoring.predictionID(row: 1)).replay.outcome == .equal)

            let changed = Deliveries.features
                .replacing(
                    "feature_view: carrier_history\n    version: 1",
                    with: "feature_view: carrier_history\n    version: 2"
                )
                .replacing("P30D", with: "P60D")
            _ = try await platform.features.apply(changed, named: "later", by: .anyone)
            await #expect(throws: PackedFeaturesError.self) { try await score(platform) }
            _ = try await score(platform, because: "the new view is not signed yet")
            _ = try await platform.online.serve("carrier_history", by: .anyone)
            await #expect(throws: ServedScoringError.self) {
                try await score(platform, because: "the new view is not signed yet")
            }
        }
    }

    @Test func `Where pushes came into the table together, the cause of a difference says so`() async throws {
        try await withServed { platform in
            try await push("A", id: 90_001, platform)
            let done = try await score(platform)
            try await push("A", id: 90_002, platform)
            let why = try await platform.scoring.explain(done.scoring.predictionID(row: 0))
            #expect(why.replay.outcome == .differs && why.score == done.predictions[0])
            #expect(why.replay.causes.map(\.kind) == [.vacuumedVersion])
            #expect(why.replay.causes.first?.words.contains("pushes came into it together") == true)
        }
    }

    @Test func `Rows that were pushed to memory alone are named as the cause`() async throws {
        try await withServed { platform in
            try await push("A", id: 90_001, to: .online, platform)
            let done = try await score(platform)
            let why = try await platform.scoring.explain(done.scoring.predictionID(row: 0))
            #expect(why.replay.outcome == .impossible && why.score == done.predictions[0])
            #expect(why.replay.causes.map(\.kind) == [.vacuumedVersion])
            #expect(why.replay.causes.first?.words.contains("memory alone") == true)
        }
    }
}
