import MartletDomain
import Testing

struct OnlineReachTests {
    @Test func `A push is next after the one before it, and in once it is`() {
        var reach = OnlineReach(tableVersion: 3, pushed: [:])
        #expect(reach.place(of: 1, to: .both) == .isNext)
        #expect(reach.place(of: 2, to: .both) == .isLater)
        reach.reach(1, of: .both)
        #expect(reach.place(of: 1, to: .both) == .isIn)
        #expect(reach.place(of: 2, to: .both) == .isNext)
        #expect(reach.place(of: 1, to: .online) == .isNext)
        // Numbers in between that there are none of any more.
        reach.reach(9, of: .both)
        #expect(reach.place(of: 5, to: .both) == .isIn)
        #expect(reach.through(.both) == 9)
        reach.reach(4, of: .both)
        #expect(reach.through(.both) == 9)
        #expect(reach.place(of: .min, to: .both) == .isIn)
        #expect(reach.place(of: .max, to: .both) == .isLater)
    }

    @Test func `Two lists become one by time, each in its own order also when clocks run backwards`() {
        let merged = OnlineReach.merged([(1, 10), (2, 5), (3, 30)], [(101, 7), (102, 20)]) { $0.1 }.map(\.0)
        #expect(merged == [101, 1, 2, 102, 3])
        #expect(OnlineReach.merged([], [(1, 1)]) { $0.1 }.count == 1)
    }
}

struct PushRulesTests {
    private static let schema = TableSchema([
        .init("key", .string), .init("at", .timestamp), .init("seen", .timestamp), .init("day", .date),
    ])

    private static func rules(_ clocks: [String], required: [String] = []) throws -> PushRules {
        PushRules(
            table: try TableName("main.a.b"), schema: schema, rowKey: ["key"], required: required, clocks: clocks)
    }

    @Test func `Cells without a time of arrival get it, the others keep theirs`() throws {
        let frame = PushedFrame(columns: [
            .init("key", [.string("a"), .string("b")]), .init("seen", [.null, .string("2024-01-01T00:00:00Z")]),
        ])
        let stamped = frame.stamped(try Self.rules(["seen"]), at: 1_704_153_600_000_000)
        #expect(stamped["seen"]?.cells == [.string("2024-01-02T00:00:00Z"), .string("2024-01-01T00:00:00Z")])
        let whole = PushedFrame(columns: [.init("key", [.string("a")])]).stamped(try Self.rules(["seen", "at"]), at: 0)
        #expect(whole["seen"]?.cells == [.string("1970-01-01T00:00:00Z")])
        #expect(whole["at"]?.cells == whole["seen"]?.cells)
    }

    @Test func `What cannot be the time of arrival is not written for the client`() throws {
        let frame = PushedFrame(columns: [.init("key", [.string("a")])])
        let rules = try Self.rules(["day", "at", "seen"], required: ["at"])
        #expect(frame.stamped(rules, at: 0).columns.map(\.name) == ["key", "seen"])
        #expect(rules.unstamped == ["day"])
        #expect(rules.required == ["at", "key"])
    }

    @Test(arguments: ["", String(repeating: "x", count: 129)]) func `An id has 1 to 128 bytes`(_ text: String) {
        #expect(throws: FeatureError.self) { try PushID(text) }
    }
}
