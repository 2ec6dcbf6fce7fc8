package import MartletDomain
import ModelRuntime

extension Models {
    /// Measures a registered version on rows that it has not seen and records the result, passed or not.
    ///
    /// The figure is computed here from the sealed files and a pinned table; nobody can hand one in. What cannot be
    /// evaluated does not pass.
    package func evaluateGate(
        _ id: ModelVersion.ID, on table: TableReference, minimumAreaUnderROC minimum: Double, by caller: Caller
    ) async throws -> GateResult {
        guard (0...1).contains(minimum) else {
            throw InvalidRequest("The least AUC \(minimum) is not between 0 and 1.")
        }
        let version = try await registry.version(id)
        // A table that is not there is a slip of the pen, and no try that came to nothing.
        _ = try await datasets.snapshot(table)
        var result = GateResult(
            version: id, metric: GateResult.areaUnderROC, minimum: minimum, value: nil, outcome: .couldNotBeEvaluated,
            reason: nil,
            table: table, artifactDigest: version.artifactDigest, by: caller.user.name, at: 0)
        do {
            let value = try await areaUnderROC(of: version, on: table)
            (result.value, result.outcome) = (value, value >= minimum ? .passed : .failed)
        } catch let error as any MartletError {
            result.reason = error.message
        }
        return try await registry.record(result, by: caller)
    }

    private func areaUnderROC(of version: ModelVersion, on table: TableReference) async throws -> Double {
        guard let value = try await metrics(of: version, on: table).auc else {
            throw InvalidRequest("All outcomes in \(table) are the same, so there is no AUC.")
        }
        return value
    }

    /// Measures a registered version on rows that it has not seen by every metric there is for it, and records the
    /// figures, which gates of the policy then look for.
    ///
    /// - Throws: What keeps it from being measured; nothing is recorded then, so that no gate passes by it.
    package func evaluate(
        _ id: ModelVersion.ID, on table: TableReference, by caller: Caller
    ) async throws -> [Evaluation] {
        let version = try await registry.version(id)
        let figures = try await metrics(of: version, on: table).named().filter(\.value.isFinite)
        return try await registry.record(
            figures.sorted { $0.key < $1.key }.map {
                Evaluation(
                    version: id, metric: $0.key, value: $0.value, table: table,
                    artifactDigest: version.artifactDigest, isReported: false)
            }, by: caller)
    }

    /// How well a version does on rows of its own kind, apart from those that it was trained on.
    private func metrics(
        of version: ModelVersion, on table: TableReference
    ) async throws -> BinaryClassificationMetrics {
        let opened = try await open(version)
        let set = try await features.trainingSet(table)
        guard set.recipe == opened.card.recipe else {
            throw ScoringError.otherFeatures(
                model: version.id.description, expected: opened.card.recipe.featureSet, found: set.recipe.featureSet)
        }
        guard let training = try await trainingRecord(of: version) else {
            throw ScoringError.trainingUnknown(model: version.id.description)
        }
        let trained = try await features.trainingSet(training.table)
        try set.requireApart(from: trained)
        let rows = try await rows(of: set, inputs: opened.card.inputs)
        let scores = try opened.model.predict(rows.matrix)
        return try BinaryClassificationMetrics(scores: scores, labels: rows.labels)
    }
}
