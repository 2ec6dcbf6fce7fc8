import Foundation
import HTTPTypes
import Martlet
import MartletDomain
import Metadata
import Platform
import QueryEngine
import TestKit
import Testing

/// A feature table of scores, and requests to it.
enum Scores {
    static let table = "main.risk.scores"
    static let rows = "vendor,day,score\nA,2024-01-01T00:00:00Z,1\nA,2024-02-01T00:00:00Z,2\nB,2024-01-01T00:00:00Z,3\n"

    /// - Parameter keys: What it is registered with besides its name.
    static func prepare(
        _ server: TestServer, _ csv: String = rows, serve: Bool = true,
        _ keys: [String: JSON] = ["primary_keys": ["vendor"], "time_keys": ["day"]]
    ) async throws {
        try await server.platform.importText(csv, as: table)
        var declaration = keys
        declaration["name"] = .text(table)
        let made = try await server.martlet("features/tables/register", ["table": .object(declaration)])
        #expect(made.status == 200, "\(made.json)")
        if serve { #expect(try await server.martlet("features/serve", ["name": .text(table)]).status == 200) }
    }

    static func get(_ server: TestServer, _ column: String = "score", _ keys: JSON = ["A", "B"]) async throws -> JSON {
        try await server.martlet("features/get-online", ["features": [.text(table)], "columns": ["vendor": keys]])
            .json["columns"][column]["values"]
    }

    static func push(_ server: TestServer, _ columns: JSON, id: String? = nil) async throws -> (Int, JSON) {
        var body: [String: JSON] = ["source": .text(table), "columns": columns]
        if let id { body["id"] = .text(id) }
        return try await server.martlet("features/push", .object(body))
    }

    static func row(_ vendor: String, _ day: String, _ score: Int) -> JSON {
        [
            "vendor": .list([.text(vendor)]), "day": .list([.text("\(day)T00:00:00Z")]),
            "score": .list([.number(Double(score))]),
        ]
    }

    static func write(_ server: TestServer, _ vendor: String, _ day: String, _ score: Int) async throws {
        _ = try await server.platform.features.writeTable(
            TableName(table),
            .query(
                "SELECT '\(vendor)' AS vendor, TIMESTAMPTZ '\(day) 00:00:00+00' AS day, \(score)::BIGINT AS score",
                inputs: [:], versions: [:]), .merge, by: .anyone)
    }

    static func materialize(_ server: TestServer, _ name: String = table, full: Bool = false) async throws -> JSON {
        let (status, json) = try await server.martlet(
            "features/materialize-online", ["name": .text(name), "full": .bool(full)])
        #expect(status == 200, "\(json)")
        return json
    }
}

@Suite struct PushTests {
    static let earlier = "2024-03-01T00:00:00Z"

    // MARK: What does not fit

    @Test func `A push without a part of the table's key is refused, served or not`() async throws {
        for serve in [true, false] {
            try await withServer { server in
                let csv = "vendor,day,n,score\nA,2024-01-01T00:00:00Z,1,1\n"
                try await Scores.prepare(
                    server, csv, serve: serve,
                    ["primary_keys": ["vendor"], "time_keys": ["day"], "tie_break": "n"])
                let lacking = try await Scores.push(server, Scores.row("A", "2024-05-01", 5))
                #expect(lacking.0 == 400 && lacking.1["message"].text.contains("'n'"), "\(lacking)")
                let null: JSON = [
                    "vendor": ["A"], "day": ["2024-05-01T00:00:00Z"], "score": [1], "n": [.null],
                ]
                #expect(try await Scores.push(server, null).0 == 400)
                let twice: JSON = [
                    "vendor": ["A", "A"], "day": ["2024-05-01T00:00:00Z", "2024-05-01 00:00:00"], "n": [1, 1],
                    "score": [1, 2],
                ]
                let answer = try await Scores.push(server, twice)
                #expect(answer.1["message"].text.contains("duplicate_key"), "\(answer)")
                #expect(answer.1["message"].text.contains("row 2"))
                #expect(try await server.platform.online.flush(TableName(Scores.table), by: .anyone) == 0)
            }
        }
    }

    @Test func `A push that no longer fits its table is put aside, and those after it get there`() async throws {
        try await withServer { server in
            try await Awards.prepare(server, serve: false)
            func push(_ cost: JSON) async throws {
                let columns: JSON = [
                    "uei": ["C"], "n": [9], "cost": .list([cost]), "ended_at": [.text(Self.earlier)],
                    "loaded_at": [.text(Self.earlier)],
                ]
                let answer = try await server.martlet(
                    "features/push", ["source": .text(Awards.table), "columns": columns])
                #expect(answer.status == 200, "\(answer)")
            }
            try await push(.number(1.5))
            try await push(.number(2))
            // The column holds whole numbers from now on.
            try await server.platform.importText(
                "uei,n,cost,on_time,agency,ended_at,loaded_at\nA,1,10,1,GSA,2024-01-10T00:00:00Z,2024-01-11T00:00:00Z\n",
                as: Awards.table, .overwrite)
            let table = try TableName(Awards.table)
            #expect(try await server.platform.online.flush(table, by: .anyone) == 1)
            #expect(try await server.platform.query(Awards.table).rowCount == 2)
            let rejected = try await server.martlet("features/rejected-pushes", [:]).json["pushes"].elements
            #expect(rejected.count == 1)
            #expect(rejected.first?["sequence"] == 1)
            #expect(rejected.first?["columns"]["cost"] == .list([.number(1.5)]))
            #expect(rejected.first?["reason"].text.contains("'cost'") == true)
            let verbs = try await server.platform.auditEntries().map { "\($0)" }
            #expect(verbs.contains { $0.contains("reject_push") })
            #expect(try await server.platform.online.flush(table, by: .anyone) == 0)
        }
    }

    @Test func `A feature table that was dropped gets no rows of pushes that waited`() async throws {
        try await withServer { server in
            try await Scores.prepare(server, serve: false)
            #expect(try await Scores.push(server, Scores.row("C", "2024-05-01", 5)).0 == 200)
            _ = try await server.platform.features.dropTable(TableName(Scores.table), by: .anyone)
            #expect(try await server.platform.online.flush(TableName(Scores.table), by: .anyone) == 0)
            #expect(try await server.platform.query(Scores.table).rowCount == 3)
            #expect(try await server.platform.online.rejectedPushes(of: nil).count == 1)
        }
    }

    @Test func `A push that a filter cannot be computed over is refused, with its rows`() async throws {
        try await withServer { server in
            try await server.platform.importText("k,a,at\nx,1,2024-01-01T00:00:00Z\n", as: "main.d.events")
            let view = """
                feature_view: filtered
                version: 1
                source: {table: main.d.events, entity: [k], event_time: at}
                join: [k]
                features:
                  many: {count: "*", window: {lifetime: true}, where: "a * 4 > 3"}
                """
            _ = try await server.platform.features.apply(view, named: "f", by: .anyone)
            #expect(try await server.martlet("features/serve", ["name": "filtered"]).status == 200)
            let rows = PushedFrame(columns: [
                .init("k", [.string("x"), .string("x")]), .init("a", [.long(2), .long(.max)]),
                .init("at", [.string(Self.earlier), .string(Self.earlier)]),
            ])
            let error = await #expect(throws: ClientError.self) { try await server.client().push(rows, to: "filtered") }
            #expect("\(error as Any)".contains("row 2"))
            _ = try await Scores.materialize(server, "filtered", full: true)
            #expect(try await server.platform.query("main.d.events").rowCount == 1)
        }
    }

    @Test func `Rows that do not say when they became known get the moment of their arrival, cell by cell`()
        async throws
    {
        try await withServer { server in
            try await Awards.prepare(server)
            let columns: JSON = [
                "uei": ["C", "C"], "n": [8, 9], "cost": [1, 2], "ended_at": [.text(Self.earlier), .text(Self.earlier)],
                "loaded_at": [.null, .text(Self.earlier)],
            ]
            let push: JSON = ["source": .text(Awards.table), "columns": columns]
            #expect(try await server.martlet("features/push", push).status == 200)
            #expect(try await Awards.get(server, ["C"])["awards_12m"]["statuses"] == ["present"])
            #expect(try await Awards.get(server, ["C"])["mean_cost"]["values"] == .list([.number(1.5)]))
            #expect(try await Awards.get(server, ["C"], at: "2024-03-02T00:00:00Z")["mean_cost"]["values"] == [2])
        }
    }

    @Test func `A date of arrival is asked for, because it cannot be told`() async throws {
        try await withServer { server in
            try await server.platform.importText("k,at,seen\nx,2024-01-01T00:00:00Z,2024-01-02\n", as: "main.d.events")
            let view = """
                feature_view: dated
                version: 1
                source: {table: main.d.events, entity: [k], event_time: at, available_at: seen}
                join: [k]
                features:
                  many: {count: "*", window: {lifetime: true}}
                """
            _ = try await server.platform.features.apply(view, named: "d", by: .anyone)
            let served = try await server.martlet("features/serve", ["name": "dated"])
            #expect(served.status == 200, "\(served.json)")
            for seen in [nil, JSON.null, "2024-03-02"] {
                var columns: [String: JSON] = ["k": ["x"], "at": [.text(Self.earlier)]]
                if let seen { columns["seen"] = .list([seen]) }
                let answer = try await server.martlet(
                    "features/push", ["source": "dated", "columns": .object(columns)])
                if case .text? = seen {
                    #expect(answer.status == 200, "\(answer)")
                } else {
                    #expect(answer.status == 400 && answer.json["message"].text.contains("'seen'"), "\(answer)")
                }
            }
        }
    }

    // MARK: Ids

    @Test func `A push that comes again under its id counts once, and other rows under it are refused`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let columns = Awards.row(9, "C", cost: 5, at: Self.earlier)
            let body: JSON = ["source": "vendor_performance", "columns": columns, "id": "one"]
            let first = try await server.martlet("features/push", body)
            let second = try await server.martlet("features/push", body)
            #expect(first.status == 200 && second.status == 200)
            #expect(second.json["sequence"] == first.json["sequence"])
            #expect(second.json["rows"] == 1 && second.json["repeated"] == .bool(true))
            #expect(first.json["repeated"] == .null)
            #expect(try await Awards.get(server, ["C"])["mean_cost"]["statuses"] == ["present"])
            let other: JSON = [
                "source": "vendor_performance", "columns": Awards.row(9, "C", cost: 6, at: Self.earlier), "id": "one",
            ]
            #expect(try await server.martlet("features/push", other).status == 409)
            _ = try await Scores.materialize(server, "vendor_performance")
            #expect(try await server.martlet("features/push", body).json["repeated"] == .bool(true))
            #expect(try await server.platform.query(Awards.table).rowCount == 5)
            // The same id is another's to another destination; Feast's door takes ids, too.
            let feast: JSON = ["push_source_name": "vendor_performance", "df": columns, "id": "one"]
            for _ in 0..<2 { #expect(try await server.ask(.post, "/push", json: feast).status == 200) }
            #expect(try await server.platform.online.pushCount(Awards.table, .online) == 1)
            let long: JSON = [
                "source": "vendor_performance", "columns": columns, "id": .text(String(repeating: "i", count: 129)),
            ]
            #expect(try await server.martlet("features/push", long).status == 400)
        }
    }

    @Test func `Ten senders of the same push are one`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let columns = Awards.row(9, "C", cost: 5, at: Self.earlier)
            let body: JSON = ["source": "vendor_performance", "columns": columns, "id": "one"]
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        try await server.martlet("features/push", body).json["repeated"] != .bool(true)
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(taken == 1)
            _ = try await Scores.materialize(server, "vendor_performance")
            #expect(try await server.platform.query(Awards.table).rowCount == 5)
        }
    }

    // MARK: Memory and table agree

    @Test func `Of pushes at one time, memory has the row that the table gets`() async throws {
        try await withServer { server in
            try await Scores.prepare(server)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for score in 0..<40 {
                    group.addTask {
                        let answer = try await Scores.push(server, Scores.row("A", "2024-05-01", score))
                        #expect(answer.0 == 200)
                    }
                }
                try await group.waitForAll()
            }
            let before = try await Scores.get(server)
            _ = try await Scores.materialize(server)
            #expect(try await Scores.get(server) == before)
            _ = try await Scores.materialize(server, full: true)
            #expect(try await Scores.get(server) == before)
        }
    }

    @Test func `A view over a feature table counts a row once that was pushed twice`() async throws {
        try await withServer { server in
            try await Scores.prepare(server, serve: false)
            for (name, entity) in [("by_vendor", "vendor"), ("by_score", "score")] {
                let view = """
                    feature_view: \(name)
                    version: 1
                    source: {table: \(Scores.table), entity: [\(entity)], event_time: day}
                    join: [key]
                    features:
                      rows: {count: "*", window: {lifetime: true}}
                    """
                _ = try await server.platform.features.apply(view, named: name, by: .anyone)
            }
            #expect(try await server.martlet("features/serve", ["name": "by_vendor"]).status == 200)
            func rows() async throws -> JSON {
                try await server.martlet("features/get-online", ["features": ["by_vendor"], "columns": ["key": ["A"]]])
                    .json["columns"]["rows"]["values"]
            }
            for score in [4, 5] {
                #expect(try await Scores.push(server, Scores.row("A", "2024-05-01", score)).0 == 200)
            }
            #expect(try await rows() == [3])
            _ = try await Scores.materialize(server, "by_vendor")
            #expect(try await rows() == [3])
            try await Scores.write(server, "A", "2024-05-01", 6)
            _ = try await Scores.materialize(server, "by_vendor")
            #expect(try await rows() == [3])
            // One that cannot find the row that another replaces takes no pushes.
            #expect(try await server.martlet("features/serve", ["name": "by_score"]).status == 200)
            let refused = try await Scores.push(server, Scores.row("A", "2024-05-01", 7))
            #expect(refused.0 == 400 && refused.1["message"].text.contains("by_score"), "\(refused)")
            #expect(try await rows() == [3])
        }
    }

    @Test func `A row that was pushed after a batch wrote it is not put back by materializing`() async throws {
        try await withServer { server in
            try await Scores.prepare(server)
            try await Scores.write(server, "A", "2024-02-01", 10)
            #expect(try await Scores.push(server, Scores.row("A", "2024-02-01", 20)).0 == 200)
            #expect(try await Scores.get(server) == [20, 3])
            _ = try await Scores.materialize(server)
            #expect(try await Scores.get(server) == [20, 3])
            // And a batch that comes after the push counts.
            try await Scores.write(server, "A", "2024-02-01", 30)
            _ = try await Scores.materialize(server)
            #expect(try await Scores.get(server) == [30, 3])
            #expect(try await server.platform.query(Scores.table).rowCount == 3)
        }
    }

    @Test func `Of a table without time a push of some columns leaves the others, in memory and in the table`()
        async throws
    {
        try await withServer { server in
            try await Scores.prepare(
                server, "vendor,score,grade\nA,1,low\nB,2,high\n", ["primary_keys": ["vendor"]])
            #expect(try await Scores.push(server, ["vendor": ["A", "C"], "score": [10, 30]]).0 == 200)
            #expect(try await Scores.push(server, ["vendor": ["A"], "grade": ["top"]]).0 == 200)
            func look() async throws -> [JSON] {
                [
                    try await Scores.get(server, "score", ["A", "B", "C"]),
                    try await Scores.get(server, "grade", ["A", "B", "C"]),
                ]
            }
            let expected: [JSON] = [[10, 2, 30], ["top", "high", .null]]
            #expect(try await look() == expected)
            _ = try await Scores.materialize(server)
            #expect(try await look() == expected)
            _ = try await Scores.materialize(server, full: true)
            #expect(try await look() == expected)
        }
    }

    @Test func `Of a table with times a push of some columns is refused`() async throws {
        try await withServer { server in
            try await Scores.prepare(server)
            let part = try await Scores.push(server, ["vendor": ["A"], "day": [.text(Self.earlier)]])
            #expect(part.0 == 400 && part.1["message"].text.contains("'score'"), "\(part)")
        }
    }

    @Test func `Materializing one of two views of a source in full keeps the two alike`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let other = Awards.view.replacing("vendor_performance", with: "vendor_copy")
            _ = try await server.platform.features.apply(other, named: "copy", by: .anyone)
            #expect(try await server.martlet("features/serve", ["name": "vendor_copy"]).status == 200)
            let push: JSON = [
                "push_source_name": "vendor_copy", "df": Awards.row(9, "C", cost: 5, at: Self.earlier),
            ]
            #expect(try await server.ask(.post, "/push", json: push).status == 200)
            func both() async throws -> [JSON] {
                var values: [JSON] = []
                for name in ["vendor_performance", "vendor_copy"] {
                    let body: JSON = ["features": [.text(name)], "columns": ["recipient_uei": ["C"]]]
                    values.append(
                        try await server.martlet("features/get-online", body).json["columns"]["mean_cost"]["values"])
                }
                return values
            }
            #expect(try await both() == [[5], [5]])
            #expect(try await Scores.materialize(server, "vendor_performance", full: true)["rebuilt"] == .bool(true))
            #expect(try await both() == [[.null], [.null]])
            // Numbers go on; memory follows.
            #expect(try await server.ask(.post, "/push", json: push).status == 200)
            #expect(try await both() == [[5], [5]])
        }
    }

    @Test func `What others wrote is served without being asked for`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            func append(_ n: Int) async throws {
                try await server.platform.importText(
                    "uei,n,cost,on_time,agency,ended_at,loaded_at\n"
                        + "B,\(n),3,1,DOE,2024-02-01T00:00:00Z,2024-02-02T00:00:00Z\n", as: Awards.table, .append)
            }
            try await append(9)
            await server.platform.online.tidy(keeping: false)
            #expect(try await Awards.get(server, ["B"], at: "2024-05-01T00:00:00Z")["awards_12m"]["values"] == [2])
            try await append(10)
            await server.platform.online.tidy(keeping: true)
            #expect(try await Awards.get(server, ["B"], at: "2024-05-01T00:00:00Z")["awards_12m"]["values"] == [3])
        }
    }

    @Test func `What was acknowledged counts in every answer, also while memory is computed anew`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for sender in 0..<3 {
                    group.addTask {
                        for n in 1...12 {
                            let row = Awards.row(n, "P\(sender)", cost: 1, at: Self.earlier)
                            let pushed = try await server.martlet(
                                "features/push", ["source": "vendor_performance", "columns": row])
                            #expect(pushed.status == 200)
                            let body: JSON = [
                                "features": ["vendor_performance:awards_all"],
                                "columns": ["recipient_uei": [.text("P\(sender)")]],
                            ]
                            let found = try await server.martlet("features/get-online", body).json["columns"][
                                "awards_all"]
                            #expect(found["values"] == [.number(Double(n))])
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<6 { _ = try await Scores.materialize(server, "vendor_performance", full: true) }
                }
                group.addTask {
                    for _ in 0..<6 { await server.platform.online.tidy(keeping: true) }
                }
                try await group.waitForAll()
            }
            _ = try await Scores.materialize(server, "vendor_performance")
            #expect(try await server.platform.query(Awards.table).rowCount == 40)
        }
    }

    @Test func `Rows that could not be read count once when they can, and answers go on meanwhile`() async throws {
        try await withTemporaryFolder { folder in
            let platform = try await Platform.open(Workspace(folder), creating: .open, durability: .normal)
            let server = TestServer(platform: platform)
            try await Awards.prepare(server)
            func files() -> Set<URL> {
                let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
                return Set((all?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "parquet" })
            }
            let before = files()
            try await platform.importText(
                "uei,n,cost,on_time,agency,ended_at,loaded_at\nB,9,3,1,DOE,2024-02-01T00:00:00Z,2024-02-02T00:00:00Z\n",
                as: Awards.table, .append)
            let came = try #require(files().subtracting(before).first)
            let aside = folder.appending(path: "aside")
            try FileManager.default.moveItem(at: came, to: aside)
            let body: JSON = ["name": "vendor_performance"]
            #expect(try await server.martlet("features/materialize-online", body).status >= 400)
            func count() async throws -> JSON {
                try await Awards.get(server, ["B"], at: "2024-05-01T00:00:00Z")["awards_12m"]["values"]
            }
            #expect(try await count() == [1])
            try FileManager.default.moveItem(at: aside, to: came)
            for _ in 0..<2 {
                #expect(try await server.martlet("features/materialize-online", body).status == 200)
                #expect(try await count() == [2])
            }
            try await platform.close()
        }
    }

    @Test func `Serving stops by the short name of a table, too`() async throws {
        try await withServer { server in
            try await Scores.prepare(server)
            let answer = try await server.martlet("features/serve", ["name": "risk.scores", "off": .bool(true)])
            #expect(answer.status == 200)
            #expect(try await server.martlet("features/served", [:]).json["features"].elements.isEmpty)
            let body: JSON = ["features": [.text(Scores.table)], "columns": ["vendor": ["A"]]]
            #expect(try await server.martlet("features/get-online", body).status == 404)
        }
    }

    @Test func `Every type goes in as JSON has it, and what is not of the type is refused by its row`() async throws {
        try await withServer { server in
            let table = "main.d.types"
            try await server.platform.importText(
                "k,whole,number,flag,day,at\na,1,1.5,true,2024-01-01,2024-01-01T00:00:00Z\n", as: table)
            func push(_ changes: [String: JSON]) async throws -> (status: Int, json: JSON) {
                var columns: [String: JSON] = [
                    "k": ["b"], "whole": [2], "number": [2], "flag": [.bool(false)], "day": ["2024-01-02"],
                    "at": ["2024-01-02 00:00:00"],
                ]
                for (name, cell) in changes { columns[name] = .list([cell]) }
                return try await server.martlet("features/push", ["source": .text(table), "columns": .object(columns)])
            }
            for good in [
                [:], ["whole": .number(3)], ["whole": "4"], ["number": "NaN"], ["number": "-Infinity"], ["day": .null],
            ] as [[String: JSON]] {
                let answer = try await push(good)
                #expect(answer.status == 200, "\(good): \(answer.json)")
            }
            for bad in [
                ["whole": .number(1.5)], ["whole": "x"], ["number": "much"], ["flag": 1], ["day": "2024-13-01"],
                ["at": 5], ["k": 1],
            ] as [[String: JSON]] {
                let answer = try await push(bad)
                #expect(answer.status == 400, "\(bad)")
                #expect(answer.json["message"].text.contains("row 1"), "\(answer.json)")
            }
            #expect(try await server.platform.online.flush(TableName(table), by: .anyone) == 6)
            let sums = try await server.platform.query(
                table, "SELECT sum(whole)::BIGINT AS w, count(*) FILTER (isnan(number)) AS n FROM rows")
            #expect(sums["w"]?.longs == [16])
            #expect(sums["n"]?.longs == [1])
        }
    }

    @Test func `The table's history says who pushed`() async throws {
        try await withServer { server in
            try await Awards.prepare(server)
            let push: JSON = [
                "source": "vendor_performance", "columns": Awards.row(9, "C", cost: 5, at: Self.earlier),
            ]
            #expect(try await server.martlet("features/push", push).status == 200)
            await server.platform.online.tidy(keeping: true)
            let version = try await server.platform.datasets.history(TableName(Awards.table)).max {
                $0.table.version < $1.table.version
            }
            #expect(version?.operation == .pushed)
            #expect(version?.writtenBy == Caller.anyone.user.name)
        }
    }
}

extension OnlineStore {
    /// Pushes on record to a destination.
    fileprivate func pushCount(_ table: String, _ destination: PushDestination) async throws -> Int {
        try await waiting(TableName(table), destination).count
    }
}
