import AuditLog
import DeltaLake
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

/// One scored row as it is kept.
struct LoggedPrediction: Sendable {
    /// Among the request's rows, from 0.
    var row: Int64
    /// The rows' own columns and the model's inputs: JSON.
    var values: String
    /// Nil where the model ran elsewhere.
    var prediction: Double?
}

extension Scoring {
    /// Requests of more rows than this are no requests for predictions one by one: they are appended to the log's table
    /// before they are answered; those of fewer rows are kept in the metadata database with their record, and get there
    /// in batches.
    static let mostRowsInStore = 1_000

    /// Where the predictions of a model are kept that were handed out and not appended to a table.
    package static func logTable(of model: String) throws -> TableName {
        let plain = model.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        return try TableName(
            "martlet.predictions_\(String(plain.prefix(40)))_\(CanonicalJSON.sha256Hex(model).prefix(8))")
    }

    /// SQL for the rows of a result as they are kept, in order.
    static func logged(_ rows: String, prediction: Bool) -> String {
        let column = quotedIdentifier(RowScoringWork.predictionColumn)
        let values = prediction ? "SELECT * EXCLUDE (\(column)) FROM \(rows)" : "SELECT * FROM \(rows)"
        let score =
            prediction ? "(SELECT \(column) FROM \(rows))" : "(SELECT CAST(NULL AS DOUBLE) AS \(column) FROM \(rows))"
        return "SELECT row_number() OVER () - 1 AS martlet_row, CAST(to_json(v) AS VARCHAR) AS martlet_values, "
            + "p.\(column) AS martlet_prediction FROM (\(values)) AS v POSITIONAL JOIN \(score) AS p"
    }

    /// The rows of a result, few of them, ready to be kept with its record.
    func loggedRows(of file: URL, _ scoring: RowScoring) async throws -> [LoggedPrediction] {
        let sql = Self.logged(
            "read_parquet(\(quotedFile(file.path)))", prediction: !scoring.isFeaturesOnly)
        let rows = try await datasets.engine.withSession { try $0.collect(sql) }
        guard let numbers = rows["martlet_row"]?.longs, let values = rows["martlet_values"]?.strings,
            let scores = rows["martlet_prediction"]?.doubles
        else { return [] }
        return numbers.indices.map {
            LoggedPrediction(row: numbers[$0] ?? Int64($0), values: values[$0] ?? "{}", prediction: scores[$0])
        }
    }

    /// Appends the rows of a large result to the log's table.
    func appendToLog(_ file: URL, _ scoring: RowScoring) async throws -> TableReference {
        let logged = Self.logged(
            "read_parquet(\(quotedFile(file.path)))", prediction: !scoring.isFeaturesOnly)
        let sql = """
            SELECT \(quotedLiteral(String(scoring.id.prefix(12)))) || '-' || printf('%016x', martlet_row) AS prediction_id,
                \(quotedLiteral(scoring.id)) AS scoring_id, martlet_row AS "row",
                \(quotedLiteral(scoring.model)) AS model, CAST(\(scoring.modelVersion) AS BIGINT) AS model_version,
                make_timestamptz(\(store.clock.now * 1_000)) AS scored_at, martlet_values AS "values",
                martlet_prediction AS prediction
            FROM (\(logged))
            """
        return try await datasets.write(
            try Self.logTable(of: scoring.model), .append, selecting: sql, operation: .predictions,
            inputs: Array(Set(scoring.sources.values)).sorted { $0.description < $1.description },
            source: "predictions that were handed out", runID: scoring.id, by: .online
        ).table
    }

    /// Moves predictions that wait in the metadata database to their models' tables.
    ///
    /// Each batch is marked before it is written, and its commit carries the mark: after a crash the same rows are
    /// written again under the same mark, which then does nothing.
    /// - Returns: How many were moved.
    @discardableResult
    package func writeLoggedPredictions() async throws -> Int {
        try await turns.inTurn("logged-predictions") {
            var moved = 0
            let models = try await store.read { db in
                try db.rows("SELECT DISTINCT model FROM logged_predictions").map { try $0.text("model") }
            }
            for model in models { moved += try await writeLogged(model) }
            return moved
        }
    }

    /// Moves what waits every so often, until the task is cancelled. What cannot be moved waits for the next round: it
    /// is durable where it is.
    package func lookAfterLog(every interval: Duration = .seconds(15)) async {
        while (try? await Task.sleep(for: interval)) != nil { _ = try? await writeLoggedPredictions() }
    }

    private func writeLogged(_ model: String) async throws -> Int {
        let batch = try await marked(model)
        let rows = try await store.read { db in
            try db.rows(
                "SELECT * FROM logged_predictions WHERE model = ? AND batch = ? ORDER BY number",
                [.text(model), .text(batch)])
        }
        guard !rows.isEmpty else { return 0 }
        let table = try Self.logTable(of: model)
        let ids = try rows.map { try $0.text("scoring_id") }
        let numbers = try rows.map { try $0.integer("row_number") }
        let scores = try rows.map { try $0.realIfPresent("prediction") }
        let data = RecordBatch(
            columns: [
                Column(
                    "prediction_id",
                    .string(zip(ids, numbers).map { id, row in "\(id.prefix(12))-\(String(format: "%016llx", row))" })),
                Column("scoring_id", .string(ids)), Column("row", .long(numbers)),
                Column("model", .string(Array(repeating: model, count: rows.count))),
                Column("model_version", .long(try rows.map { try $0.integer("model_version") })),
                Column("scored_at", .timestamp(try rows.map { try $0.integer("scored_at") * 1_000 })),
                Column("values", .string(try rows.map { try $0.text("row_values") })),
                Column(
                    "prediction", .double(scores.map { $0 ?? 0 }),
                    validity: scores.contains(nil) ? scores.map { $0 != nil } : nil),
            ], rowCount: rows.count)
        let columns = data.columns.map { "\(quotedIdentifier($0.name)) \($0.type.sqlName)" }.joined(separator: ", ")
        let version = try await datasets.commit(
            table, .append, selecting: "SELECT * FROM martlet_rows",
            origin: DatasetOrigin(
                .predictions, source: "predictions that were handed out", transaction: "predictions-\(batch)"),
            by: .online,
            prepare: { session in
                try session.execute("CREATE TEMP TABLE martlet_rows (\(columns))")
                try session.append(data, to: "martlet_rows")
            })
        let action = AuditAction(
            "scoring", "write_log",
            ["model": model, "table": version.table.description, "rows": "\(rows.count)", "batch": batch])
        let scorings = Set(ids)
        try await store.change(action, by: .online) { db in
            for id in scorings {
                try db.execute(
                    "UPDATE row_scorings SET log_table = ?, log_version = ? WHERE id = ?",
                    [.text(version.table.name.description), .integer(version.table.version), .text(id)])
            }
            try db.execute(
                "DELETE FROM logged_predictions WHERE model = ? AND batch = ?", [.text(model), .text(batch)])
        }
        return rows.count
    }

    /// The batch that a model's oldest waiting predictions belong to, whole requests each.
    private func marked(_ model: String) async throws -> String {
        let old = try await store.read { db in
            try db.row(
                "SELECT batch FROM logged_predictions WHERE model = ? AND batch IS NOT NULL LIMIT 1", [.text(model)]
            )?.text("batch")
        }
        if let old { return old }
        let batch = newID()
        return try await store.change(
            AuditAction("scoring", "mark_log", ["model": model, "batch": batch]), by: .online
        ) {
            db in
            let last = try db.row(
                "SELECT number, scoring_id FROM logged_predictions WHERE model = ? ORDER BY number LIMIT 1 OFFSET 49999",
                [.text(model)])
            var sql = "UPDATE logged_predictions SET batch = ? WHERE model = ?"
            var arguments: [SQLValue] = [.text(batch), .text(model)]
            if let last {
                // A request's rows were written together, so their numbers follow each other.
                sql += " AND number < (SELECT MIN(number) FROM logged_predictions WHERE scoring_id = ?)"
                arguments.append(.text(try last.text("scoring_id")))
            }
            try db.execute(sql, arguments)
            return batch
        }
    }
}

extension Transaction {
    /// Keeps the rows of a scoring with its record.
    func insert(_ rows: [LoggedPrediction], of scoring: RowScoring) throws {
        for row in rows {
            try execute(
                "INSERT INTO logged_predictions (number, scoring_id, row_number, model, model_version, scored_at, "
                    + "row_values, prediction) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .integer(try next("logged_prediction")), .text(scoring.id), .integer(row.row), .text(scoring.model),
                    .integer(scoring.modelVersion), .integer(scoring.scoredAt), .text(row.values),
                    SQLValue(row.prediction),
                ])
        }
    }
}
