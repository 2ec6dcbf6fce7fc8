import Foundation
import HTTPTypes
import Martlet
import MartletAPI
import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

/// A table of awards, a view over it, and requests to what is served.
enum Awards {
    static let table = "procurement.awards"

    static let view = """
        feature_view: vendor_performance
        version: 1
        source: {table: procurement.awards, entity: [uei], event_time: ended_at, available_at: loaded_at, tie_break: n}
        join: [recipient_uei]
        features:
          awards_12m: {count: "*", window: {rolling: P12M}}
          cost_12m: {sum: cost, window: {rolling: P12M}}
          mean_cost: {avg: cost, window: {lifetime: true}}
          late_12m: {count: "*", window: {rolling: P12M}, where: "on_time = 0"}
          late_rate: {ratio: [late_12m, awards_12m]}
          awards_all: {count: "*", window: {lifetime: true}, where: "on_time = 1"}
          last_agency: {latest: agency}
          fresh_agency: {latest: agency, lookback: P30D}
        """

    static let rows = """
        uei,n,cost,on_time,agency,ended_at,loaded_at
        A,1,10.5,1,GSA,2024-01-10T00:00:00Z,2024-01-11T00:00:00Z
        A,2,0.1,0,DOD,2024-02-10T00:00:00Z,2024-02-11T00:00:00Z
        A,3,,0,,2024-03-10T00:00:00Z,2024-03-20T00:00:00Z
        B,4,7,1,NASA,2024-03-01T00:00:00Z,2024-03-02T00:00:00Z
        """

    static func prepare(_ server: TestServer, serve: Bool = true) async throws {
        try await server.platform.importText(rows + "\n", as: table)
        _ = try await server.platform.features.apply(view, named: "vendors", by: .anyone)
        if serve { _ = try await server.martlet("features/serve", ["name": "vendor_performance"]) }
    }

    static func get(_ server: TestServer, _ keys: [JSON], at time: String? = nil) async throws -> JSON {
        var body: [String: JSON] = [
            "features": ["vendor_performance"], "columns": .object(["recipient_uei": .list(keys)]),
        ]
        if let time { body["at"] = .text(time) }
        return try await server.martlet("features/get-online", .object(body)).json["columns"]
    }

    static func row(_ n: Int, _ uei: String = "A", cost: Double = 1, at time: String) -> JSON {
        [
            "uei": .list([.text(uei)]), "n": .list([.number(Double(n))]), "cost": .list([.number(cost)]),
            "on_time": [1], "agency": ["NSF"], "ended_at": .list([.text(time)]),
        ]
    }
}

@Suite struct OnlineFeatureTests {
    @Test func `Values come as of a time, with their status and the time of their row`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let found = try await Awards.get(server, ["A", "B", "nobody"], at: "2024-03-15T00:00:00Z")
            // The third award of A was not known yet.
            #expect(found["awards_12m"]["values"] == [2, 1, 0])
            #expect(found["awards_12m"]["statuses"] == ["present", "present", "missing"])
            #expect(found["cost_12m"]["values"] == .list([.number(10.6), 7, .null]))
            #expect(found["late_rate"]["values"] == .list([.number(0.5), 0, .null]))
            #expect(found["last_agency"]["values"] == ["DOD", "NASA", .null])
            #expect(found["fresh_agency"]["statuses"] == ["expired", "present", "missing"])
            #expect(found["last_agency"]["event_times"] == ["2024-02-10T00:00:00Z", "2024-03-01T00:00:00Z", .null])
            let later = try await Awards.get(server, ["A"], at: "2024-03-21T00:00:00Z")
            #expect(later["last_agency"]["statuses"] == ["null"])
            #expect(later["awards_12m"]["values"] == [3])
            #expect(later["awards_12m"]["version"].text.count == 12)
        }
    }

    @Test func `What is not known by then is missing, in a window and in a formula, and a formula has its rows' time`()
        async throws
    {
        try await withServer { server in
            try await Awards.prepare(server)
            let before = try await Awards.get(server, ["A", "B", "nobody"], at: "2024-01-10T12:00:00Z")
            for name in ["awards_12m", "cost_12m", "late_rate", "last_agency"] {
                #expect(before[name]["statuses"] == ["missing", "missing", "missing"], "\(name)")
            }
            let later = try await Awards.get(server, ["A", "B", "nobody"], at: "2026-03-15T00:00:00Z")
            #expect(later["awards_12m"]["statuses"] == ["present", "present", "missing"])
            #expect(later["cost_12m"]["statuses"] == ["null", "null", "missing"])
            #expect(later["late_rate"]["statuses"] == ["null", "null", "missing"])
            let found = try await Awards.get(server, ["A"], at: "2024-03-15T00:00:00Z")
            #expect(found["late_rate"]["event_times"] == ["2024-02-10T00:00:00Z"])
        }
    }

    @Test func `The answer has Feast's shape: one result for each column, keys first`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let body: JSON = [
                "features": ["vendor_performance:last_agency", "vendor_performance:awards_12m"],
                "entities": ["recipient_uei": ["B", "nobody"]],
            ]
            let (status, json) = try await server.ask(.post, "/get-online-features", json: body)
            #expect(status == 200)
            #expect(json["metadata"]["feature_names"] == ["recipient_uei", "last_agency", "awards_12m"])
            #expect(json["results"].elements.count == 3)
            #expect(json["results"].elements[0]["values"] == ["B", "nobody"])
            #expect(json["results"].elements[1]["values"] == ["NASA", .null])
            #expect(json["results"].elements[1]["statuses"] == ["PRESENT", "NOT_FOUND"])
            #expect(
                json["results"].elements[1]["event_timestamps"] == ["2024-03-01T00:00:00Z", "1970-01-01T00:00:00Z"])

            let full: JSON = [
                "feature_service": "vendors", "entities": ["recipient_uei": ["B"]], "full_feature_names": .bool(true),
            ]
            let named = try await server.ask(.post, "/get-online-features", json: full).json
            #expect(named["metadata"]["feature_names"].elements.contains("vendor_performance__last_agency"))
        }
    }

    @Test func `A body that does not say that it is JSON gets 422, and so does one that lacks a key`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let body = #"{"features": ["vendor_performance"], "entities": {"uei": ["A"]}}"#
            let plain = try await server.ask(
                .post, "/get-online-features", body: Data(body.utf8), headers: [.contentType: "text/plain"])
            #expect(plain.status == 422)
            let wrong = try await server.ask(.post, "/get-online-features", body: Data(body.utf8))
            #expect(wrong.status == 422)
            #expect(wrong.text.contains("recipient_uei"))
            let unknown = try await server.ask(
                .post, "/get-online-features",
                body: Data(#"{"features": ["nothing"], "entities": {"uei": ["A"]}}"#.utf8))
            #expect(unknown.status == 404)
        }
    }

    @Test func `Rows asked for one by one are answered one by one`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let rows = try await server.client().onlineFeatures(
                ["vendor_performance:awards_12m", "vendor_performance:last_agency"],
                for: [["recipient_uei": .string("B")], ["recipient_uei": .null]],
                at: Instant("2024-03-15"))
            #expect(rows.count == 2)
            #expect(rows[0]["last_agency"]?.value == .string("NASA"))
            #expect(rows[0]["awards_12m"]?.value == .long(1))
            #expect(rows[1]["last_agency"]?.status == .missing)
        }
    }

    @Test func `What will be is not asked for`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let body: JSON = [
                "features": ["vendor_performance"], "columns": ["recipient_uei": ["A"]],
                "at": "2999-01-01T00:00:00Z",
            ]
            #expect(try await server.martlet("features/get-online", body).status == 400)
        }
    }

    @Test func `A push counts in every later answer, and gets into the table once`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let now = Instant(microseconds: OnlineStore.now() - 60_000_000).description
            let push: JSON = ["source": "vendor_performance", "columns": Awards.row(100, "C", cost: 5, at: now)]
            let (status, receipt) = try await server.martlet("features/push", push)
            #expect(status == 200)
            #expect(receipt["sequence"] == 1)
            #expect(try await Awards.get(server, ["C"])["cost_12m"]["values"] == [5])
            // Not in the table yet; then once, however often it is asked for.
            #expect(try await server.platform.query(Awards.table).rowCount == 4)
            for _ in 0..<3 {
                let answer = try await server.martlet("features/materialize-online", ["name": "vendor_performance"])
                #expect(answer.json["rows_added"] == 0)
                #expect(answer.json["pending_rows"] == 0)
            }
            #expect(try await server.platform.query(Awards.table).rowCount == 5)
            #expect(try await Awards.get(server, ["C"])["cost_12m"]["values"] == [5])
            let full = try await server.martlet(
                "features/materialize-online", ["name": "vendor_performance", "full": .bool(true)])
            #expect(full.json["rebuilt"] == .bool(true))
            #expect(try await Awards.get(server, ["C"])["cost_12m"]["values"] == [5])
        }
    }

    @Test func `A push with faults is refused with all of them, and nothing of it is taken`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let push: JSON = [
                "push_source_name": "vendor_performance",
                "df": [
                    "uei": ["D", .null], "n": [1, 2], "cost": ["much", 3], "nonsense": [1, 2],
                    "agency": ["GSA", "GSA"],
                ],
            ]
            let (status, json) = try await server.ask(.post, "/push", json: push)
            #expect(status == 422)
            for word in ["null_key", "type_mismatch", "'nonsense'", "'ended_at'", "row 2", "row 1"] {
                #expect(json["message"].text.contains(word), "\(word)")
            }
            #expect(try await Awards.get(server, ["D"])["awards_12m"]["values"] == [0])
        }
    }

    @Test func `Feast's push goes to memory alone unless it says otherwise`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let now = Instant(microseconds: OnlineStore.now() - 60_000_000).description
            let push: JSON = ["push_source_name": "vendor_performance", "df": Awards.row(7, "E", at: now)]
            let answer = try await server.ask(
                .post, "/push", body: try push.data())
            #expect(answer.status == 200)
            #expect(answer.text == "null")
            #expect(try await Awards.get(server, ["E"])["awards_12m"]["values"] == [1])
            let body: JSON = ["end_ts": "2024-01-01T00:00:00"]
            #expect(try await server.ask(.post, "/materialize-incremental", json: body).status == 200)
            #expect(try await Awards.get(server, ["E"])["awards_12m"]["values"] == [1])
            #expect(try await server.platform.query(Awards.table).rowCount == 4)
        }
    }

    @Test func `Late rows are taken in whatever their event time, and once`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            try await server.platform.importText(
                "uei,n,cost,on_time,agency,ended_at,loaded_at\n"
                    + "B,9,3,1,DOE,2024-02-01T00:00:00Z,2024-06-01T00:00:00Z\n", as: Awards.table, .append)
            for expected in [1, 0] {
                let answer = try await server.martlet("features/materialize-online", ["name": "vendor_performance"])
                #expect(answer.json["rows_added"] == .number(Double(expected)))
            }
            #expect(try await Awards.get(server, ["B"], at: "2024-05-01T00:00:00Z")["cost_12m"]["values"] == [7])
            #expect(try await Awards.get(server, ["B"], at: "2024-06-02T00:00:00Z")["cost_12m"]["values"] == [10])
            // Rows that went make it compute anew.
            try await server.platform.importText(Awards.rows + "\n", as: Awards.table, .overwrite)
            let answer = try await server.martlet("features/materialize-online", ["name": "vendor_performance"])
            #expect(answer.json["rebuilt"] == .bool(true))
            #expect(try await Awards.get(server, ["B"], at: "2024-06-02T00:00:00Z")["cost_12m"]["values"] == [7])
        }
    }

    @Test func `What stops being served is not answered for`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            #expect(try await server.martlet("features/served", [:]).json["features"].elements.count == 1)
            _ = try await server.martlet("features/serve", ["name": "vendor_performance", "off": .bool(true)])
            let body: JSON = ["features": ["vendor_performance"], "columns": ["recipient_uei": ["A"]]]
            #expect(try await server.martlet("features/get-online", body).status == 404)
        }
    }

    @Test func `A feature table answers with the newest row of each key, and a push takes a row's place`() async throws
    {
        try await withServer { server in
            let csv = "vendor,day,score\nA,2024-01-01T00:00:00Z,1\nA,2024-02-01T00:00:00Z,2\nB,2024-01-01T00:00:00Z,3\n"
            try await server.platform.importText(csv, as: "main.risk.scores")
            let made = try await server.martlet(
                "features/tables/register",
                ["table": ["name": "main.risk.scores", "primary_keys": ["vendor"], "time_keys": ["day"]]])
            #expect(made.status == 200, "\(made.json)")
            #expect(try await server.martlet("features/serve", ["name": "risk.scores"]).status == 200)
            func score() async throws -> JSON {
                try await server.martlet(
                    "features/get-online", ["features": ["risk.scores"], "columns": ["vendor": ["A", "B"]]]
                ).json["columns"]["score"]["values"]
            }
            #expect(try await score() == [2, 3])
            let push: JSON = [
                "source": "risk.scores",
                "columns": ["vendor": ["A"], "day": ["2024-02-01T00:00:00Z"], "score": [20]],
            ]
            #expect(try await server.martlet("features/push", push).status == 200)
            #expect(try await score() == [20, 3])
            _ = try await server.martlet("features/materialize-online", ["name": "risk.scores"])
            #expect(try await score() == [20, 3])
            #expect(try await server.platform.query("main.risk.scores").rowCount == 3)
            _ = try await server.martlet("features/materialize-online", ["name": "risk.scores", "full": .bool(true)])
            #expect(try await score() == [20, 3])
        }
    }
}
