import Foundation
import MartletDomain
import Testing
import Yams

struct TrainingSetDeclarationTests {
    static func specification(_ yaml: String, views: [FeatureView] = []) throws -> TrainingSetSpecification {
        try TrainingSetSpecification(in: YAMLDecoder().decode(DeclarationNode.self, from: yaml), views: views)
    }

    static let whole = """
        version: 1
        kind: training-set
        name: "award_risk"
        mode: "train"
        sources:
          awards:
            path: "tables/awards.parquet"
            primary_keys: ["uei", "ended_at"]
            time_key: "ended_at"
            tie_break: "seq"
            available_at: "loaded_at"
            schema:
              uei: "string"
              ended_at: "timestamp"
              value: "decimal(18,2)"
              tags: "list<string>"
          risk: {table: procurement.gold.vendor_risk, version: 3, primary_keys: [recipient_uei], time_key: as_of}
          dim: {path: dim.csv, primary_keys: [k]}
        spine_schema:
          row_id: "int64"
          recipient_uei: "string"
          action_ts: "timestamp"
        lookups:
          - table: "risk"
            key: ["recipient_uei"]
            at: "action_ts"
            features: ["on_time_rate", "word", "number"]
            rename:
              on_time_rate: "rate"
            defaults:
              rate: 0.5
              word: "1"
              number: -9007199254740993
            lookback: "PT0S"
          - table: "dim"
            key: ["recipient_uei"]
            features: "*"
        aggregates:
          - name: "n_dod"
            source: "awards"
            entity: ["uei"]
            key: ["recipient_uei"]
            event_time: "ended_at"
            at: "action_ts"
            function: "count"
            window:
              sliding: "PT604800S"
              every: "PT86400S"
              offset: "PT100800S"
            delay: "PT0.5S"
            bounds: "(]"
            where:
              column: "agency"
              op: "!="
              value: "DOD"
          - name: "median"
            source: "awards"
            entity: ["uei"]
            key: ["recipient_uei"]
            event_time: "ended_at"
            at: "action_ts"
            function: "approx_quantile"
            quantile: 0.5
            window: {rolling: "P12M"}
            input: "value"
            where: "value > 1"
        views:
          - at: action_ts
            view:
              feature_view: vendors
              version: 1
              source: {table: awards, entity: [uei], event_time: ended_at}
              join: [recipient_uei]
              features: {awards_all: {count: "*", window: {lifetime: true}}}
        derived:
          - name: "per_award"
            type: "float64"
            ratio: ["n_dod", "awards_all"]
          - name: "twice"
            expression: "n_dod * 2"
        label: []
        exclude: ["row_id"]
        options:
          default_fills_nan: true
        """

    @Test func `Every part of a training set is read`() throws {
        let set = try Self.specification(Self.whole)
        #expect(set.name == "award_risk")
        #expect(set.sources.map(\.name) == ["awards", "risk", "dim"])
        #expect(set.sources[0].primaryKeys == ["uei"], "The time key is no key to look up by")
        #expect(set.sources[0].schema?.map(\.type) == ["string", "timestamp", "decimal(18,2)", "list<string>"])
        #expect(set.sources[1].location == .table(try TableName("procurement.gold.vendor_risk"), version: 3))
        #expect(set.lookups[0].lookback == 0)
        #expect(set.lookups[0].rename == ["on_time_rate": "rate"])
        #expect(
            set.lookups[0].defaults == [
                "rate": .double(0.5), "word": .string("1"), "number": .long(-9_007_199_254_740_993),
            ])
        #expect(set.lookups[1].features == nil)
        #expect(set.lookups[1].at == nil)
        let day: Int64 = 86_400_000_000
        #expect(
            set.aggregates[0].window
                == FeatureWindow(
                    .sliding(7 * day, every: day, offset: 14_400_000_000), delay: 500_000, includesEnd: true))
        #expect(set.aggregates[0].filter == (try RowExpression("agency <> 'DOD'")))
        #expect(set.aggregates[1].aggregate == .approxQuantile(0.5))
        #expect(set.views[0].view.features.map(\.name) == ["awards_all"])
        #expect(set.derived[0] == DerivedFeature("per_award", .ratio("n_dod", "awards_all"), type: "float64"))
        #expect(set.labels.isEmpty)
        #expect(set.excluded == ["row_id"])
        #expect(set.defaultFillsNaN)
    }

    @Test func `A view may be named`() throws {
        let views = try FeatureDeclarationTests.views(FeatureDeclarationTests.vendors)
        let yaml = """
            name: x
            sources: {awards: {table: procurement.awards}}
            views: [{view: vendor_performance@3, at: t}, {view: nobody, at: t}]
            """
        let error = #expect(throws: FeatureError.self) { try Self.specification(yaml, views: views) }
        #expect(error?.issues.map(\.code) == [.unknownFeature])
    }

    @Test(arguments: [
        ("lookback: -PT5S", "invalid_lookback"), ("lookback: P1M", "invalid_lookback"),
        ("lookback: 5", "invalid_lookback"), ("colour: red", "invalid_declaration"),
        ("rename: {y: z}", "unknown_feature"), ("rename: {x: z}, defaults: {x: 1}", "unknown_feature"),
        ("defaults: {x: [1]}", "invalid_declaration"), ("rename: {x: [1]}", "invalid_declaration"),
    ])
    func `A faulty lookup is refused with its code`(_ part: String, _ code: String) throws {
        let yaml = """
            name: x
            sources: {s: {path: s.csv, primary_keys: [k], time_key: t}}
            lookups: [{table: s, key: [k], at: t, features: [x], \(part)}]
            """
        let error = #expect(throws: FeatureError.self) { try Self.specification(yaml) }
        #expect(Set((error?.issues ?? []).map(\.code.rawValue)) == [code], "\(part)")
    }

    @Test func `Every problem of a training set is listed at once with its code`() throws {
        let yaml = """
            version: 2
            kind: forecast
            mode: guess
            sources:
              a: {path: a.csv}
              b: {path: b.csv, table: x.y, primary_keys: [k]}
              c: {table: "no table", primary_keys: [k]}
              d: {path: d.csv, primary_keys: [k], schema: {k: varchar}}
              e: {path: e.csv, primary_keys: [k, l]}
            lookups:
              - {table: nowhere, key: [k], features: [one]}
              - {table: e, key: [k], features: [one], lookback: P1D}
              - {table: d, key: [two], features: [three]}
            aggregates:
              - {name: two, source: d, entity: [k], key: [three], event_time: t, at: u, function: product, window: {rolling: P1D}}
              - {name: four, source: d, entity: [k, l], key: [three], event_time: t, at: u, function: sum, window: {sliding: P1D}}
              - {name: five, source: d, entity: [k, l], key: [three], event_time: t, at: u, function: count, window: {lifetime: true}}
            derived:
              - {name: six, sum: [seven]}
              - {name: seven, expression: "six + 1", type: real}
              - {name: eight, sum: [a], ratio: [a, b]}
            label: [six, nine]
            exclude: [nine]
            options: {default_fills_nan: 7}
            """
        let error = #expect(throws: FeatureError.self) { try Self.specification(yaml) }
        let issues = error?.issues ?? []
        for (code, part) in [
            ("invalid_declaration", "version 2"), ("invalid_declaration", "'forecast'"),
            ("invalid_declaration", "'guess'"),
            ("invalid_declaration", "Source a lacks 'primary_keys'"),
            ("invalid_declaration", "either 'path' or 'table'"),
            ("invalid_name", "Source c"), ("invalid_declaration", "unknown type 'varchar'"),
            ("unknown_table", "nowhere"), ("key_mismatch", "The lookup in e gives 1 keys"),
            ("invalid_lookback", "The lookup in e has a lookback but no time"),
            ("duplicate_name", "Feature one"), ("invalid_declaration", "unknown function 'product'"),
            ("invalid_declaration", "four needs 'input'"), ("invalid_declaration", "lacks 'every'"),
            ("key_mismatch", "five pairs 1 keys with an entity of 2"), ("cycle", "seven, six"),
            ("invalid_declaration", "unknown type 'real'"), ("invalid_declaration", "eight needs exactly one"),
            ("duplicate_name", "label six"), ("invalid_declaration", "label nine is excluded"),
            ("invalid_declaration", "true or false under 'default_fills_nan'"), ("invalid_declaration", "lacks 'name'"),
        ] {
            #expect(
                issues.contains { $0.code.rawValue == code && $0.message.contains(part) },
                "\(code) \(part) in \(issues.map(\.description).joined(separator: "\n"))")
        }
    }

    @Test func `Two lookbacks for one table and key time are refused`() throws {
        let yaml = """
            name: x
            sources: {s: {path: s.csv, primary_keys: [k], time_key: t}}
            lookups:
              - {table: s, key: [a], at: u, features: [x], lookback: P1D}
              - {table: s, key: [b], at: u, features: [y]}
              - {table: s, key: [b], at: v, features: [z]}
            """
        let error = #expect(throws: FeatureError.self) { try Self.specification(yaml) }
        #expect(error?.issues.map(\.code) == [.invalidLookback])
    }

    @Test(arguments: [
        "1", "[]", "{}", "sources: 3", "lookups: {a: b}", "name: [x]", "aggregates: [1]", "derived: [[]]",
    ])
    func `Text that is no training set is refused`(_ yaml: String) {
        #expect(throws: FeatureError.self) { try Self.specification(yaml) }
    }
}
