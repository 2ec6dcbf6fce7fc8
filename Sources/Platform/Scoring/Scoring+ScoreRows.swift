import AuditLog
import DeltaLake
package import Foundation
package import MartletDomain
import Metadata
import ModelRuntime
import QueryEngine

/// Rows to be scored by a version that knows its own features.
package struct RowScoringRequest: Sendable {
    /// By stage or alias.
    package var modelURI: String
    package var rows: FeatureRows
    /// Whether the model itself runs elsewhere.
    package var isFeaturesOnly: Bool
    /// Why views that have changed do not matter; nil if they do.
    package var driftReason: String?
    /// Whether a version may be named by its number, because history is meant.
    package var isHistory: Bool
    /// What features of the rows came from memory, and for which version they were asked for.
    var served: ServedRows?

    package init(
        modelURI: String, rows: FeatureRows, isFeaturesOnly: Bool, driftReason: String?, isHistory: Bool = false
    ) {
        (self.modelURI, self.rows, self.isHistory) = (modelURI, rows, isHistory)
        (self.isFeaturesOnly, self.driftReason) = (isFeaturesOnly, driftReason)
    }

    /// The same for every try of one request; what the refusal's entry and the result's have in common.
    fileprivate func action(_ facts: [String: String?]) -> AuditAction {
        AuditAction("scoring", "score_rows", facts.merging(["model_uri": modelURI]) { fact, _ in fact })
    }
}

extension Scoring {
    /// Looks up the features of each row as of the row's own time, by what the version was packed with, and scores them.
    ///
    /// One row in, one row out, in order: the rows' own columns, the model's inputs that they lack, and the prediction last.
    /// A column of the rows that is named like a feature is used in its place, nulls included.
    ///
    /// - Returns: What was done, and the result as a Parquet file of the scratch folder. It belongs to the caller.
    /// - Throws: ``PackedFeaturesError/viewsChanged(model:uri:_:)``, ``ScoringError/notInService(_:)``,
    ///   ``FeatureError/issues(_:)`` with every problem of the rows and tables.
    package func scoreRows(
        _ request: RowScoringRequest, by caller: Caller
    ) async throws -> (scoring: RowScoring, file: URL) {
        let (scoring, file) = try await compute(request, into: nil, by: caller)
        do {
            return (try await keepLogged(scoring, request, file, by: caller), file)
        } catch {
            try? FileManager.default.removeItem(at: file)
            throw error
        }
    }

    /// As ``scoreRows(_:by:)``, and appends the result to a table.
    ///
    /// The same rows scored again by the same version to the same result are not appended twice: the first answer is given
    /// again, also if the first try was cut short.
    package func scoreRows(
        _ request: RowScoringRequest, into table: TableName, by caller: Caller
    ) async throws -> RowScoring {
        var (scoring, file) = try await compute(request, into: table, by: caller)
        defer { try? FileManager.default.removeItem(at: file) }
        if let done = try await keptRowScoring(scoring.id) { return done }
        var inputs = Set(scoring.sources.values)
        if let rows = try? TableReference(scoring.rows) { inputs.insert(rows) }
        let written = try await datasets.write(
            table, .append, selecting: "SELECT * FROM read_parquet(\(quotedLiteral(file.path)))",
            operation: .predictions, inputs: inputs.sorted { $0.description < $1.description },
            source: "model:\(scoring.model)/\(scoring.modelVersion)", runID: scoring.id, transaction: scoring.id,
            by: caller)
        scoring.predictions = written.table
        return try await keep(scoring, request, by: caller)
    }

    /// Equal for equal work: the same version, rows and result, into the same table.
    private static func scoringID(
        _ version: ModelVersion.ID, _ rows: String, _ inputs: [TableReference], _ contentHash: String,
        _ table: TableName
    ) -> String {
        let tables = inputs.map(\.description).sorted().joined(separator: " ")
        let work = "\(version)\n\(rows)\n\(tables)\n\(contentHash)\n\(table)"
        return String(CanonicalJSON.sha256Hex(work).prefix(32))
    }

    /// - Throws: ``UnknownRowScoring``.
    package func rowScoring(_ id: String) async throws -> RowScoring {
        guard let found = try await keptRowScoring(id) else { throw UnknownRowScoring(id: id) }
        return found
    }

    private func keptRowScoring(_ id: String) async throws -> RowScoring? {
        try await store.read { try $0.rowScoring(id) }
    }

    private func compute(
        _ request: RowScoringRequest, into table: TableName?, by caller: Caller
    ) async throws -> (scoring: RowScoring, file: URL) {
        try await datasets.requireChange(request.action(["predictions": table?.description]), by: caller)
        try requireInService(request.modelURI, history: request.isHistory)
        let found = try await registry.resolve(request.modelURI)
        let version = request.served?.version ?? found
        let packed = try await models.openPacked(version)
        let drift = try await permitted(
            packed.features.drift(from: try await features.newestViews()), of: version.id, uri: request.modelURI,
            reason: request.driftReason, by: caller, request.action)
        var specification = try packed.features.specification(at: version.id.description)
        (specification.mode, specification.labels, specification.excluded) = (.score, [], [])
        let sources = try await TrainingSetSources(of: specification, features)
        var warnings = try await features.changes(since: packed.features, sources)
        if !drift.isEmpty {
            warnings.append(
                "scored by the packed definitions: " + drift.map(\.sentence).joined(separator: "; "))
        }
        let model = request.isFeaturesOnly ? nil : try await models.run(packed)
        let work = RowScoringWork(packed: packed.features, sources: sources, model: model)
        let file = datasets.scratch.appending(path: newID() + ".export")
        do {
            let schema = packed.features.rowSchema
            let lent = try await features.withFrame(request.rows, like: schema) { frame in
                let done = try await datasets.engine.withSession { try work.run(frame, to: file, in: $0) }
                return ScoredFrame(done: done, rows: frame.source ?? "", inputs: frame.inputs)
            }
            let (done, rows) = (lent.done, lent.rows)
            let id = table.map { Self.scoringID(version.id, rows, lent.inputs, done.contentHash, $0) } ?? newID()
            var scoring = RowScoring(
                id: id, model: version.id, modelURI: request.modelURI, artifactDigest: version.artifactDigest,
                featuresDigest: try packed.features.digest, planHash: packed.features.planHash, rows: rows,
                rowCount: Int64(done.rowCount), sources: sources.pinned, inputs: packed.features.modelInputs,
                overridden: done.overridden, drift: drift, driftReason: drift.isEmpty ? nil : request.driftReason,
                warnings: warnings, isFeaturesOnly: request.isFeaturesOnly, contentHash: done.contentHash,
                predictions: nil, scoredBy: caller.user.name, scoredAt: 0)
            if let served = request.served { scoring.take(served.states, asOf: served.asOf) }
            scoring.policyDigest = registry.policyDigest
            if model != nil { scoring.environment = try await environment() }
            return (scoring, file)
        } catch {
            try? FileManager.default.removeItem(at: file)
            throw error
        }
    }

    /// Keeps the predictions with the record, or before it: whoever got an answer can ask why.
    private func keepLogged(
        _ scoring: RowScoring, _ request: RowScoringRequest, _ file: URL, by caller: Caller
    ) async throws -> RowScoring {
        guard logs(scoring) else { return try await keep(scoring, request, by: caller) }
        guard scoring.rowCount > Int64(Self.mostRowsInStore) else {
            return try await keep(scoring, request, logged: try await loggedRows(of: file, scoring), by: caller)
        }
        return try await keep(scoring, request, log: try await appendToLog(file, scoring), by: caller)
    }

    /// Whether a scoring is among those that policy keeps: chosen by its id.
    private func logs(_ scoring: RowScoring) -> Bool {
        guard settings.logShare < 1 else { return true }
        let place = Double(UInt32(scoring.id.prefix(8), radix: 16) ?? 0) / Double(UInt32.max)
        return place < settings.logShare
    }

    private func keep(
        _ scoring: RowScoring, _ request: RowScoringRequest, logged rows: [LoggedPrediction] = [],
        log: TableReference? = nil, by caller: Caller
    ) async throws -> RowScoring {
        let action = request.action([
            "row_scoring_id": scoring.id, "model": "\(scoring.model)/\(scoring.modelVersion)",
            "artifact_digest": scoring.artifactDigest, "features_digest": scoring.featuresDigest,
            "rows": "\(scoring.rowCount)", "from": scoring.rows, "content": scoring.contentHash,
            "sources": Set(scoring.sources.values).map(\.description).sorted().joined(separator: " "),
            "overridden": scoring.overridden.isEmpty ? nil : scoring.overridden.joined(separator: " "),
            "allow_drift": scoring.driftReason,
            "drift": scoring.drift.isEmpty ? nil : scoring.drift.map(\.sentence).joined(separator: "; "),
            "predictions": scoring.predictions?.description, "log": log?.description,
            "logged": rows.isEmpty ? nil : "\(rows.count)",
        ])
        return try await store.change(action, by: caller) { db in
            var scoring = scoring
            scoring.scoredAt = db.now
            if let done = try db.rowScoring(scoring.id) { return done }
            try db.execute(
                "INSERT INTO row_scorings (id, model, model_version, scored_at, record, log_table, log_version) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(scoring.id), .text(scoring.model), .integer(scoring.modelVersion),
                    .integer(scoring.scoredAt), .text(try canonicalText(scoring)),
                    SQLValue(log?.name.description), SQLValue(log?.version),
                ])
            try db.insert(rows, of: scoring)
            return scoring
        }
    }
}

/// What became of the rows, and where they were from.
private struct ScoredFrame: Sendable {
    var done: RowScoringWork.Done
    var rows: String
    var inputs: [TableReference]
}

extension PackedFeatures {
    /// What text files of rows are read as.
    fileprivate var rowSchema: TableSchema {
        TableSchema(columns.compactMap { column in column.type.map { .init(column.name, $0) } })
    }
}

extension Snapshot {
    fileprivate func rowScoring(_ id: String) throws -> RowScoring? {
        try row("SELECT record FROM row_scorings WHERE id = ?", [.text(id)]).map {
            try decoded(RowScoring.self, from: $0.text("record"))
        }
    }
}

struct UnknownRowScoring: MartletError {
    var id: String

    var code: ErrorCode { .resourceDoesNotExist }
    var message: String { "There is no record of scored rows \(id)." }
}
