import MartletDomain
import Metadata

/// A comparison of a search for runs, as SQL.
struct RunCondition {
    /// True of the runs `r` that meet it.
    var sql: SearchSQL
    /// The numbers (`run`) of all runs that meet it, where an index has them together.
    var runs: SearchSQL?

    static func of(
        _ comparison: SearchFilter.Comparison, experiments: [SQLValue], _ db: Snapshot
    ) throws -> RunCondition {
        switch comparison.entity {
        case .attribute:
            let sql = try SearchSQL.compare(RunOrder.column(comparison.key), comparison)
            guard comparison.key == "run_id", [.equal, .isIn].contains(comparison.comparator) else {
                return RunCondition(sql: sql)
            }
            let runs =
                SearchSQL(sql: "SELECT t.number AS run FROM runs t WHERE ") + (try .compare("t.run_id", comparison))
            return RunCondition(sql: sql, runs: runs)
        case .metric: return try metric(comparison, experiments, db)
        case .param: return try text(comparison, .param, experiments, db)
        case .tag: return try text(comparison, .tag, experiments, db)
        case .dataset:
            let isContext = comparison.key == "context"
            let source = SearchSQL(
                sql: isContext
                    ? "EXISTS (SELECT 1 FROM run_dataset_tags t WHERE t.run = r.number AND t.key = ? AND "
                    : "EXISTS (SELECT 1 FROM run_datasets d JOIN run_dataset_sources t ON t.number = d.dataset "
                        + "WHERE d.run = r.number AND ",
                arguments: isContext ? [.text(Run.datasetContextTag)] : [])
            let column = isContext ? "t.value" : comparison.key == "name" ? "t.name" : "t.digest"
            return RunCondition(sql: source + (try .compare(column, comparison)) + SearchSQL(sql: ")"))
        }
    }

    private static func metric(
        _ comparison: SearchFilter.Comparison, _ experiments: [SQLValue], _ db: Snapshot
    ) throws -> RunCondition {
        // Every comparison with NaN is false but !=.
        let isUnequal = comparison.comparator == .notEqual
        let key = SQLValue.integer(try db.number(of: comparison.key, in: .metric))
        let value = try SearchSQL.compare("t.value", comparison)
        let sql =
            SearchSQL(
                sql: "EXISTS (SELECT 1 FROM latest_metrics t WHERE t.run = r.number AND t.metric = ?"
                    + (isUnequal ? " AND (" : " AND t.is_nan = 0 AND ("),
                arguments: [key])
            + value + SearchSQL(sql: isUnequal ? " OR t.is_nan = 1))" : "))")
        guard !isUnequal else { return RunCondition(sql: sql) }
        let runs =
            SearchSQL(sql: "SELECT t.run FROM latest_metrics t WHERE ")
            + .all([
                .column("t.experiment_id", isOneOf: experiments),
                SearchSQL(sql: "t.metric = ? AND t.is_nan = 0", arguments: [key]), value,
            ])
        return RunCondition(sql: sql, runs: runs)
    }

    private static func text(
        _ comparison: SearchFilter.Comparison, _ keys: KeyTable, _ experiments: [SQLValue], _ db: Snapshot
    ) throws -> RunCondition {
        let key = SQLValue.integer(try db.number(of: comparison.key, in: keys))
        let start = SearchSQL(
            sql: "EXISTS (SELECT 1 FROM \(keys.logged) t WHERE t.run = r.number AND t.key = ?", arguments: [key])
        let sql: SearchSQL
        switch comparison.comparator {
        case .isNull: sql = SearchSQL(sql: "NOT ") + start + SearchSQL(sql: ")")
        case .isNotNull: sql = start + SearchSQL(sql: ")")
        default: sql = start + SearchSQL(sql: " AND ") + (try .compare("t.value", comparison)) + SearchSQL(sql: ")")
        }
        guard case .text(let text) = comparison.value, comparison.comparator == .equal else {
            return RunCondition(sql: sql)
        }
        let beginning = String(String.UnicodeScalarView(text.unicodeScalars.prefix(64)))
        let runs =
            SearchSQL(sql: "SELECT t.run FROM \(keys.logged) t WHERE ")
            + .all([
                .column("t.experiment_id", isOneOf: experiments),
                SearchSQL(
                    sql: "t.key = ? AND substr(t.value, 1, 64) = ? AND t.value = ?",
                    arguments: [key, .text(beginning), .text(text)]),
            ])
        return RunCondition(sql: sql, runs: runs)
    }
}
