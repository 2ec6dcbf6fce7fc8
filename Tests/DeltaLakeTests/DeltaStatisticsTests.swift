import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaStatisticsTests {
    /// The statistics that the log has of a table of these rows.
    private func statistics(_ sql: String) async throws -> String {
        var found = ""
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: sql)
            let entry = try String(
                contentsOf: place.location.appendingPathComponent("_delta_log/00000000000000000000.json"),
                encoding: .utf8)
            struct Line: Decodable {
                struct Add: Decodable { var stats: String }
                var add: Add?
            }
            for line in entry.split(separator: "\n") {
                found = try JSONDecoder().decode(Line.self, from: Data(line.utf8)).add?.stats ?? found
            }
        }
        return found
    }

    @Test func `Bounds take in every row`() async throws {
        let text = try await statistics(
            """
            SELECT * FROM (VALUES
                (TIMESTAMPTZ '1969-12-31 23:59:59.999999+00', DATE '0001-01-01', 1.25::DECIMAL(5,2), 0::DOUBLE, true, repeat('é', 33)),
                (TIMESTAMPTZ '2024-02-29 00:00:00.000001+00', DATE '9999-12-31', -3::DECIMAL(5,2), 0::DOUBLE, true, repeat('é', 32))
            ) t(ts, d, x, z, b, s)
            """)
        let cut = String(repeating: "é", count: 32)
        #expect(
            text == """
                {"numRecords":2,"minValues":{"ts":"1969-12-31T23:59:59.999Z","d":"0001-01-01","x":-3.0,"z":-0.0,"b":true,\
                "s":"\(cut)"},"maxValues":{"ts":"2024-02-29T00:00:00.001Z","d":"9999-12-31","x":1.25,"z":0.0,"b":true,\
                "s":"\(cut)\u{10FFFF}"},"nullCount":{"ts":0,"d":0,"x":0,"z":0,"b":0,"s":0}}
                """)
    }

    @Test(arguments: [
        "'nan'::DOUBLE", "'nan'::FLOAT", "'infinity'::DOUBLE", "'\\x00'::BLOB", "12345678901234567890.5::DECIMAL(38,1)",
        "0.00001::DECIMAL(10,5)", "DATE '0001-01-01 (BC)'", "DATE 'infinity'", "TIMESTAMPTZ 'infinity'",
        "TIMESTAMPTZ '10000-01-01 00:00:00+00'", "repeat('a', 32) || chr(1114111) || 'b'",
    ])
    func `One value that has no safe bound takes the bounds of all columns away`(value: String) async throws {
        let text = try await statistics("SELECT 1 AS n, \(value) AS v UNION ALL SELECT NULL, NULL")
        #expect(text == #"{"numRecords":2,"nullCount":{"n":1,"v":1}}"#)
    }

    @Test func `A column of nulls has no bounds and leaves the others theirs`() async throws {
        let text = try await statistics("SELECT 1 AS n, NULL::VARCHAR AS v, NULL::BLOB AS w, NULL::DOUBLE AS x")
        #expect(
            text == """
                {"numRecords":1,"minValues":{"n":1},"maxValues":{"n":1},"nullCount":{"n":0,"v":1,"w":1,"x":1}}
                """)
    }
}
