import Foundation
import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

struct TrainingSetTests {
    /// Seven deliveries whose features can be told by hand.
    private static let deliveries = """
        id,carrier,ordered_at,known_at,distance,delay,late_number,late
        1,A,2024-01-01 00:00:00,2024-01-01 06:00:00,10,0,0,false
        2,A,2024-01-02 00:00:00,2024-01-02 06:00:00,20,30,1,true
        3,A,2024-01-02 03:00:00,2024-01-02 09:00:00,30,0,0,false
        4,A,2024-01-02 12:00:00,2024-01-09 12:00:00,40,30,1,true
        5,A,2024-01-10 00:00:00,2024-01-10 06:00:00,50,0,0,false
        6,B,2024-01-10 01:00:00,,60,,,
        7,B,2024-01-10 02:00:00,2024-01-10 06:00:00,70,0,0,false
        8,A,2024-02-05 00:00:00,2024-02-05 06:00:00,80,30,1,true

        """

    private func prepare(_ platform: Platform) async throws {
        try await platform.importText(Self.deliveries, as: Deliveries.deliveries)
        try await platform.importText(Deliveries.carriersCSV(), as: Deliveries.carriers)
        _ = try await platform.features.apply(Deliveries.features, named: "deliveries", by: .anyone)
    }

    private func build(
        _ platform: Platform, _ end: String = "2024-03-01", knownAt: String?
    ) async throws -> RecordBatch {
        let made = try await platform.features.trainingSet(
            Deliveries.recipe(), in: Deliveries.window(("2024-01-01", end)),
            knownAt: knownAt.map { try Instant($0).microseconds }, into: TableName("deliveries.set"), by: .anyone)
        #expect(made.operation == .trainingSet)
        #expect(made.inputs.map(\.name.description).sorted().contains(Deliveries.carriers))
        return try await platform.query("deliveries.set", "SELECT * FROM rows ORDER BY id")
    }

    @Test func `Each row has its features as they were known at its own time`() async throws {
        try await withWorkspace { platform in
            try await prepare(platform)
            let rows = try await build(platform, knownAt: "2024-03-01")
            // The sixth has no outcome.
            #expect(rows["id"]?.longs == [1, 2, 3, 4, 5, 7, 8])
            #expect(rows["carrier_deliveries_all"]?.longs == [0, 1, 1, 3, 4, 0, 5])
            // Of the second to know at the third's time there is nothing; the fourth is told a week late; on 5 February
            // only the fifth lies within thirty days.
            let rates = try #require(rows["carrier_late_rate_30d"])
            let known = (0..<7).map { rates.isNull(at: $0) ? nil : rates.doubles?[$0] }
            #expect(known == [nil, 0, 0, 1.0 / 3, 0.5, nil, 0])
            #expect(rows["carrier_age_years"]?.longs == [34, 34, 34, 34, 34, 27, 34])
            #expect(rows["carrier_founded"] == nil)
            #expect(rows["late"]?.booleans == [false, true, false, true, false, false, true])
        }
    }

    @Test func `An outcome that became known after the cut-off is left out`() async throws {
        try await withWorkspace { platform in
            try await prepare(platform)
            #expect(try await build(platform, knownAt: "2024-01-09")["id"]?.longs == [1, 2, 3])
            // To the microsecond.
            #expect(try await build(platform, knownAt: "2024-01-09T12:00:00Z")["id"]?.longs == [1, 2, 3, 4])
            #expect(try await build(platform, knownAt: "2024-01-09T11:59:59.999Z")["id"]?.longs == [1, 2, 3])
            #expect(try await build(platform, "2024-01-02", knownAt: nil)["id"]?.longs == [1])
            await #expect(throws: DatasetError.self) { try await build(platform, knownAt: "2024-01-01") }
            #expect(try await platform.datasets.history(TableName("deliveries.set")).count == 4)
        }
    }

    @Test func `Rows that arrive late change no feature of a time before they were known`() async throws {
        try await withWorkspace { platform in
            try await prepare(platform)
            let before = try await build(platform, knownAt: "2024-03-01")
            // It happened on 1 January and was told on 3 February.
            try await platform.importText(
                """
                id,carrier,ordered_at,known_at,distance,delay,late_number,late
                9,A,2024-01-01 00:00:00,2024-02-03 00:00:00,10,30,1,true

                """, as: Deliveries.deliveries, .append)
            let after = try await build(platform, knownAt: "2024-03-01")
            #expect(after["id"]?.longs == [1, 2, 3, 4, 5, 7, 8, 9])
            let counts = try #require(after["carrier_deliveries_all"]?.longs)
            #expect(Array(counts.prefix(6)) == before["carrier_deliveries_all"]?.longs.map { Array($0.prefix(6)) })
            #expect(counts[6] == 6)
        }
    }

    @Test func `A training set of other rows than its recipe names, or of a version that is not there, is refused`()
        async throws
    {
        try await withWorkspace { platform in
            try await prepare(platform)
            var recipe = try Deliveries.recipe()
            recipe.spineColumns = ["distance", "nothing"]
            let broken = recipe
            let error = await #expect(throws: DatasetError.self) {
                try await platform.features.trainingSet(
                    broken, in: Deliveries.window(("2024-01-01", "2024-03-01")), knownAt: nil,
                    into: TableName("deliveries.set"), by: .anyone)
            }
            #expect(error?.message.contains("nothing") == true)
            await #expect(throws: (any Error).self) {
                try await platform.features.trainingSet(
                    Deliveries.recipe(), at: 99, in: Deliveries.window(("2024-01-01", "2024-03-01")), knownAt: nil,
                    into: TableName("deliveries.set"), by: .anyone)
            }
            await #expect(throws: (any Error).self) {
                try await platform.features.trainingSet(
                    Deliveries.recipe("nobody declared this"), in: Deliveries.window(("2024-01-01", "2024-03-01")),
                    knownAt: nil, into: TableName("deliveries.set"), by: .anyone)
            }
            #expect(
                try await platform.datasets.names().map(\.description) == [Deliveries.carriers, Deliveries.deliveries])
        }
    }
}
