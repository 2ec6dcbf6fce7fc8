import DeltaLake
import Foundation
import MartletDomain
import Metadata
import ModelRuntime
import QueryEngine

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What doing a prediction again came to.
struct ReplayedPrediction: Sendable {
    var replay: PredictionReplay
    /// Nil where it ended before.
    var opened: OpenedModel?
    var computation: FeatureComputation?
    /// The row with its features.
    var inputs: RecordBatch?
}

extension Scoring {
    /// What scores here now.
    func environment() async throws -> ScoringEnvironment {
        let engine = try await datasets.engine.withSession { try $0.collect("SELECT version() AS v").text("v") ?? "" }
        let library = try await offTheCooperativePool { try XGBoost.open().version }
        return ScoringEnvironment(library: library, engine: engine, processor: Self.processor)
    }

    private static var processor: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "unknown" }
        return withUnsafeBytes(of: names.machine) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// Reads each table at its recorded version, computes the features by the recorded declaration and scores them with
    /// the files that were registered. Uses nothing of the stored row but its key and time.
    ///
    /// What it takes and is not there any more is told, not thrown.
    func replay(
        _ run: ScoringRun, _ version: ModelVersion, key: [String], at asOf: Int64, stored: RecordBatch
    ) async throws -> ReplayedPrediction {
        var done = ReplayedPrediction(replay: PredictionReplay(outcome: .impossible, score: nil))
        do {
            guard version.artifactDigest == run.artifactDigest else {
                throw ScoringError.artifactChanged(
                    model: version.id.description, expected: run.artifactDigest, found: version.artifactDigest)
            }
            let opened = try await models.open(version)
            done.opened = opened
            let computation = try await computation(opened)
            done.computation = computation
            guard let row = try await spineRow(run, key: key, at: asOf, computation) else {
                let words = "\(run.spine) has no row \(key.joined(separator: ", ")) at \(Instant(microseconds: asOf))"
                done.replay.causes = [.init(.missingRow, words)]
                return done
            }
            let inputs = try await features.compute(computation, for: row, time: run.recipe.time, from: run.sources)
            done.inputs = inputs
            let scores = try opened.model.predict(
                FeatureMatrix(inputs, columns: opened.card.inputs, table: run.spine.description))
            done.replay = try await compared(
                run, opened.card.inputs, stored, inputs, score: scores.first.map(Double.init))
        } catch let error as any MartletError {
            done.replay = PredictionReplay(
                outcome: .impossible, score: nil, causes: [Self.cause(error, reading: run.sources)])
        }
        return done
    }

    private func compared(
        _ run: ScoringRun, _ names: [String], _ stored: RecordBatch, _ inputs: RecordBatch, score: Double?
    ) async throws -> PredictionReplay {
        var replay = PredictionReplay(outcome: .equal, score: score)
        for name in names {
            let (old, new) = (stored.modelValue(name), inputs.modelValue(name))
            guard old?.bitPattern != new?.bitPattern else { continue }
            replay.differences.append(
                "\(name) was \(old.map { "\($0)" } ?? "missing") and is \(new.map { "\($0)" } ?? "missing")")
        }
        let old = stored[PredictionColumn.score]?.doubles?.first ?? nil
        if old?.bitPattern != score?.bitPattern {
            replay.differences.append(
                "the score was \(old.map { "\($0)" } ?? "missing") and is \(score.map { "\($0)" } ?? "missing")")
        }
        guard !replay.differences.isEmpty else { return replay }
        replay.outcome = .differs
        replay.causes = try await causes(since: run.environment)
        return replay
    }

    /// Why the same work came out otherwise.
    func causes(since recorded: ScoringEnvironment?) async throws -> [PredictionReplay.Cause] {
        guard let recorded else {
            return [
                .init(.unknown, "what scored was not recorded, so another library cannot be told from another file")
            ]
        }
        let found = try await environment().differences(from: recorded)
        guard found.isEmpty else { return found.map { .init(.changedLibrary, $0) } }
        return [
            .init(
                .unknown,
                "the same libraries read the recorded versions: a data file of a table was replaced in its place")
        ]
    }

    static func cause(
        _ error: any MartletError, reading tables: [TableReference]
    ) -> PredictionReplay.Cause {
        switch error {
        case is SealBroken: .init(.replacedFile, error.message)
        case ScoringError.artifactChanged: .init(.replacedFile, error.message)
        case ScoringError.otherFeatures: .init(.driftedView, error.message)
        case is DeltaError, is DatasetError, is QueryError:
            .init(
                .vacuumedVersion,
                "one of \(tables.map(\.description).sorted().joined(separator: ", ")) could not be read: \(error.message)"
            )
        case ServedScoringError.pastIsGone: .init(.vacuumedVersion, error.message)
        default: .init(.unknown, error.message)
        }
    }

    private func spineRow(
        _ run: ScoringRun, key: [String], at asOf: Int64, _ computation: FeatureComputation
    ) async throws -> RecordBatch? {
        let rows = try await features.spine(
            run.recipe, at: run.spine.version, in: TimeWindow(from: asOf, to: asOf + 1),
            needing: computation.spineColumns, withLabel: false)
        return rows.find(run.recipe.key, key).map { rows.rows([$0]) }
    }
}

extension RecordBatch {
    /// The first row whose columns have these values, as ``Column/text(at:)`` writes them.
    func find(_ columns: [String], _ values: [String]) -> Int? {
        (0..<rowCount).first { row in
            zip(columns, values).allSatisfy { name, value in self[name]?.text(at: row) == value }
        }
    }

    /// The first row's value as a model takes it; nil for a missing one.
    func modelValue(_ name: String) -> Double? {
        guard let column = self[name], rowCount > 0, !column.isNull(at: 0) else { return nil }
        return column.doubles?.first ?? column.booleans?.first.flatMap { $0.map { $0 ? 1 : 0 } }
    }
}
