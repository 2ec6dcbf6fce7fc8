import Foundation
import MartletDomain
import Testing

import ModelRuntime

@Suite struct XGBoostTrainingTests {
    private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
        a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
    }

    @Test func `A forest predicts what Python's XGBoost predicts after the same training`() throws {
        let golden = try Golden.forest()
        let model = try XGBoostModel.train(
            golden.matrix(), labels: golden.labels,
            parameters: .randomForest(trees: 50, depth: 5, subsample: 0.8, columnSample: 0.5, seed: 42))
        #expect(largestDifference(try model.predict(golden.matrix()), golden.forest.predictions) <= 1e-6)
        #expect(model.treeCount == 50)
        #expect(model.featureNames == golden.names)
    }

    @Test func `Boosted trees predict what Python's XGBoost predicts, for both objectives`() throws {
        let golden = try Golden.forest()
        for objective in XGBoostParameters.Objective.allCases {
            let model = try XGBoostModel.train(
                golden.matrix(), labels: golden.labels,
                parameters: .gradientBoosting(
                    rounds: 20, depth: 3, subsample: 0.9, columnSample: 0.75, objective: objective, seed: 3))
            let expected = objective == .binaryLogistic ? golden.boosted : golden.squared
            #expect(largestDifference(try model.predict(golden.matrix()), expected.predictions) <= 1e-6)
            #expect(model.objective == objective.rawValue)
        }
    }

    @Test func `Feature importance is Python's, most first`() throws {
        let golden = try Golden.forest()
        let model = try XGBoostModel.train(
            golden.matrix(), labels: golden.labels,
            parameters: .randomForest(trees: 50, depth: 5, subsample: 0.8, columnSample: 0.5, seed: 42))
        for (kind, expected) in [(FeatureImportance.Kind.gain, golden.forest.gain), (.weight, golden.forest.weight)] {
            let scores = try model.importance(kind)
            #expect(scores.map(\.score) == scores.map(\.score).sorted(by: >))
            #expect(Set(scores.map(\.feature)) == Set(expected.keys))
            for score in scores {
                let other = try #require(expected[score.feature])
                #expect(abs(score.score - other) <= 1e-5 * abs(other))
            }
        }
    }

    @Test func `Importance names the right column, also where columns are called like XGBoost's own`() throws {
        let (data, labels) = try madeUpData(rows: 500, columns: 3)
        let named = try FeatureMatrix(rowCount: 500, columnNames: ["f2", "f0", "f1"], values: data.values)
        let parameters = XGBoostParameters.gradientBoosting(rounds: 5, depth: 3)
        let plain = try XGBoostModel.train(data, labels: labels, parameters: parameters).importance(.totalGain)
        let other = try XGBoostModel.train(named, labels: labels, parameters: parameters).importance(.totalGain)
        let names = ["column 0": "f2", "column 1": "f0", "column 2": "f1"]
        #expect(plain.map { names[$0.feature] } == other.map(\.feature))
        #expect(plain.map(\.score) == other.map(\.score))
    }

    @Test func `Two trainings with one seed give the same bytes, and another seed gives others`() throws {
        let (data, labels) = try madeUpData(rows: 5000, columns: 6)
        func train(_ seed: Int) throws -> [UInt8] {
            try XGBoostModel.train(data, labels: labels, parameters: .randomForest(trees: 20, seed: seed)).serialized()
        }
        let first = try train(1)
        #expect(try train(1) == first)
        #expect(try train(2) != first)
    }

    @Test func `Every fault of data, labels and parameters is told at once`() throws {
        let data = try FeatureMatrix(rowCount: 3, columnNames: ["a", "b<"], values: [1, .infinity, 3, 4, .nan, 6])
        let error = #expect(throws: ModelError.self) {
            try XGBoostModel.train(
                data, labels: [0, 2], parameters: .randomForest(trees: 0, depth: 99, subsample: .nan))
        }
        guard case .invalidInput(let problems) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problems.count == 7, "\(problems)")
        #expect(problems.contains { $0.contains("'b<' is infinite, first in row 0") })
    }

    @Test func `A matrix of the wrong shape is refused, also one whose size overflows`() {
        #expect(throws: ModelError.self) { try FeatureMatrix(rowCount: 2, columnNames: ["a"], values: [1]) }
        #expect(throws: ModelError.self) { try FeatureMatrix(rowCount: -1, columnNames: ["a"], values: []) }
        #expect(throws: ModelError.self) { try FeatureMatrix(rowCount: 1, columnNames: ["a", "a"], values: [1, 2]) }
        #expect(throws: ModelError.self) { try FeatureMatrix(rowCount: .max, columnNames: ["a", "b"], values: []) }
    }

    @Test func `Progress counts the rounds, and a cancelled task stops between two`() async throws {
        let (data, labels) = try madeUpData(rows: 500, columns: 3)
        var told: [Int] = []
        _ = try XGBoostModel.train(
            data, labels: labels, parameters: .gradientBoosting(rounds: 4, depth: 2),
            progress: { done, total in told.append(done * 10 + total) })
        #expect(told == [14, 24, 34, 44])
        let training = Task { () -> Int in
            var last = 0
            do {
                _ = try XGBoostModel.train(
                    data, labels: labels, parameters: .gradientBoosting(rounds: 1000, depth: 2),
                    progress: { done, _ in
                        last = done
                        if done == 3 { withUnsafeCurrentTask { $0?.cancel() } }
                    })
            } catch is CancellationError {
                return last
            }
            return -1
        }
        #expect(try await training.value == 3)
    }

    @Test func `Labels of one class train a model that predicts finite numbers`() throws {
        let (data, _) = try madeUpData(rows: 50, columns: 2)
        for label: Float in [0, 1] {
            let model = try XGBoostModel.train(
                data, labels: [Float](repeating: label, count: 50), parameters: .randomForest(trees: 5, depth: 3))
            #expect(try model.predict(data).allSatisfy { (0...1).contains($0) })
        }
    }
}
