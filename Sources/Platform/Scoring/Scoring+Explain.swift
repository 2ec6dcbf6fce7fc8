import Foundation
package import MartletDomain
import Metadata
import ModelRuntime
import QueryEngine

extension Scoring {
    /// Why a prediction was made: everything on record about it, and the same work done again.
    ///
    /// What is not there any more (a table version, a file, a declaration) is told by ``PredictionExplanation/replay``
    /// and ``PredictionExplanation/gaps``; the rest of the answer is given all the same.
    /// - Throws: ``ScoringError/unknownPrediction(_:)``, or what the registry says of a version that was deleted.
    package func explain(_ predictionID: String) async throws -> PredictionExplanation {
        if let (scoring, row) = try await rowScoring(ofPrediction: predictionID) {
            return try await explain(predictionID, row: row, of: scoring)
        }
        let (run, stored) = try await stored(predictionID)
        guard let asOf = stored[PredictionColumn.asOf]?.timestamps?.first ?? nil else {
            throw ScoringError.unknownPrediction(predictionID)
        }
        let id = ModelVersion.ID(name: run.model, version: Int64(run.modelVersion) ?? 0)
        let version = try await registry.version(id)
        let key = run.recipe.key.map { (name: $0, text: stored[$0]?.text(at: 0) ?? "") }
        let done = try await replay(run, version, key: key.map(\.text), at: asOf, stored: stored)
        let names = done.opened?.card.inputs ?? Self.inputs(of: stored, run)
        let training = try await trainingSet(of: version, done.opened?.card.trainingSet)
        var why = PredictionExplanation(
            predictionID: predictionID, key: Dictionary(key.map { ($0.name, $0.text) }) { first, _ in first },
            asOf: Instant(microseconds: asOf), score: stored[PredictionColumn.score]?.doubles?.first ?? nil,
            outcome: nil, work: ScoredBy(run),
            features: Self.values(names, stored, done.inputs, run, done.computation?.provenance ?? []),
            trainingRunID: version.runID ?? "", trainingSet: training.table, trainingInputs: [],
            registeredBy: version.registeredBy, signOffs: try await registry.signOffs(of: id),
            stageChanges: try await registry.history(of: id.name).filter { $0.version == id },
            monitoring: try await lastCheck(of: run.model, before: asOf, knownAt: run.scoredAt), replay: done.replay)
        why.scoring = run
        why.trainingContent = training.content
        let happened = await why.find("what came true") { try await outcome(run, key: key.map(\.text), at: asOf) }
        why.outcome = happened.flatMap(\.self)
        if let computation = done.computation, let row = done.inputs {
            let rows = await why.find("the rows of the sources") {
                try await sourceRows(of: computation, row: row, at: asOf, from: run.sources)
            }
            why.sourceRows = rows ?? []
        }
        if let opened = done.opened {
            let parts = await why.find("the features' contributions") {
                try Self.contributions(opened.model, opened.card.inputs, stored)
            }
            why.contributions = parts
        }
        await fill(&why, version)
        return why
    }

    /// Adds what is on record of the version and its training; what cannot be found is a gap.
    func fill(_ why: inout PredictionExplanation, _ version: ModelVersion) async {
        why.stage = why.stageChanges.stage(of: version.id, at: why.work.scoredAt)
        let digest = why.work.policyDigest
        let text = await why.find("the policy's text") { try await registry.policyText(digest) }
        (why.policyDigest, why.policyText) = (digest, text.flatMap(\.self))
        let seal = await why.find("the version's files") { try await registry.seal(of: version.id) }
        why.seal = seal
        let table = why.trainingSet
        let inputs = await why.find("the training set's sources") { try await datasets.version(table)?.inputs ?? [] }
        why.trainingInputs = inputs ?? []
        if let runID = version.runID, !runID.isEmpty {
            let code = await why.find("the training run") {
                CodeVersion(tags: try await models.tracking.run(runID).tags)
            }
            why.code = code
        }
        let values = why.features.map { (name: $0.name, value: $0.value) }
        let places = await why.find("the distribution of the training set") {
            try await self.places(of: values, in: table)
        }
        for index in why.features.indices {
            why.features[index].reference = places?[why.features[index].name]
            why.features[index].contribution = why.contributions?.values[why.features[index].name]
        }
        if why.code?.commit == nil { why.gaps.append("the program: the training run has no git commit on record") }
        if why.trainingContent == nil { why.gaps.append("the training set's rows: their digests were not recorded") }
        if why.policyDigest == nil { why.gaps.append("the policy: it was not recorded with the scoring") }
    }

    /// Of the recorded features, so that they explain the recorded score.
    static func contributions(
        _ model: XGBoostModel, _ inputs: [String], _ row: RecordBatch
    ) throws -> Contributions {
        let matrix = try FeatureMatrix(row, columns: inputs, table: "the prediction")
        let (values, bias, margin) = try model.contributions(matrix)
        return Contributions(
            bias: Double(bias), margin: Double(margin),
            values: Dictionary(zip(inputs, values.map(Double.init))) { first, _ in first })
    }

    /// The model's inputs by the columns of the predictions table, when the model cannot be opened.
    private static func inputs(of stored: RecordBatch, _ run: ScoringRun) -> [String] {
        stored.columns.map(\.name).filter { !PredictionColumn.all.contains($0) && !run.recipe.key.contains($0) }
    }

    /// What the version was trained on: by our record of the training, or by what its own files say.
    func trainingSet(
        of version: ModelVersion, _ own: TableReference?
    ) async throws -> (table: TableReference, content: TableContent?) {
        let recorded = try await models.trainingRecord(of: version)
        guard let table = recorded?.table ?? own else {
            throw ScoringError.notTrainedHere(model: version.id.description)
        }
        if let content = recorded?.content { return (table, content) }
        return (table, (try? await features.trainingSetRecord(table.name, version: table.version))?.content)
    }

    /// What happened, as the newest version of the table has it.
    private func outcome(_ run: ScoringRun, key: [String], at asOf: Int64) async throws -> Bool? {
        let newest = try await datasets.latest(run.recipe.spine)
        let rows = try await features.spine(
            run.recipe, at: newest.version, in: TimeWindow(from: asOf, to: asOf + 1), needing: [], withLabel: true)
        guard let row = rows.find(run.recipe.key, key) else { return nil }
        return rows[run.recipe.label]?.truths?[row]
    }

    private static func values(
        _ names: [String], _ stored: RecordBatch, _ replayed: RecordBatch?, _ run: ScoringRun,
        _ provenance: [FeatureProvenance]
    ) -> [PredictionExplanation.FeatureValue] {
        names.map { name in
            let origin = provenance.first { $0.feature == name }
            // A ratio or an expression comes from where its view's table is.
            let table = origin.flatMap { origin in
                provenance.first { $0.view == origin.view && $0.table != nil }?.table
            }
            return .init(
                name: name, value: stored.modelValue(name), replayed: replayed?.modelValue(name),
                table: origin == nil ? run.spine : run.sources.first { $0.name.description == table },
                view: origin.map { "\($0.view) v\($0.version)" }, kind: origin?.kind ?? "column")
        }
    }

    /// The last look at the model whose span was over before a row's time, of those that had been taken when it was scored.
    func lastCheck(of model: String, before asOf: Int64, knownAt: Int64) async throws -> MonitoringCheck? {
        let record = try await store.read { db in
            try db.row(
                "SELECT record FROM monitoring_checks WHERE model = ? AND window_end <= ? AND checked_at <= ? ORDER BY window_end DESC LIMIT 1",
                [.text(model), .integer(asOf), .integer(knownAt)])?.text("record")
        }
        return try record.map { try decoded(MonitoringCheck.self, from: $0) }
    }
}

extension PredictionExplanation {
    /// What a look comes to, or a gap in its place.
    mutating func find<Value>(_ what: String, _ body: () async throws -> Value) async -> Value? {
        do {
            return try await body()
        } catch {
            gaps.append("\(what): \((error as? any MartletError)?.message ?? "a failure on our side")")
            return nil
        }
    }
}
