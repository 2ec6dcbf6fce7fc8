import Foundation
import MartletDomain
import Testing

import ModelRuntime

@Suite struct XGBoostPredictionTests {
    private func small() throws -> XGBoostModel { try XGBoostModel(serialized: Golden.bytes("small.ubj")) }

    @Test func `A saved and loaded model predicts the same bits`() throws {
        let (data, labels) = try madeUpData(rows: 2000, columns: 5)
        let model = try XGBoostModel.train(data, labels: labels, parameters: .randomForest(trees: 30, depth: 6))
        let expected = try model.predict(data).map(\.bitPattern)
        try withFolder { folder in
            let file = folder.appendingPathComponent("model.ubj")
            try model.save(to: file)
            try model.save(to: file)
            let loaded = try XGBoostModel.load(from: file)
            #expect(try loaded.predict(data).map(\.bitPattern) == expected)
            #expect(loaded.serialized() == model.serialized())
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.ubj"])
        }
        #expect(try XGBoostModel(serialized: model.serialized()).predict(data).map(\.bitPattern) == expected)
    }

    @Test func `The two formats of one model predict the same bits`() throws {
        let data = try Golden.forest().matrix()
        let json = try XGBoostModel(serialized: Golden.bytes("small.json"))
        #expect(try json.predict(data).map(\.bitPattern) == small().predict(data).map(\.bitPattern))
        #expect(try json.serialized() == Golden.bytes("small.ubj"))
    }

    @Test func `Single rows and bulk predict the same bits`() throws {
        let (model, data) = (try small(), try Golden.forest().matrix())
        let bulk = try model.predict(data)
        for row in 0..<data.rowCount {
            let values = Array(data.values[row * data.columnCount..<(row + 1) * data.columnCount])
            #expect(try model.predict(row: values).bitPattern == bulk[row].bitPattern)
        }
        #expect(try model.predict(data.prefix(0)).isEmpty)
    }

    @Test func `Columns that are missing, unknown or in another order are refused by name`() throws {
        let (model, data) = (try small(), try Golden.forest().matrix())
        let reordered = try data.selecting(["age", "distance", "rate", "hour"])
        let order = #expect(throws: ModelError.self) { try model.predict(reordered) }
        #expect(order?.message.contains("another order") == true)
        let missing = #expect(throws: ModelError.self) { try model.predict(data.selecting(["age", "rate", "hour"])) }
        #expect(missing?.message.contains("Missing: distance") == true)
        #expect(throws: ModelError.self) { try data.selecting(["nothing"]) }
        let expected = try model.predict(data).map(\.bitPattern)
        #expect(try model.predict(reordered.selecting(model.featureNames)).map(\.bitPattern) == expected)
        #expect(throws: ModelError.self) { try model.predict(row: [1, 2, 3]) }
        #expect(throws: ModelError.self) { try model.predict(row: [1, 2, 3, .infinity]) }
    }

    @Test func `Many tasks may ask one model at the same time`() async throws {
        let (model, data) = (try small(), try Golden.forest().matrix())
        let expected = try model.predict(data).map(\.bitPattern)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<50 where try model.predict(data).map(\.bitPattern) != expected { return false }
                    return true
                }
            }
            for try await same in group { #expect(same) }
        }
    }

    @Test func `A missing library is an error that names the mend and not a crash`() {
        let error = XGBoostLibraryError(missing: "XGBoosterCreate")
        #expect(error.message.contains("make setup"))
        #expect(error.code == .featureDisabled)
    }

    @Test func `The library's messages come without its source files and stack traces`() {
        let text = "[06:52:59] /some/place/src/data.cc:12: Check failed: a == b: words\nStack trace:\n  [bt] (0) here"
        #expect(Functions.sentence(text) == "Check failed: a == b: words")
    }
}

struct XGBoostContributionTests {
    @Test func `Contributions and bias add up to the margin, whose sigmoid is the prediction`() throws {
        let golden = try Golden.forest()
        let matrix = try golden.matrix()
        for parameters in [
            XGBoostParameters.randomForest(trees: 10, depth: 4, maxBins: 64, seed: 7, threads: 1),
            .gradientBoosting(rounds: 10, depth: 3, learningRate: 0.3, seed: 7, threads: 1),
        ] {
            let model = try XGBoostModel.train(matrix, labels: golden.labels, parameters: parameters)
            let scores = try model.predict(matrix)
            for row in 0..<min(20, matrix.rowCount) {
                let one = try FeatureMatrix(
                    rowCount: 1, columnNames: matrix.columnNames,
                    values: Array(matrix.values[row * matrix.columnCount..<(row + 1) * matrix.columnCount]))
                let parts = try model.contributions(one)
                #expect(parts.values.count == matrix.columnCount)
                #expect(abs(parts.values.reduce(parts.bias, +) - parts.margin) < 1e-4)
                #expect(abs(1 / (1 + exp(-parts.margin)) - scores[row]) < 1e-5)
            }
            #expect(throws: ModelError.self) { try model.contributions(matrix) }
        }
    }
}
