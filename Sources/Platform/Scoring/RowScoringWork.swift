import FeatureEngine
import Foundation
import MartletDomain
import ModelRuntime
import QueryEngine

/// The computation of scored rows in one session of the engine.
struct RowScoringWork: Sendable {
    struct Done: Sendable {
        var rowCount: Int
        var overridden: [String]
        /// SHA-256 of inputs and predictions, row by row.
        var contentHash: String
    }

    static let predictionColumn = "prediction"

    let packed: PackedFeatures
    /// Pinned, with the specification in mode score.
    let sources: TrainingSetSources
    /// Nil when it runs elsewhere.
    let model: XGBoostModel?

    private static func count(_ table: String, _ session: any QuerySession) throws -> Int {
        Int(try session.collect("SELECT count(*) AS n FROM \(table)").column("n").longs?.first.flatMap { $0 } ?? 0)
    }

    /// Computes the rows' features and predictions into a Parquet file.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem, before any work.
    func run(_ frame: FeatureFrame, to file: URL, in session: any QuerySession) throws -> Done {
        try frame.prepare(session)
        try session.execute("CREATE TEMP TABLE caller_rows AS \(frame.sql)")
        let rowCount = try Self.count("caller_rows", session)
        let rows = try fitted(Relation(describing: "caller_rows", in: session), in: session)
        let executor: BatchExecutor
        do {
            executor = try BatchExecutor(sources.specification, sources: sources.resolved(), spine: rows.relation)
        } catch let error as FeatureError where !error.issues.isEmpty {
            throw FeatureError.issues(rows.issues + error.issues.filter { !rows.issues.contains($0) })
        }
        guard rows.issues.isEmpty else { throw FeatureError.issues(rows.issues) }
        let own = rows.relation.columns.map(\.name)
        let names = own + packed.inputs.filter { !own.contains($0) }
        let select = try executor.run(in: session)
        try BatchExecutor.naming {
            try session.execute("CREATE TEMP TABLE scored_features AS SELECT \(list(names)) FROM (\(select))")
        }
        let found = try Self.count("scored_features", session)
        guard found == rowCount else { throw RowCountChanged(expected: rowCount, found: found) }
        var (result, predictions) = ("SELECT * FROM scored_features", [String]())
        if let model {
            let scores = try model.predict(
                FeatureMatrix(try modelInputs(in: session), columns: packed.modelInputs, table: "the rows"))
            let column = Column(Self.predictionColumn, .double(scores.map(Double.init)))
            try session.hold(RecordBatch(columns: [column], rowCount: scores.count), as: "scored_predictions")
            result += " POSITIONAL JOIN scored_predictions"
            predictions = [Self.predictionColumn]
        } else if !packed.steps.steps.isEmpty {
            try session.hold(
                try modelInputs(in: session), as: "scored_inputs", prefix: RowScoring.inputPrefix)
            result += " POSITIONAL JOIN scored_inputs"
        }
        let content = try ContentDigest.content(
            of: "SELECT \(list(packed.inputs + predictions)) FROM (\(result))", session)
        try session.execute(
            "COPY (\(result)) TO \(quotedLiteral(file.path)) (FORMAT parquet, COMPRESSION zstd)", writing: file.path)
        let features = Set(packed.columns.filter { $0.origin != .row }.map(\.name))
        return Done(rowCount: rowCount, overridden: own.filter(features.contains), contentHash: content.hash)
    }

    private func list(_ names: [String]) -> String { names.map(quotedIdentifier).joined(separator: ", ") }

    /// What the model sees of the rows.
    private func modelInputs(in session: any QuerySession) throws -> RecordBatch {
        try packed.steps.apply(to: try session.collect("SELECT \(list(packed.inputs)) FROM scored_features"))
    }

    /// The rows with inputs in the types that the model was trained on, and what is wrong with them.
    ///
    /// A number takes on the type if nothing of any value is lost, and so does a column without any value; nothing else
    /// is cast.
    private func fitted(
        _ rows: Relation, in session: any QuerySession
    ) throws -> (relation: Relation, issues: [FeatureIssue]) {
        var issues: [FeatureIssue] = []
        if rows[Self.predictionColumn] != nil {
            issues.append(
                FeatureIssue(
                    .duplicateName,
                    "The rows have a column '\(Self.predictionColumn)', which the result has: rename it"))
        }
        var (relation, casts) = (rows, [String]())
        for column in packed.columns {
            guard let place = rows.columns.firstIndex(where: { $0.name == column.name }) else {
                // What else is missing, the engine tells.
                if column.origin == .row, column.isInput {
                    issues.append(
                        FeatureIssue(
                            .missingColumn,
                            "The rows lack '\(column.name)', which the model takes and no table gives"))
                }
                continue
            }
            guard let type = column.type, column.isInput || column.origin != .row else { continue }
            let (found, wanted) = (rows.columns[place].kind, ColumnKind(sql: type.sqlName))
            guard found != wanted else { continue }
            let name = quotedIdentifier(column.name)
            if try found.widens(to: wanted) || isLossless(name, found, as: wanted, in: session) {
                casts.append("CAST(\(name) AS \(type.sqlName)) AS \(name)")
                relation.columns[place].kind = wanted
            } else {
                issues.append(
                    FeatureIssue(
                        .typeMismatch,
                        "The rows have '\(column.name)' as \(found) with values that are no \(type), on which the model "
                            + "was trained: cast it"))
            }
        }
        if !casts.isEmpty { relation.sql = "(SELECT * REPLACE (\(casts.joined(separator: ", "))) FROM caller_rows)" }
        return (relation, issues)
    }

    /// Whether a column of numbers holds only values of another type of numbers, or one of any type no value at all.
    private func isLossless(
        _ column: String, _ kind: ColumnKind, as wanted: ColumnKind, in session: any QuerySession
    ) throws -> Bool {
        var lost = "\(column) IS NOT NULL"
        if kind.isPlainNumber, wanted.isPlainNumber {
            let cast = "TRY_CAST(\(column) AS \(wanted.sqlName))"
            lost += " AND (\(cast) IS NULL OR \(cast) <> \(column))"
        }
        let count = try session.collect("SELECT count(*) AS n FROM caller_rows WHERE \(lost)")["n"]?.longs?.first
        return count == .some(.some(0))
    }
}

extension ColumnKind {
    /// Whether every value of this type is one of the other's; of 64-bit integers to double, as models take them.
    fileprivate func widens(to other: ColumnKind) -> Bool {
        let integers: [ColumnKind] = [.byte, .short, .integer, .long]
        if let own = integers.firstIndex(of: self), let wider = integers.firstIndex(of: other) { return own < wider }
        if integers.contains(self) || self == .float { return other == .double }
        return false
    }

    fileprivate var isPlainNumber: Bool {
        switch self {
        case .byte, .short, .integer, .long, .float, .double: true
        default: false
        }
    }
}
