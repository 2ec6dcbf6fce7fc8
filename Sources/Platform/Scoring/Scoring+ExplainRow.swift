import DeltaLake
import FeatureEngine
import Foundation
import MartletDomain
import Metadata
import ModelRuntime
import QueryEngine

/// One row of a result as it was kept.
private struct KeptRow {
    /// By column: JSON values.
    var values: [String: JSONScalar]
    var prediction: Double?
}

/// A value of a flat JSON object.
enum JSONScalar: Sendable, Hashable, Decodable {
    case null
    case boolean(Bool)
    case whole(Int64)
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .whole(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    var words: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .whole(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let value): value
        }
    }

    /// As a model takes it; nil for what is none.
    var number: Double? {
        switch self {
        case .boolean(let value): value ? 1 : 0
        case .whole(let value): Double(value)
        case .number(let value): value
        case .null, .text: nil
        }
    }

    /// As SQL, in a type.
    func sql(as type: DataType?) -> String {
        let name = type?.sqlName
        if case .null = self { return "CAST(NULL AS \(name ?? "VARCHAR"))" }
        let natural =
            switch self {
            case .boolean: "BOOLEAN"
            case .whole: "BIGINT"
            case .number: "DOUBLE"
            case .null, .text: "VARCHAR"
            }
        return "CAST(\(quotedLiteral(words)) AS \(name ?? natural))"
    }
}

extension Scoring {
    /// The scoring whose row a prediction is; nil for an id of a batch, or of nothing.
    func rowScoring(ofPrediction id: String) async throws -> (RowScoring, row: Int64)? {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 12, parts[1].utf8.count == 16,
            parts[0].allSatisfy(\.isHexDigit), let row = Int64(parts[1], radix: 16), row >= 0
        else { return nil }
        let prefix = String(parts[0])
        let found = try await store.read { db in
            try db.rows(
                "SELECT record FROM row_scorings WHERE id >= ? AND id < ?", [.text(prefix), .text(prefix + "g")]
            ).map { try decoded(RowScoring.self, from: $0.text("record")) }
        }
        // Ids of batches look the same; of two that begin alike the one that has such a row is meant.
        return found.first { row < $0.rowCount }.map { ($0, row) }
    }

    func explain(
        _ predictionID: String, row: Int64, of scoring: RowScoring
    ) async throws -> PredictionExplanation {
        guard let kept = try await kept(predictionID, row, scoring) else {
            throw ScoringError.unknownPrediction(predictionID)
        }
        let id = ModelVersion.ID(name: scoring.model, version: scoring.modelVersion)
        let version = try await registry.version(id)
        var packed: PackedModel?
        var replay = PredictionReplay(outcome: .impossible, score: nil)
        var replayed: RecordBatch?
        var model: XGBoostModel?
        do {
            let opened = try await models.openPacked(version)
            packed = opened
            model = scoring.isFeaturesOnly ? nil : try await models.run(opened)
            let found = try await again(kept, opened.features, scoring, model)
            replayed = found
            replay = try await compared(kept, found, opened.features, scoring)
        } catch let error as any MartletError {
            replay = PredictionReplay(
                outcome: .impossible, score: nil,
                causes: [Self.cause(error, reading: Array(Set(scoring.sources.values)))])
        }
        let inputs = packed?.features.inputs ?? scoring.inputs
        let own = kept.values.filter { !inputs.contains($0.key) }
        let training = try await trainingSet(of: version, packed?.features.trainingSet)
        var why = PredictionExplanation(
            predictionID: predictionID, key: own.mapValues(\.words),
            asOf: Instant(microseconds: scoring.asOf ?? scoring.scoredAt * 1_000), score: kept.prediction, outcome: nil,
            work: ScoredBy(scoring), features: Self.values(inputs, kept, replayed, packed?.features, scoring),
            trainingRunID: version.runID ?? "", trainingSet: training.table, trainingInputs: [],
            registeredBy: version.registeredBy, signOffs: try await registry.signOffs(of: id),
            stageChanges: try await registry.history(of: id.name).filter { $0.version == id },
            monitoring: try await lastCheck(
                of: scoring.model, before: scoring.scoredAt * 1_000, knownAt: scoring.scoredAt),
            replay: replay)
        why.rowScoring = scoring
        why.trainingContent = training.content
        if let model, let steps = packed?.features, let row = replayed {
            let parts = await why.find("the features' contributions") {
                let inputs = RecordBatch(columns: steps.inputs.compactMap { row[$0] }, rowCount: row.rowCount)
                return try Self.contributions(model, steps.modelInputs, try steps.steps.apply(to: inputs))
            }
            why.contributions = parts
        }
        if let steps = packed?.features, let row = replayed {
            let rows = await why.find("the rows of the sources") { try await sourceRows(of: steps, row, scoring) }
            why.sourceRows = rows ?? []
        }
        why.gaps.append("what came true: rows that were sent have no label on record")
        if scoring.isFeaturesOnly { why.gaps.append("the score and its parts: the model ran elsewhere") }
        await fill(&why, version)
        return why
    }

    /// The row: where it waits, in the log's table, or in the table that the result was appended to.
    private func kept(_ id: String, _ row: Int64, _ scoring: RowScoring) async throws -> KeptRow? {
        let waiting = try await store.read { db in
            try db.row(
                "SELECT row_values, prediction FROM logged_predictions WHERE scoring_id = ? AND row_number = ?",
                [.text(scoring.id), .integer(row)]
            ).map { (try $0.text("row_values"), try $0.realIfPresent("prediction")) }
        }
        if let waiting { return try KeptRow(waiting.0, waiting.1) }
        let log = try await store.read { db in
            try db.row("SELECT log_table, log_version FROM row_scorings WHERE id = ?", [.text(scoring.id)]).flatMap {
                row -> TableReference? in
                guard let name = try row.textIfPresent("log_table"),
                    let version = try row.integerIfPresent("log_version")
                else { return nil }
                return TableReference(try TableName(name), version: version)
            }
        }
        if let log {
            let sql = "WHERE prediction_id = \(quotedLiteral(id))"
            return try await find(in: log) {
                "SELECT \"values\" AS martlet_values, prediction AS martlet_prediction FROM \($0) \(sql)"
            }
        }
        guard let table = scoring.predictions else { return nil }
        return try await find(in: table) {
            "SELECT * FROM (\(Self.logged($0, prediction: !scoring.isFeaturesOnly))) WHERE martlet_row = \(row)"
        }
    }

    /// Looks in the files of one commit.
    private func find(in table: TableReference, _ sql: (String) -> String) async throws -> KeptRow? {
        let changes = try await datasets.deltaTable(table.name).changes(
            after: table.version - 1, through: table.version)
        let text = sql(changes.added.relation)
        let rows = try await datasets.engine.withSession { try $0.collect(text) }
        guard let values = rows.text("martlet_values") else { return nil }
        return try KeptRow(values, rows["martlet_prediction"]?.doubles?.first ?? nil)
    }

    /// The features of the row computed again, as of the recorded versions, and the score.
    private func again(
        _ kept: KeptRow, _ packed: PackedFeatures, _ scoring: RowScoring, _ model: XGBoostModel?
    ) async throws -> RecordBatch {
        guard try packed.digest == scoring.featuresDigest else {
            throw ScoringError.otherFeatures(
                model: scoring.model, expected: scoring.featuresDigest, found: try packed.digest)
        }
        let looked = Set(packed.columns.filter { $0.origin != .row }.map(\.name)).subtracting(scoring.overridden)
        let served = try await servedAgain(kept, packed, scoring)
        let own = packed.columns.filter { !looked.contains($0.name) && kept.values[$0.name] != nil }
        let cells = own.map { column in
            "\((kept.values[column.name] ?? .null).sql(as: column.type)) AS \(quotedIdentifier(column.name))"
        }
        guard !cells.isEmpty else { throw InvalidRequest("The kept row has no column that the model takes.") }
        var specification = try packed.specification(at: "\(scoring.model)/\(scoring.modelVersion)")
        (specification.mode, specification.labels, specification.excluded) = (.score, [], [])
        let sources = try await TrainingSetSources(
            of: specification, features, recorded: TrainingSetSources.Recorded(versions: scoring.sources))
        let work = RowScoringWork(packed: packed, sources: sources, model: model)
        let held = served == nil ? "" : ", \(FeatureFrame.heldRows).* FROM \(FeatureFrame.heldRows)"
        let frame = FeatureFrame(sql: "SELECT \(cells.joined(separator: ", "))\(held)", held: served)
        let file = datasets.scratch.appending(path: newID() + ".export")
        defer { try? FileManager.default.removeItem(at: file) }
        return try await datasets.engine.withSession { session in
            _ = try work.run(frame, to: file, in: session)
            return try session.collect("SELECT * FROM read_parquet(\(quotedFile(file.path)))")
        }
    }

    /// What came from memory, by a batch from the tables as they were in memory; nil for nothing.
    private func servedAgain(
        _ kept: KeptRow, _ packed: PackedFeatures, _ scoring: RowScoring
    ) async throws -> RecordBatch? {
        guard let states = scoring.served, !states.isEmpty else { return nil }
        var columns: [Column] = []
        for state in states {
            var view = packed.views.first { $0.hash == state.planHash }?.view
            if view == nil { view = try await features.tableAsView(state.view) }
            guard let view, view.planDigest == state.planHash else {
                throw ScoringError.otherFeatures(
                    model: "\(scoring.model)/\(scoring.modelVersion)", expected: state.planHash,
                    found: view?.planDigest ?? "no \(state.view)")
            }
            let keys = state.keys.map { kept.values[$0] ?? .null }
            columns += try await online.again(
                state, view, keys: keys, at: scoring.asOf ?? scoring.scoredAt * 1_000
            ).columns
        }
        return RecordBatch(columns: columns, rowCount: 1)
    }

    private func compared(
        _ kept: KeptRow, _ found: RecordBatch, _ packed: PackedFeatures, _ scoring: RowScoring
    ) async throws -> PredictionReplay {
        let score = found[RowScoringWork.predictionColumn]?.doubles?.first ?? nil
        var replay = PredictionReplay(outcome: .equal, score: score)
        for name in packed.inputs {
            let (old, new) = (kept.values[name] ?? .null, found[name]?.text(at: 0) ?? "null")
            if let number = found.modelValue(name) {
                if old.number?.bitPattern == number.bitPattern { continue }
            } else if old == .null, found[name]?.isNull(at: 0) ?? true {
                continue
            } else if old.words == new {
                continue
            }
            replay.differences.append("\(name) was \(old.words) and is \(new)")
        }
        if !scoring.isFeaturesOnly, score?.bitPattern != kept.prediction?.bitPattern {
            replay.differences.append(
                "the score was \(kept.prediction.map { "\($0)" } ?? "missing") and is \(score.map { "\($0)" } ?? "missing")"
            )
        }
        guard !replay.differences.isEmpty else { return replay }
        replay.outcome = .differs
        for state in scoring.served ?? [] where await !online.isKept(state) {
            let words =
                "no version of \(state.table?.name.description ?? state.view) holds just what was in memory, because pushes "
                + "came into it together; it was read as it is now, by when rows say that they became known"
            replay.causes.append(.init(.vacuumedVersion, words))
        }
        if replay.causes.isEmpty { replay.causes = try await causes(since: scoring.environment) }
        return replay
    }

    private static func values(
        _ names: [String], _ kept: KeptRow, _ replayed: RecordBatch?, _ packed: PackedFeatures?, _ scoring: RowScoring
    ) -> [PredictionExplanation.FeatureValue] {
        names.map { name in
            let view = packed?.views.first { $0.view.features.contains { $0.name == name } }
            let feature = view?.view.features.first { $0.name == name }
            let isOwn = scoring.overridden.contains(name)
            return .init(
                name: name, value: kept.values[name]?.number, replayed: replayed?.modelValue(name),
                table: isOwn ? nil : view?.view.source.flatMap { scoring.sources[$0.table] },
                view: isOwn ? nil : view.map { "\($0.view.name) v\($0.view.version)" },
                kind: isOwn ? "given" : feature?.definition.kind ?? "column")
        }
    }
}

extension KeptRow {
    fileprivate init(_ values: String, _ prediction: Double?) throws {
        self.values = try decoded([String: JSONScalar].self, from: values)
        self.prediction = prediction
    }
}
