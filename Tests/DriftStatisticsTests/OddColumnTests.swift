import DriftStatistics
import Foundation
import Testing

@Suite struct OddColumnTests {
    private let good = DriftColumn.numeric((0..<50).map(Double.init))

    @Test func `Every column has a result, and those without a score stay out of the share`() {
        let drift = datasetDrift(
            reference: [
                ("good", good), ("empty", .numeric([.nan, .infinity])), ("gone", good), ("retyped", good),
                ("refused", good), ("zero rows", .categorical([])), ("all missing", .categorical(["a"])),
            ],
            current: [
                ("good", good), ("empty", good), ("retyped", .categorical(["a", "b"])), ("refused", good),
                ("zero rows", .categorical([])), ("all missing", .categorical([nil, nil])), ("new", good),
            ],
            methods: ["refused": .gTest()])
        #expect(drift.columns.map(\.name).count == 8)
        #expect(drift.columnCount == 1)
        #expect(drift.driftedCount == 0)
        #expect(!drift.isDrifted)
        var reasons: [String: String] = [:]
        for column in drift.columns {
            if case .notComputable(let reason) = column.status { reasons[column.name] = reason }
        }
        #expect(
            reasons == [
                "empty": "no values in reference", "gone": "current has no column of this name",
                "retyped": "numeric in reference, categorical in current",
                "refused": "g_test does not compare numeric columns",
                "zero rows": "no values in reference and current", "all missing": "no values in current",
                "new": "the reference has no column of this name",
            ])
        #expect(drift.columns[1].referenceMissing == 2)
    }

    @Test func `Nothing to compare is no drift`() {
        let drift = datasetDrift(reference: [], current: [], driftShare: 0)
        #expect(!drift.isDrifted)
        #expect(drift.driftedShare == 0)
    }

    @Test(arguments: DriftMethod.all)
    func `No method fails on one value, two values, equal values or the largest doubles`(method: DriftMethod) throws {
        let huge = Double.greatestFiniteMagnitude
        let tiny = Double.leastNonzeroMagnitude
        let wide: [Double] = (0..<30).map { step in Double(step) * (huge / 40) }
        let narrow: [Double] = (0..<30).map { step in Double(step) * tiny }
        let samples: [[Double]] = [
            [], [0], [1], [-0.0, 0], [1, 2], [1, 1, 1], [huge, -huge], [huge, huge], [tiny, 0], [1e16, 1e16 + 2],
            wide, narrow,
        ]
        for reference in samples {
            for current in samples {
                let columns: (DriftColumn, DriftColumn) =
                    method.allows(.num)
                    ? (.numeric(reference), .numeric(current))
                    : (.categorical(reference.map { "\($0)" }), .categorical(current.map { "\($0)" }))
                let drift = datasetDrift(
                    reference: [("x", columns.0)], current: [("x", columns.1)], methods: ["x": method])
                let column = try #require(drift.columns.first)
                #expect(column.score?.isFinite ?? true, "\(reference) \(current)")
                // Whatever is found can be written and read back.
                let data = try JSONEncoder().encode(drift)
                #expect(try JSONDecoder().decode(DatasetDrift.self, from: data) == drift)
            }
        }
    }

    @Test func `Levels are told apart by their bytes and ordered as numbers when all are`() throws {
        let composed = columnDrift(
            name: "x", reference: .categorical(["\u{e9}"]), current: .categorical(["e\u{301}"]))
        #expect(try #require(composed.levels).newCount == 1)
        // Smallest against the rest: as text "10" would be the smallest.
        let reference = DriftColumn.categorical(Array(repeating: "9", count: 50) + Array(repeating: "10", count: 50))
        let current = DriftColumn.categorical(
            Array(repeating: "9", count: 50) + Array(repeating: "10", count: 25) + Array(repeating: "11", count: 25))
        let result = columnDrift(name: "x", reference: reference, current: current, method: .zTest())
        #expect(result.score == 1)
    }

    @Test func `New and lost levels are named, rare ones are put together`() throws {
        let reference = (0..<30).flatMap { level in Array(repeating: "level \(level)", count: 40 - level) }
        let current = ["level 0", "new", "new", String(repeating: "x", count: 500)]
        let levels = try #require(
            columnDrift(name: "x", reference: .categorical(reference), current: .categorical(current)).levels)
        #expect(levels.top.count == 10)
        #expect(levels.other?.levelCount == 22)
        #expect(levels.newCount == 2)
        #expect(levels.newLevels.first == "new")
        #expect(levels.newLevels.last?.count == 40)
        #expect(levels.lostCount == 29)
    }

    @Test func `A method is written as its name and threshold and read back`() throws {
        for method in DriftMethod.all {
            let data = try JSONEncoder().encode(method)
            #expect(try JSONDecoder().decode(DriftMethod.self, from: data) == method)
            #expect(DriftMethod(name: method.name) == method)
            #expect(DriftMethod(name: method.name, threshold: 0.3)?.threshold == 0.3)
        }
        #expect(DriftMethod(name: "no such test") == nil)
        #expect(DriftMethod(name: "ks", threshold: .nan) == nil)
        #expect(DriftMethod.kolmogorovSmirnov().isDrift(0.05))
        #expect(!DriftMethod.chiSquare().isDrift(0.05))
        #expect(!DriftMethod.energyDistance().isDrift(0.1))
        #expect(DriftMethod.wasserstein().isDrift(0.1))
    }

    @Test func `The classic shape has the verdict first, then the table, then the targets`() throws {
        let columns: [(String, DriftColumn)] = [
            ("x", good), ("c", .categorical(["a", "b", nil])), ("single", .categorical(["a"])), ("none", .numeric([])),
        ]
        let drift = datasetDrift(
            reference: columns, current: columns, methods: ["single": .chiSquare()], driftShare: 0.3)
        let classic = ClassicDriftResult(drift, reference: columns, current: columns, targets: ["x"])
        let data = try JSONEncoder().encode(classic)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let metrics = try #require(object["metrics"] as? [[String: Any]])
        #expect(
            metrics.map { $0["metric"] as? String } == [
                "DatasetDriftMetric", "DataDriftTable", "ColumnDriftMetric",
            ])
        let verdict = try #require(metrics[0]["result"] as? [String: Any])
        #expect(verdict["number_of_columns"] as? Int == 3)
        #expect(verdict["drift_share"] as? Double == 0.3)
        #expect(verdict["dataset_drift"] as? Bool == false)
        let table = try #require(metrics[1]["result"] as? [String: Any])
        let byColumn = try #require(table["drift_by_columns"] as? [String: [String: Any]])
        #expect(byColumn.keys.sorted() == ["c", "single", "x"])
        #expect(byColumn["single"]?["drift_score"] is NSNull)
        #expect(byColumn["x"]?["stattest_name"] as? String == "K-S p_value")
        let holder = try #require(byColumn["x"]?["reference"] as? [String: Any])
        let small = try #require(holder["small_distribution"] as? [String: Any])
        #expect((small["x"] as? [Double])?.count == 11)
        #expect((small["y"] as? [Double])?.count == 10)
        #expect(try JSONDecoder().decode(ClassicDriftResult.self, from: data) == classic)
    }
}
