import Foundation
import Testing

import DriftStatistics

@Suite struct GoldenTests {
    @Test(arguments: GoldenCase.names)
    func `By default each column gets the golden method, score, threshold and decision`(name: String) throws {
        let golden = try GoldenCase(name)
        let drift = datasetDrift(reference: golden.reference, current: golden.current)
        #expect(drift.columns.count == golden.expected.columns.count)
        for column in drift.columns {
            let wanted = try #require(golden.expected.columns[column.name]).default
            #expect(column.method == wanted.method, "\(column.name)")
            #expect(column.displayName == wanted.display)
            #expect(column.threshold == wanted.threshold)
            #expect(agrees(column.score, wanted.score.value), "\(column.name): \(String(describing: column.score))")
            #expect(column.isDrifted == wanted.drifted, "\(column.name)")
            #expect(column.isComputed)
        }
        if let dataset = golden.expected.dataset { expect(drift, agreesWith: dataset) }
    }

    @Test(arguments: GoldenCase.names)
    func `Each method asked for gives the golden score and decision on every column`(name: String) throws {
        let golden = try GoldenCase(name)
        let byDefault = datasetDrift(reference: golden.reference, current: golden.current).columns
        let currentByName = Dictionary(golden.current) { first, _ in first }
        var checked = 0
        for method in DriftMethod.all {
            // The permutation test of the larger tables takes a minute unless optimised.
            if !isOptimised, method.name == "TVD", case (_, let column)? = golden.current.first, column.count > 120 {
                continue
            }
            let asked = golden.expected.columns.filter { $0.value.tests[method.name] != nil }
            let columns = zip(golden.reference, byDefault).map { reference, other in
                guard asked[reference.0] != nil else { return other }
                return columnDrift(
                    name: reference.0, reference: reference.1, current: currentByName[reference.0], method: method)
            }
            let drift = DatasetDrift(columns: columns, driftShareThreshold: 0.5)
            for column in drift.columns {
                guard let wanted = asked[column.name]?.tests[method.name] else { continue }
                let what = Comment(rawValue: "\(method.name) \(column.name): \(String(describing: column.score))")
                #expect(column.method == method.name)
                #expect(column.threshold == wanted.threshold, what)
                #expect(agrees(column.score, wanted.score.value), what)
                #expect(column.isDrifted == wanted.drifted, what)
                checked += 1
            }
            // Where the golden run could not compute a column that we can, the totals differ.
            let allowed = golden.expected.columns.filter { method.allows($0.value.type) }
            if let dataset = golden.expected.datasetPerMethod?[method.name], allowed.count == asked.count {
                expect(drift, agreesWith: dataset)
            }
        }
        #expect(checked > 0)
    }

    private func agrees(_ score: Double?, _ wanted: Double?) -> Bool {
        guard let score, let wanted else { return score == nil && wanted == nil }
        return abs(score - wanted) <= 1e-6 + 1e-6 * abs(wanted)
    }

    private func expect(_ drift: DatasetDrift, agreesWith wanted: GoldenCase.Expected.Dataset) {
        #expect(drift.columnCount == wanted.numberOfColumns)
        #expect(drift.driftedCount == wanted.numberOfDriftedColumns)
        #expect(abs(drift.driftedShare - wanted.shareOfDriftedColumns) < 1e-12)
        #expect(drift.isDrifted == wanted.datasetDrift)
    }
}
