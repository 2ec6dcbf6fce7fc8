import Foundation
import MartletDomain
import Platform
import Testing

struct FlightsExampleTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Examples/flights")

    @Test func `The example's features and expectations are valid`() throws {
        let features = try String(contentsOf: Self.folder.appending(path: "features.yaml"), encoding: .utf8)
        let computation = FeatureComputation(views: try FeatureView.views(yaml: features))
        #expect(computation.tables == ["flights.flights", "flights.planes", "flights.weather"])
        #expect(computation.spineColumns == ["carrier", "route", "tailnum", "origin"])
        let quality = try String(contentsOf: Self.folder.appending(path: "quality.yaml"), encoding: .utf8)
        #expect(try ExpectationSuite.suites(yaml: quality).map(\.name) == ["flights", "planes", "weather"])
    }
}
