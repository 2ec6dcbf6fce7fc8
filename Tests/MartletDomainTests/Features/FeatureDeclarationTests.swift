import Foundation
import MartletDomain
import Testing
import Yams

struct FeatureDeclarationTests {
    static func views(_ yaml: String) throws -> [FeatureView] {
        try FeatureView.views(in: YAMLDecoder().decode(DeclarationNode.self, from: yaml))
    }

    static let vendors = """
        feature_view: vendor_performance
        version: 3
        source: {table: procurement.awards, entity: [uei], event_time: ended_at, available_at: loaded_at}
        join: [recipient_uei]
        features:
          awards_12m:       {count: "*",         window: {rolling: P12M}}
          on_time_12m:      {sum: on_time,       window: {rolling: P12M}}
          on_time_rate_12m: {ratio: [on_time_12m, awards_12m]}
          cost_growth_12m:  {avg: cost_growth,   window: {rolling: P12M}, where: "status = 'closed'"}
          last_agency:      {last: agency,       window: {lifetime: true}}
        """

    @Test func `A view keeps its features in the order of the file`() throws {
        let views = try Self.views(Self.vendors)
        #expect(views.count == 1)
        #expect(
            views[0].features.map(\.name) == [
                "awards_12m", "on_time_12m", "on_time_rate_12m", "cost_growth_12m", "last_agency",
            ])
        #expect(views[0].source?.availableAt == "loaded_at")
        guard case .aggregate(.avg, "cost_growth", .months(12), let filter?) = views[0].features[3].definition else {
            Issue.record("\(views[0].features[3])")
            return
        }
        #expect(filter.columns == ["status"])
    }

    @Test func `A view's name can stand in a request and name a file`() throws {
        let names = ["../tables/x", "a/b", "a:b", String(repeating: "x", count: 201), "tab\\tname"]
        for name in names {
            #expect(throws: FeatureError.self, "\(name)") {
                try Self.views(
                    Self.vendors.replacing("feature_view: vendor_performance", with: "feature_view: \"\(name)\""))
            }
        }
        for name in ["risk.vendors", "Zulieferer – Süd", String(repeating: "x", count: 200)] {
            let text = Self.vendors.replacing("feature_view: vendor_performance", with: "feature_view: \"\(name)\"")
            #expect(try Self.views(text).first?.name == name)
        }
    }

    @Test func `Every problem of a file is listed at once`() throws {
        let yaml = """
            feature_view: broken
            version: 0
            colour: red
            source: {table: t, entity: [a, b], available_at: known}
            join: [a]
            features:
              no_window: {sum: x}
              no_kind: {window: {rolling: P1D}}
              two_kinds: {sum: x, avg: x, window: {rolling: P1D}}
              odd_window: {count: "*", window: {rolling: P1M1D}}
              star: {sum: "*", window: {lifetime: true}}
              bad_where: {count: "*", window: {lifetime: true}, where: "a = = b"}
              typo: {lookup: x, defualt: 1}
              loop_a: {ratio: [loop_b, loop_b]}
              loop_b: {expression: "loop_a + 1"}
            """
        let error = #expect(throws: FeatureError.self) { try Self.views(yaml) }
        guard case .invalidDeclaration(let problems) = error else { return }
        let text = problems.joined(separator: "\n")
        for part in [
            "version from 1", "unknown key 'colour'", "'available_at' without 'event_time'", "joins 1 columns",
            "no_window of view broken lacks 'window'", "no_kind of view broken needs exactly one",
            "two_kinds of view broken needs exactly one", "P1M1D", "only count takes '*'",
            "faulty expression under 'where'",
            "unknown key 'defualt'",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }

    @Test func `Features computed from each other in a circle are refused`() {
        let yaml = """
            feature_view: circle
            version: 1
            features: {a: {expression: "b + 1"}, b: {expression: "a + 1"}}
            """
        let error = #expect(throws: FeatureError.self) { try Self.views(yaml) }
        #expect(error?.message.contains("circle") == true)
    }

    @Test func `A name that two views of a file declare is refused`() {
        let view = "{feature_view: %, version: 1, features: {x: {expression: '1'}}}"
        let yaml = """
            feature_views:
              - \(view.replacing("%", with: "one"))
              - \(view.replacing("%", with: "two"))
            """
        let error = #expect(throws: FeatureError.self) { try Self.views(yaml) }
        #expect(error?.message.contains("Feature x is declared more than once: in one, two") == true)
    }

    @Test func `Two spellings of one meaning have one plan, and another meaning has another`() throws {
        let plan = try Self.views(Self.vendors)[0].canonicalPlan
        let respelled = Self.vendors.replacing("P12M", with: "P1Y").replacing(
            "\"status = 'closed'\"", with: "\"( status='closed' )\"")
        #expect(try Self.views(respelled)[0].canonicalPlan == plan)
        #expect(try Self.views(Self.vendors.replacing("P12M", with: "P11M"))[0].canonicalPlan != plan)
        #expect(plan.hasPrefix("{\"feature_view\":\"vendor_performance\",\"features\":[{\"count\":\"*\",\"name\":"))
    }

    @Test func `A view written as JSON is read back the same`() throws {
        let view = try Self.views(Self.vendors)[0]
        let data = try JSONEncoder().encode(view)
        #expect(try JSONDecoder().decode(FeatureView.self, from: data) == view)
    }

    @Test(arguments: ["a: [", "1", "[]", "feature_views: 3", "feature_view: x", "{}", "features: {a: 1}"])
    func `Text that is no definition is refused`(_ yaml: String) {
        #expect(throws: (any Error).self) { try Self.views(yaml) }
    }
}
