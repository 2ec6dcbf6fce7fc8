import Foundation
import MartletDomain
import Testing

/// The examples of `docs/guides/features.md` are read as they stand there.
struct FeatureGuideTests {
    static func examples(_ language: String) throws -> [String] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/guides/features.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.components(separatedBy: "\n```\(language)\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }

    @Test func `The guide's views and training sets read, and its spellings of one view are one plan`() throws {
        let declarations = try Self.examples("yaml")
        let sets = declarations.filter { $0.contains("kind: training-set") }
        #expect(sets.count == 1)
        for set in sets { #expect(try TrainingSetDeclarationTests.specification(set).steps.count == 2) }
        let views = try declarations.filter { $0.hasPrefix("feature_view:") }.flatMap(FeatureDeclarationTests.views)
        #expect(views.count == 2)
        let vendors = try #require(views.first { $0.name == "vendor_performance" })
        #expect(
            try Self.examples("sql").flatMap(FeatureView.views(sql:)).map(\.canonicalPlan) == [vendors.canonicalPlan])
        #expect(try Self.swift().canonicalPlan == vendors.canonicalPlan)
        let example = try #require(try Self.examples("swift").first)
        let lines = try String(contentsOfFile: #filePath, encoding: .utf8).split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces) }
        for line in example.split(separator: "\n") {
            let words = line.trimmingCharacters(in: .whitespaces)
            #expect(lines.contains(words), "The guide's Swift is not what is compiled here: \(words)")
        }
    }

    static func swift() throws -> FeatureView {
        let awards = FeatureSource(
            "procurement.awards", entity: ["uei"], eventTime: "ended_at", availableAt: "loaded_at")
        let view = try FeatureView("vendor_performance", version: 3, from: awards, joinedBy: ["recipient_uei"]) {
            Count("awards_12m", over: .rolling(.months(12)))
            Sum("on_time_12m", of: "on_time", over: .rolling(.months(12)))
            Ratio("on_time_rate_12m", "on_time_12m", "awards_12m")
            Avg("cost_growth_12m", of: "cost_growth", over: .rolling(.months(12)), where: "status = 'closed'")
            CountDistinct("agencies_7d", of: "agency", over: .sliding(.days(7), every: .days(1)))
            Aggregate("middle_growth", .approxQuantile(0.5), of: "cost_growth", over: .lifetime)
            Last("last_agency", of: "agency", over: .lifetime)
        }
        return view
    }
}
