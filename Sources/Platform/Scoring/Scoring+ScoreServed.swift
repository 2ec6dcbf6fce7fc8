import DeltaLake
import FeatureEngine
import Foundation
package import MartletDomain
import ModelRuntime
import QueryEngine

/// Rows to be scored as of now by a version whose features come from memory.
package struct ServedScoringRequest: Sendable {
    /// By stage or alias.
    package var modelURI: String
    /// Keys, and columns that the model takes as they are given. The time is now, and not among them.
    package var rows: PushedFrame
    /// Why views that have changed do not matter; nil if they do.
    package var driftReason: String?
    /// Whether a version may be named by its number, because history is meant.
    package var isHistory: Bool

    package init(modelURI: String, rows: PushedFrame, driftReason: String? = nil, isHistory: Bool = false) {
        (self.modelURI, self.rows) = (modelURI, rows)
        (self.driftReason, self.isHistory) = (driftReason, isHistory)
    }
}

/// Predictions that are kept, and how their features came about.
package struct ServedScores: Sendable {
    package var scoring: RowScoring
    /// One a row, in order.
    package var predictions: [Double]
    /// By feature of the rows, one a row.
    package var statuses: [String: [ServedStatus]]
}

/// Rows with their features, and what they came from.
struct ServedRows: Sendable {
    var version: ModelVersion
    var rows: RecordBatch
    var states: [ServedState]
    var statuses: [String: [ServedStatus]]
    /// Microseconds since 1970.
    var asOf: Int64
}

extension Scoring {
    /// Scores rows with the values that features are served with now, and keeps each prediction with them before
    /// answering.
    ///
    /// Every feature comes from a view or table that is served by the plan that the version was packed with. A column
    /// of the rows that is named like a feature is used in its place.
    /// - Throws: ``ServedScoringError``, ``NotServed``, ``FeatureError/issues(_:)`` with every problem of the rows.
    package func scoreServed(_ request: ServedScoringRequest, by caller: Caller) async throws -> ServedScores {
        try await datasets.requireChange(
            AuditAction("scoring", "score_rows", ["model_uri": request.modelURI, "from": "served features"]),
            by: caller)
        try requireInService(request.modelURI, history: request.isHistory)
        let count = request.rows.rowCount
        guard (1...Self.mostRowsInStore).contains(count) else {
            throw InvalidRequest("A request has 1 to \(Self.mostRowsInStore) rows, not \(count).")
        }
        let version = try await registry.resolve(request.modelURI)
        let packed = try await models.openPacked(version)
        let found = try await lookUp(request.rows, packed)
        var rows = RowScoringRequest(
            modelURI: request.modelURI, rows: .given(found.rows, "rows of a request, with served features"),
            isFeaturesOnly: false, driftReason: request.driftReason, isHistory: request.isHistory)
        rows.served = found
        let (scoring, file) = try await scoreRows(rows, by: caller)
        defer { try? FileManager.default.removeItem(at: file) }
        let column = quotedIdentifier(RowScoringWork.predictionColumn)
        let scores = try await datasets.engine.withSession {
            try $0.collect("SELECT \(column) AS score FROM read_parquet(\(quotedFile(file.path)))")
        }
        let predictions = scores["score"]?.doubles?.compactMap(\.self) ?? []
        guard predictions.count == count else { throw RowCountChanged(expected: count, found: predictions.count) }
        return ServedScores(scoring: scoring, predictions: predictions, statuses: found.statuses)
    }

    /// Asks memory for every feature of the rows.
    private func lookUp(_ frame: PushedFrame, _ packed: PackedModel) async throws -> ServedRows {
        let model = packed.version.id.description
        let uses = try await uses(of: packed.features, model)
        var issues = frame.columns.filter { $0.cells.count != frame.rowCount }.map {
            FeatureIssue(
                .invalidDeclaration, "'\($0.name)' has \($0.cells.count) values, the first column \(frame.rowCount)")
        }
        let asOf = OnlineStore.now()
        var columns = frame.columns.map { given in
            let known = packed.features.columns.first { $0.name == given.name }?.type
            let cells = TypedCells(given.cells, as: known ?? given.ownType)
            if let (rows, example) = cells.misfits {
                issues.append(
                    .init(
                        .typeMismatch,
                        "'\(given.name)' is \(known ?? given.ownType), which \(example) in row \(rows[0] + 1) is not"))
            }
            return Column(given.name, cells.values, validity: cells.validity)
        }
        for time in Set(uses.compactMap(\.time)).sorted() {
            guard frame[time] == nil else {
                issues.append(
                    .init(.duplicateName, "'\(time)' is the time of the features, which is now: leave it out"))
                continue
            }
            columns.append(Column(time, .timestamp(Array(repeating: asOf, count: frame.rowCount))))
        }
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        var found = ServedRows(
            version: packed.version, rows: RecordBatch(columns: columns, rowCount: frame.rowCount), states: [],
            statuses: [:], asOf: asOf)
        for use in uses { try Self.answer(use, frame, into: &found) }
        return found
    }

    private static func answer(_ use: ServedUse, _ frame: PushedFrame, into found: inout ServedRows) throws {
        let served = use.served
        // What the rows give themselves is not asked for.
        let wanted = use.features.filter { found.rows[$0.column] == nil }
        guard !wanted.isEmpty else { return }
        let asked = served.plan.request.map(\.name)
        let names = asked.enumerated().map { place, name in place < use.keys.count ? use.keys[place] : name }
        let columns = zip(asked, names).compactMap { name, given in
            frame[given].map { PushedFrame.Column(name, $0.cells) }
        }
        let (answers, reach) = try served.answerWithReach(
            OnlineRequest(features: [], columns: columns, time: found.asOf), wanted.map(\.place))
        guard answers.refusals.isEmpty else { throw FeatureError.issues(answers.issues) }
        for one in wanted {
            let output = served.outputs[one.place].place
            var column = answers.column(output)
            column.name = one.column
            found.rows.columns.append(column)
            found.statuses[one.column] = answers.statuses[output].map(\.served)
        }
        found.states.append(
            ServedState(
                view: served.record.name, planHash: served.record.planHash, source: use.source,
                table: served.record.source.map { TableReference($0, version: reach.tableVersion) }, reach: reach,
                keys: names, features: wanted.map { served.outputs[$0.place].name }, columns: wanted.map(\.column)))
    }
}

/// How a served view gives features of a model's rows.
private struct ServedUse {
    var served: ServedFeatures
    /// The rows' columns that are its keys.
    var keys: [String]
    /// The rows' column that says as of when.
    var time: String?
    /// What the packed declaration calls its table.
    var source: String?
    /// Places among what is served, and the rows' names for them.
    var features: [(place: Int, column: String)]
}

extension Scoring {
    /// What has to be asked for a model's features.
    private func uses(of packed: PackedFeatures, _ model: String) async throws -> [ServedUse] {
        let specification = try packed.specification(at: model)
        if let aggregate = specification.aggregates.first {
            throw ServedScoringError.notServable(
                model: model, feature: aggregate.name,
                reason: "the training set declares it by itself: declare it in a feature view")
        }
        var uses: [ServedUse] = []
        for use in specification.views {
            let hash = use.view.planDigest
            let served = try await online.served(use.view.name)
            guard served.record.planHash == hash else {
                throw ServedScoringError.otherPlan(
                    model: model, view: use.view.name, packed: hash, served: served.record.planHash)
            }
            let isTimed = use.view.source?.eventTime != nil
            uses.append(
                ServedUse(
                    served: served, keys: use.view.join, time: isTimed ? use.at : nil, source: use.view.source?.table,
                    features: served.outputs.indices.map { ($0, served.outputs[$0].name) }))
        }
        for lookup in specification.lookups {
            uses.append(try await self.use(of: lookup, specification, model))
        }
        return uses
    }

    private func use(
        of lookup: FeatureLookup, _ specification: TrainingSetSpecification, _ model: String
    ) async throws -> ServedUse {
        func refusal(_ reason: String) -> ServedScoringError {
            .notServable(model: model, feature: "what it looks up in \(lookup.table)", reason: reason)
        }
        guard let source = specification.source(named: lookup.table), case .table(let table, _) = source.location else {
            throw refusal("it is no table")
        }
        let served = try await online.served(table.description)
        guard served.record.kind == .table, served.view.source?.entity == source.primaryKeys,
            served.view.source?.eventTime == source.timeKey
        else { throw refusal("what is served under that name has other keys") }
        guard lookup.lookback == nil else { throw refusal("served tables know no greatest age") }
        let names = lookup.features ?? served.outputs.map(\.name)
        let features = try names.map { name in
            guard let place = served.outputs.firstIndex(where: { $0.name == name }) else {
                throw refusal("its column \(name) is not served")
            }
            return (place: place, column: lookup.rename[name] ?? name)
        }
        return ServedUse(
            served: served, keys: lookup.key, time: source.timeKey == nil ? nil : lookup.at, source: source.name,
            features: features)
    }
}

extension ServedFeatures {
    /// As ``answer(_:at:_:)``, and what was in memory then: nothing goes in meanwhile.
    func answerWithReach(
        _ request: OnlineRequest, _ places: [Int]
    ) throws -> (OnlineAnswers, OnlineReach) {
        try inOrder { (try answer(request, at: request.time ?? OnlineStore.now(), places), reach) }
    }
}

extension PushedFrame.Column {
    /// The type of a column that no model knows: the widest of its values.
    fileprivate var ownType: DataType {
        var type: DataType?
        for cell in cells {
            switch (cell, type) {
            case (.null, _): continue
            case (.boolean, nil), (.boolean, .boolean): type = .boolean
            case (.long, nil), (.long, .long): type = .long
            case (.double, nil), (.double, .long), (.double, .double), (.long, .double): type = .double
            default: return .string
            }
        }
        return type ?? .string
    }
}
