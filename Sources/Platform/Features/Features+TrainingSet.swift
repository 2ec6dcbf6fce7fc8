import DeltaLake
import Foundation
package import MartletDomain
import QueryEngine

extension Features {
    /// Joins to each row of a table what its declared features were at that row's time, and commits the result as a table.
    ///
    /// One row in, one row out, in order of time and key. Rows whose outcome was not known by `knownAt` are left out: a
    /// model that is trained on a day has seen no later outcome.
    /// - Parameters:
    ///   - recipe: ``FeatureRecipe/featureSet`` may be a name here; the recipe that is kept has its hash.
    ///   - spineVersion: nil for the newest.
    ///   - knownAt: Microseconds since 1970 UTC; nil for the end of time.
    package func trainingSet(
        _ recipe: FeatureRecipe, at spineVersion: Int64? = nil, in window: TimeWindow, knownAt: Int64?,
        into table: TableName, by caller: Caller
    ) async throws -> DatasetVersion {
        let featureSet = try await featureSet(recipe.featureSet)
        let computation = try computation(featureSet)
        var recipe = recipe
        recipe.featureSet = featureSet.hash
        let spineTable = TableReference(
            recipe.spine, version: try await datasets.snapshot(recipe.spine, version: spineVersion).version)
        let sources = try await pinSources(of: computation)
        let all = try await spine(
            recipe, at: spineTable.version, in: window, needing: computation.spineColumns, withLabel: true)
        let spine = all.rows(try Self.labelled(all, recipe, knownAt: knownAt))
        guard spine.rowCount > 0 else {
            throw DatasetError.noRows("\(recipe.spine) in that window, with outcomes known,")
        }

        let rows = try await compute(computation, for: spine, time: recipe.time, from: sources)
        guard rows.rowCount == spine.rowCount else {
            throw RowCountChanged(expected: spine.rowCount, found: rows.rowCount)
        }
        // The table's own log carries how it was made, so that a crash right after the commit loses nothing of it.
        let making = TrainingSet.Making(recipe: recipe, window: window, knownAt: knownAt)
        return try await datasets.write(
            table, .overwrite, rows, operation: .trainingSet, inputs: [spineTable] + sources,
            source: canonicalText(making), by: caller)
    }

    /// Rows with a known label, known in time.
    private static func labelled(_ rows: RecordBatch, _ recipe: FeatureRecipe, knownAt: Int64?) throws -> [Int] {
        guard let label = rows[recipe.label] else { return [] }
        let availability = recipe.labelAvailableAt.flatMap { rows[$0] }
        return try (0..<rows.rowCount).filter { row in
            if label.isNull(at: row) { return false }
            guard let availability, let knownAt else { return true }
            guard case .timestamp(let times) = availability.values else {
                throw InvalidRequest("\(availability.name) must be a timestamp to say when the label was known.")
            }
            return !availability.isNull(at: row) && times[row] <= knownAt
        }
    }

    /// How a training set was put together.
    /// - Throws: ``UnknownTrainingSet`` for a table that was made otherwise.
    package func trainingSet(_ table: TableReference) async throws -> TrainingSet {
        let version = try await datasets.version(table)
        guard let version, version.operation == .trainingSet || version.operation == .recovered,
            let making = try? decoded(TrainingSet.Making.self, from: version.source ?? "")
        else { throw UnknownTrainingSet(table: table) }
        return TrainingSet(table: table, recipe: making.recipe, window: making.window, knownAt: making.knownAt)
    }
}

/// A table of rows with their features and outcomes, and how it came about.
package struct TrainingSet: Sendable, Hashable {
    package var table: TableReference
    package var recipe: FeatureRecipe
    package var window: TimeWindow
    /// Outcomes that became known later are not in it, microseconds since 1970 UTC.
    package var knownAt: Int64?

    /// What a version's record says of how its rows were made.
    struct Making: Codable {
        var recipe: FeatureRecipe
        var window: TimeWindow
        var knownAt: Int64?

        enum CodingKeys: String, CodingKey {
            case recipe, window
            case knownAt = "known_at"
        }
    }

    /// - Throws: ``InvalidRequest`` when the two share a span of time, so that one is no test of what learned from the other.
    func requireApart(from trained: TrainingSet) throws {
        guard window.start >= trained.window.end || window.end <= trained.window.start else {
            throw InvalidRequest(
                "\(table) overlaps in time with the training rows \(trained.table), so it measures nothing. "
                    + "Make one of another span with `martlet features training-set`.")
        }
    }
}

struct UnknownTrainingSet: MartletError {
    var table: TableReference

    var code: ErrorCode { .resourceDoesNotExist }
    var message: String {
        "\(table) is not a training set: it carries no feature recipe. Make one with `martlet features training-set`."
    }
}

struct RowCountChanged: MartletError {
    var expected: Int
    var found: Int

    var code: ErrorCode { .internalError }
    var message: String {
        "\(expected) rows went in and \(found) came out, so nothing was written. This is a defect of Martlet."
    }
}
