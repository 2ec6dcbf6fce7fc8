import DeltaLake
import FeatureEngine
import MartletDomain
import QueryEngine

/// The answers of one plan in a span of time, in the log of answers.
struct LoggedAnswers: Sendable {
    /// What memory was when it answered: a version of the table, and the pushes up to one that came on top.
    struct State: Sendable {
        var tableVersion: Int64
        var pushedThrough: Int64
        var answers: Int64
    }

    static let answer = "martlet_answer"

    var relation: String
    var view: String
    var planHash: String
    var span: TimeWindow
    /// Those of one state only.
    var state: State?

    /// What a FROM clause takes: those that were not refused.
    var rows: String { rows(refused: false) + (state == nil ? "" : " AND table_version = ? AND pushed_through = ?") }

    var parameters: [QueryValue] {
        [.string(view), .string(planHash), .long(span.start), .long(span.end)]
            + (state.map { [.long($0.tableVersion), .long($0.pushedThrough)] } ?? [])
    }

    private func rows(refused: Bool) -> String {
        // As JSON has the word that stands for a refused value.
        let word = quotedLiteral("\\u0000" + OnlineStore.refusedWord.dropFirst())
        return "\(relation) WHERE \"view\" = ? AND plan_hash = ? AND epoch_us(\"at\") >= ? AND epoch_us(\"at\") < ? "
            + "AND \(refused ? "" : "NOT ")contains(answer, \(word))"
    }

    func count(refused: Bool, _ datasets: Datasets) async throws -> Int64 {
        try await datasets.engine.withSession { session in
            let found = try session.collect("SELECT count(*) AS n FROM \(rows(refused: refused))", parameters)
            return (found["n"]?.longs?.first ?? nil) ?? 0
        }
    }

    /// What answered, the newest first.
    func states(_ datasets: Datasets) async throws -> [State] {
        try await datasets.engine.withSession { session in
            let found = try session.collect(
                "SELECT table_version AS v, pushed_through AS p, count(*) AS n FROM \(rows) GROUP BY ALL "
                    + "ORDER BY v DESC, p DESC", parameters)
            guard let versions = found["v"]?.longs, let pushes = found["p"]?.longs, let counts = found["n"]?.longs
            else {
                return []
            }
            return versions.indices.map {
                State(tableVersion: versions[$0] ?? -1, pushedThrough: pushes[$0] ?? 0, answers: counts[$0] ?? 0)
            }
        }
    }

    /// The caller's columns with their types, the time, and the answer.
    static func columns(_ plan: ServingPlan) -> String {
        let keys = plan.request.enumerated().map { index, column in
            "\(cast("json_extract_string(\"keys\", '$[\(index)]')", column.kind)) AS \(quotedIdentifier(column.name))"
        }
        let others = ["\"at\" AS \(quotedIdentifier(ServingPlan.time))", "answer AS \(answer)"]
        return (keys + others).joined(separator: ", ")
    }

    /// Text of JSON as a value of a type, as requests spell it.
    private static func cast(_ text: String, _ kind: ColumnKind) -> String {
        switch kind {
        case .string, .other: text
        case .binary: "from_base64(\(text))"
        // A data frame's 3.0 is the integer 3.
        case .byte, .short, .integer, .long: "CAST(CAST(\(text) AS DECIMAL(38, 3)) AS \(kind.sqlName))"
        default: "CAST(\(text) AS \(kind.sqlName))"
        }
    }
}
