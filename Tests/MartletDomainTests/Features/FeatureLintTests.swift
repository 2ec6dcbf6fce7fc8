import MartletDomain
import Testing

struct FeatureLintTests {
    static func findings(_ parts: String, available: Bool = true) throws -> [String] {
        let yaml = """
            name: x
            sources:
              awards:
                path: a.csv
                primary_keys: [uei]
                time_key: ended_at
                \(available ? "available_at: loaded_at" : "tie_break: seq")
                schema: {uei: string, ended_at: timestamp, on_time: bool, cost: float64}
            label: [late]
            label_from: {source: awards, column: on_time, known_at: closed_at}
            \(parts)
            """
        let set = try TrainingSetDeclarationTests.specification(yaml)
        return FeatureLint.findings(of: set).map { "\($0.severity.rawValue) \($0.code.rawValue) \($0.subject)" }
    }

    static func aggregate(_ name: String, _ rest: String) -> String {
        "{name: \(name), source: awards, entity: [uei], key: [uei], event_time: ended_at, \(rest)}"
    }

    @Test func `A sound training set has no findings`() throws {
        let past = Self.aggregate("rate", "at: t, function: avg, input: on_time, window: {rolling: P12M}")
        #expect(try Self.findings("aggregates: [\(past)]") == [])
    }

    @Test func `Features as of the time when the label was known are found`() throws {
        let late = Self.aggregate("n", "at: closed_at, function: count, window: {rolling: P12M}")
        #expect(try Self.findings("aggregates: [\(late)]") == ["error label_time n"])
    }

    @Test func `A source without a second clock is found, and past labels of it`() throws {
        let past = Self.aggregate("rate", "at: t, function: avg, input: on_time, window: {rolling: P12M}")
        #expect(
            try Self.findings("aggregates: [\(past)]", available: false)
                == ["warning no_available_at awards", "warning label_reachable rate"])
    }

    @Test func `A window that holds the label's own event is found`() throws {
        let own = Self.aggregate("n", "at: t, function: count, window: {rolling: P12M, bounds: \"(]\"}")
        let shifted = Self.aggregate("m", "at: t, function: count, window: {rolling: P12M, bounds: \"(]\", delay: P1D}")
        #expect(try Self.findings("aggregates: [\(own), \(shifted)]") == ["error window_reaches_label n"])
        let label = Self.aggregate(
            "n", "at: t, function: count, where: \"on_time\", window: {rolling: P12M, bounds: \"(]\"}")
        #expect(
            try Self.findings("aggregates: [\(label)]") == ["error label_reachable n", "error window_reaches_label n"])
    }

    @Test func `A lookup of the label is found, and one in its table`() throws {
        #expect(
            try Self.findings("lookups: [{table: awards, key: [uei], at: t, features: \"*\"}]")
                == ["error label_reachable the lookup in awards", "warning lookup_reaches_label the lookup in awards"])
        #expect(
            try Self.findings("lookups: [{table: awards, key: [uei], at: t, features: [cost]}]")
                == ["warning lookup_reaches_label the lookup in awards"])
    }

    @Test func `A feature computed from the label is found`() throws {
        #expect(try Self.findings("derived: [{name: d, expression: \"late + 1\"}]") == ["error label_reachable d"])
        let view = "{feature_view: v, version: 1, features: {e: {ratio: [late, cost]}}}"
        #expect(try Self.findings("views: [{view: \(view), at: t}]") == ["error label_reachable e"])
    }

    @Test func `A column of the label's name is found where its origin is not told`() throws {
        let set = try TrainingSetDeclarationTests.specification(
            """
            name: x
            sources: {s: {path: s.csv, primary_keys: [k]}}
            lookups: [{table: s, key: [k], features: [late, cost], rename: {late: was_late}}]
            label: [late]
            """)
        #expect(FeatureLint.findings(of: set).map(\.code) == [.labelReachable])
    }
}
