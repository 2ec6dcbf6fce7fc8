import Foundation
import MartletDomain
import Testing

@Suite struct ClassificationMetricsTests {
    private struct Golden: Decodable {
        var scores: [Double]
        var labels: [Bool]
        var auc, f1, precision, recall, accuracy, logLoss, brier, logLossFloat32: Double
        var rocFalse, rocTrue, rocThresholds, calibrationPredicted, calibrationObserved: [Double]
    }

    private func golden() throws -> Golden {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = tests.appendingPathComponent("Golden/xgboost/metrics.json")
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }

    private func isNear(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
        a.map { abs($0 - b) <= tolerance } ?? false
    }

    @Test func `Every measure is scikit-learn's, ties included`() throws {
        let golden = try golden()
        let metrics = try BinaryClassificationMetrics(scores: golden.scores, labels: golden.labels)
        #expect(isNear(metrics.auc, golden.auc))
        #expect(isNear(metrics.f1, golden.f1))
        #expect(isNear(metrics.precision, golden.precision))
        #expect(isNear(metrics.recall, golden.recall))
        #expect(isNear(metrics.accuracy, golden.accuracy))
        #expect(isNear(metrics.logLoss, golden.logLoss))
        #expect(isNear(metrics.brierScore, golden.brier))
        #expect(metrics.rowCount == 400)
        let narrow = try BinaryClassificationMetrics(scores: golden.scores.map { Float($0) }, labels: golden.labels)
        #expect(isNear(narrow.logLoss, golden.logLossFloat32, 1e-6))
        #expect(isNear(narrow.auc, golden.auc))
    }

    @Test func `The curves are scikit-learn's`() throws {
        let golden = try golden()
        let roc = try #require(try rocCurve(scores: golden.scores, labels: golden.labels))
        #expect(roc.points.map(\.falsePositiveRate) == golden.rocFalse)
        #expect(roc.points.map(\.truePositiveRate) == golden.rocTrue)
        #expect(roc.points.dropFirst().map(\.threshold) == golden.rocThresholds)
        #expect(isNear(roc.auc, golden.auc))
        let thin = try #require(try rocCurve(scores: golden.scores, labels: golden.labels, dropsCollinear: true))
        #expect(thin.points.count < roc.points.count && isNear(thin.auc, golden.auc))
        let calibration = try calibrationCurve(scores: golden.scores, labels: golden.labels)
        #expect(calibration.bins.count == golden.calibrationPredicted.count)
        for (bin, (mean, fraction)) in zip(
            calibration.bins, zip(golden.calibrationPredicted, golden.calibrationObserved))
        {
            #expect(isNear(bin.meanPredicted, mean) && isNear(bin.fractionPositive, fraction))
        }
        #expect(calibration.bins.reduce(0) { $0 + $1.rowCount } == 400)
    }

    @Test func `What one class leaves undefined is nil`() throws {
        let none = try BinaryClassificationMetrics(scores: [0.1, 0.2], labels: [false, false])
        #expect(none.auc == nil && none.recall == nil && none.precision == nil && none.f1 == nil)
        #expect(none.accuracy == 1 && none.logLoss != nil)
        let all = try BinaryClassificationMetrics(scores: [0.9, 0.2], labels: [true, true])
        #expect(all.auc == nil && all.recall == 0.5 && all.precision == 1)
        #expect(try rocCurve(scores: [0.1, 0.2], labels: [true, true]) == nil)
        #expect(try BinaryClassificationMetrics(scores: [3, 1], labels: [true, false]).logLoss == nil)
        #expect(try BinaryClassificationMetrics(scores: [0.5, 0.5], labels: [true, false]).auc == 0.5)
    }

    @Test func `Scores that cannot be measured are refused`() {
        #expect(throws: InvalidRequest.self) { try BinaryClassificationMetrics(scores: [Double](), labels: []) }
        #expect(throws: InvalidRequest.self) { try BinaryClassificationMetrics(scores: [0.1], labels: [true, false]) }
        #expect(throws: InvalidRequest.self) { try BinaryClassificationMetrics(scores: [Double.nan], labels: [true]) }
        #expect(throws: InvalidRequest.self) { try calibrationCurve(scores: [1.5], labels: [true]) }
        #expect(throws: InvalidRequest.self) { try calibrationCurve(scores: [0.5], labels: [true], bins: 0) }
    }

    @Test func `Plots are well-formed, escaped, self-contained and the same each time`() throws {
        let golden = try golden()
        let roc = try #require(try rocCurve(scores: golden.scores, labels: golden.labels))
        let calibration = try calibrationCurve(scores: golden.scores, labels: golden.labels)
        let title = "<script>alert('x') & \u{1}"
        for plot in [{ rocPlot(roc, title: title) }, { calibrationPlot(calibration, title: title) }] {
            let svg = plot()
            #expect(svg == plot())
            #expect(XMLWellFormedness.holds(svg))
            #expect(svg.contains("&lt;script&gt;alert(&#39;x&#39;) &amp; \u{FFFD}") && !svg.contains("<script"))
            #expect(svg.contains("<title id=") && svg.contains("<desc id="))
            #expect(svg.contains("prefers-color-scheme:dark"))
            let links = svg.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
            #expect(!links.contains("http") && !links.contains("nan") && !links.contains("inf"))
        }
    }
}

/// Whether tags open and close in pairs and quotes are closed: enough of XML to notice a broken picture.
private enum XMLWellFormedness {
    static func holds(_ text: String) -> Bool {
        var open: [Substring] = []
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "<") {
            guard let end = rest[start...].firstIndex(of: ">") else { return false }
            let tag = rest[rest.index(after: start)..<end]
            guard tag.count(where: { $0 == "\"" }).isMultiple(of: 2) else { return false }
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return false }
            } else if !tag.hasSuffix("/") {
                open.append(tag.prefix { $0 != " " })
            }
            rest = rest[rest.index(after: end)...]
        }
        return open.isEmpty
    }
}
