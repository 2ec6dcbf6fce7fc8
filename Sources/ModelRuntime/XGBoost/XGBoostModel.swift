internal import CXGBoost
package import Foundation

/// A tree model of XGBoost that predicts one number a row.
///
/// Any number of threads may ask it at the same time: a model never changes once made, and XGBoost's predictions of trees
/// are thread-safe (its guide, "Prediction", section "Thread Safety"). Calls block the thread that makes them.
package final class XGBoostModel: Sendable {
    let booster: Booster
    /// The model in XGBoost's UBJSON format, the bytes of `model.ubj`. The same model gives the same bytes.
    private let bytes: [UInt8]

    /// The columns that it was trained on, in order; `f0`, `f1`, … where the model came without names.
    package let featureNames: [String]
    package let objective: String
    package let treeCount: Int
    /// The version of the library that runs it.
    package var libraryVersion: String { booster.library.version }

    private init(booster: Booster, bytes: [UInt8], facts: ModelFacts) {
        (self.booster, self.bytes) = (booster, bytes)
        featureNames = facts.featureNames ?? (0..<facts.featureCount).map { "f\($0)" }
        (objective, treeCount) = (facts.objective, facts.treeCount)
    }

    /// Reads a model in XGBoost's UBJSON or JSON format.
    ///
    /// The bytes are checked by us before the library sees them, because it trusts lengths and node numbers that it reads.
    ///
    /// - Throws: ``ModelError/damaged(what:reason:)``, ``ModelError/unsupported(what:reason:)``, or what ``XGBoost/open()`` throws.
    package convenience init(serialized bytes: [UInt8]) throws {
        try self.init(serialized: bytes, named: "The model")
    }

    private convenience init(serialized bytes: [UInt8], named name: String) throws {
        let facts = try ModelFacts(checking: bytes, named: name)
        let booster = try Booster(library: XGBoost.open())
        try bytes.withUnsafeBytes { bytes in
            try booster.check(
                "read \(name)",
                booster.table.BoosterLoadFromBuffer?(booster.handle, bytes.baseAddress, UInt64(bytes.count)))
        }
        try booster.setPredictionThreads()
        let canonical = facts.isBinary ? bytes : try booster.serialized()
        self.init(booster: booster, bytes: canonical, facts: facts)
    }

    /// Trains a model. The same data, parameters and library version give the same bytes.
    ///
    /// - Parameters:
    ///   - labels: One a row: 0...1 for `binaryLogistic`, finite for `squaredError`.
    ///   - progress: Told after each round how many of how many are done; a forest is a single round.
    /// - Throws: ``ModelError/invalidInput(_:)`` with every problem, `CancellationError` between rounds of a cancelled task,
    ///   ``ModelError/library(operation:reason:)``, or what ``XGBoost/open()`` throws.
    package static func train(
        _ data: FeatureMatrix, labels: [Float], parameters: XGBoostParameters,
        progress: ((_ done: Int, _ total: Int) -> Void)? = nil
    ) throws -> XGBoostModel {
        let problems = parameters.problems(with: data, labels: labels)
        guard problems.isEmpty else { throw ModelError.invalidInput(problems) }
        try Task.checkCancellation()
        let library = try XGBoost.open()
        let threads = parameters.settings["nthread"] ?? "1"
        let matrix = try LibraryMatrix(library: library, data: data, labels: labels, threads: threads)
        let booster = try Booster(library: library, matrix: matrix)
        try booster.set("verbosity", "0")
        for (name, value) in parameters.settings.sorted(by: { $0.key < $1.key }) { try booster.set(name, value) }
        for round in 0..<parameters.rounds {
            try Task.checkCancellation()
            try booster.check(
                "train round \(round)", booster.table.BoosterUpdate?(booster.handle, Int32(round), matrix.handle))
            progress?(round + 1, parameters.rounds)
        }
        try booster.name(data.columnNames)
        // The trained booster still holds the training data's caches: what is kept is read back from its bytes.
        return try XGBoostModel(serialized: booster.serialized())
    }

    /// One prediction a row, in order: a probability for `binary:logistic`.
    ///
    /// - Throws: ``ModelError/columnsDiffer(expected:given:)`` unless the columns are ``featureNames`` in that order;
    ///   ``ModelError/invalidInput(_:)`` for an infinite value, which XGBoost's Python package refuses too.
    package func predict(_ data: FeatureMatrix) throws(ModelError) -> [Float] {
        guard data.columnNames == featureNames else {
            throw .columnsDiffer(expected: featureNames, given: data.columnNames)
        }
        if let (name, row) = data.infiniteColumns.first {
            throw .invalidInput(["The column '\(name)' is infinite in row \(row). Use NaN for a missing value."])
        }
        return try predict(data.values, rowCount: data.rowCount)
    }

    /// The prediction for one row of values in the order of ``featureNames``; `NaN` is missing.
    package func predict(row: [Float]) throws(ModelError) -> Float {
        guard row.count == featureNames.count else {
            throw .invalidInput(["The model takes \(featureNames.count) values and was given \(row.count)."])
        }
        if let place = row.firstIndex(where: \.isInfinite) {
            throw .invalidInput(["The value of '\(featureNames[place])' is infinite. Use NaN for a missing one."])
        }
        guard let first = try predict(row, rowCount: 1).first else {
            throw .library(operation: "predict", reason: "nothing came back")
        }
        return first
    }

    /// What each column added to the margin of one row's prediction, in the order of ``featureNames``.
    ///
    /// The exact SHAP values of trees, XGBoost's `pred_contribs`; with the bias they add up to the margin, to rounding.
    /// - Throws: as ``predict(_:)``; ``ModelError/invalidInput(_:)`` unless there is one row.
    package func contributions(
        _ data: FeatureMatrix
    ) throws(ModelError) -> (values: [Float], bias: Float, margin: Float) {
        guard data.columnNames == featureNames else {
            throw .columnsDiffer(expected: featureNames, given: data.columnNames)
        }
        guard data.rowCount == 1 else {
            throw .invalidInput(["Contributions are of one row, and \(data.rowCount) were given."])
        }
        let (values, count) = (data.values, featureNames.count)
        let found = try booster.contributions(data)
        let margin = try booster.predict(values, rowCount: 1, columnCount: count, margin: true)
        guard let bias = found.last, let margin = margin.first else {
            throw .library(operation: "predict contributions", reason: "nothing came back")
        }
        return (Array(found.dropLast()), bias, margin)
    }

    private func predict(_ values: [Float], rowCount: Int) throws(ModelError) -> [Float] {
        guard rowCount > 0 else { return [] }
        return try booster.predict(values, rowCount: rowCount, columnCount: featureNames.count)
    }

    /// The bytes of `model.ubj`.
    package func serialized() -> [UInt8] { bytes }

    /// Writes `model.ubj` so that the file is either whole or not there, and survives a power cut.
    package func save(to file: URL) throws(ModelError) {
        try DurableFile.write(bytes, to: file)
    }

    /// Reads a model file of at most `limit` bytes, UBJSON or JSON.
    package static func load(from file: URL, limit: Int = 1 << 30) throws -> XGBoostModel {
        try XGBoostModel(serialized: DurableFile.read(file, limit: limit), named: file.lastPathComponent)
    }

    /// How much each feature did for the model, most first (equal ones by name). Features that no tree uses are missing.
    package func importance(_ kind: FeatureImportance.Kind = .gain) throws(ModelError) -> [FeatureImportance] {
        let names = featureNames
        return try booster.scores(kind.rawValue, columnCount: names.count).map { score in
            let index = Int(score.name.dropFirst()) ?? -1
            let name = names.indices.contains(index) ? names[index] : score.name
            return FeatureImportance(feature: name, score: score.score)
        }
        .sorted { ($1.score, $0.feature) < ($0.score, $1.feature) }
    }
}

/// What one feature did for a model.
package struct FeatureImportance: Sendable, Hashable {
    /// Raw values are XGBoost's words.
    package enum Kind: String, Sendable, CaseIterable {
        /// The mean gain of the splits on the feature.
        case gain
        /// The number of splits on the feature.
        case weight
        case cover
        case totalGain = "total_gain"
        case totalCover = "total_cover"
    }

    package var feature: String
    package var score: Float
}
