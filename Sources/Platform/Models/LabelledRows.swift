import DeltaLake
import MartletDomain
import ModelRuntime
import QueryEngine

/// A training set's rows as a model takes them.
struct LabelledRows: Sendable {
    var set: TrainingSet
    var matrix: FeatureMatrix
    var labels: [Bool]
}

extension Models {
    /// - Parameter inputs: nil takes every number but key, time and outcome, in the table's order.
    func rows(of set: TrainingSet, inputs: [String]?) async throws -> LabelledRows {
        let snapshot = try await datasets.snapshot(set.table)
        let recipe = set.recipe
        let apart = Set(recipe.key + [recipe.time, recipe.label] + [recipe.labelAvailableAt].compactMap { $0 })
        let names = inputs ?? snapshot.schema.fields.filter { $0.type.isNumber && !apart.contains($0.name) }.map(\.name)
        let leaks = names.filter(apart.contains)
        guard leaks.isEmpty else {
            throw InvalidRequest(
                "\(leaks.joined(separator: ", ")) of \(set.table): a key, a time or the outcome cannot be an input. Leave it out."
            )
        }
        let wanted = (names + [recipe.label]).map(quotedIdentifier).joined(separator: ", ")
        let relation = snapshot.relation
        let batch = try await datasets.engine.withSession { try $0.collect("SELECT \(wanted) FROM \(relation)") }
        guard batch.rowCount > 0 else { throw DatasetError.noRows(set.table.description) }
        guard let truths = batch[recipe.label]?.truths else {
            throw InvalidRequest("The label \(recipe.label) of \(set.table) must be boolean, or 0 and 1.")
        }
        let labels = truths.compactMap { $0 }
        guard labels.count == batch.rowCount else {
            throw InvalidRequest("The label \(recipe.label) of \(set.table) is missing in some rows.")
        }
        return LabelledRows(
            set: set, matrix: try FeatureMatrix(batch, columns: names, table: set.table.description), labels: labels)
    }

    /// The rows of another training set, which must be made as `other` was, of another span of time.
    func holdoutRows(_ table: TableReference?, like other: TrainingSet, inputs: [String]?) async throws -> LabelledRows?
    {
        guard let table else { return nil }
        let set = try await features.trainingSet(table)
        guard set.recipe == other.recipe else {
            throw ScoringError.otherFeatures(
                model: other.table.description, expected: other.recipe.featureSet, found: set.recipe.featureSet)
        }
        try set.requireApart(from: other)
        return try await rows(of: set, inputs: inputs)
    }
}
