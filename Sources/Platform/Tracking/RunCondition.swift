import MartletDomain
import Metadata

/// A comparison of a search for runs, as SQL.
struct RunCondition {
    /// True of the runs that meet it. It is given the column that has a run's number: one that is known before `r` is
    /// looked up lets most runs be left without looking. Attributes are those of `r`.
    var sql: (_ number: String) -> SearchSQL
    /// The numbers (`run`) of all runs that meet it, where an index has them together.
    var runs: SearchSQL?

    static func of(
        _ comparison: SearchFilter.Comparison, experiments: [SQLValue], _ db: Snapshot
    ) throws -> RunCondition {
        switch comparison.entity {
        case .attribute:
            let sql = try SearchSQL.compare(RunOrder.column(comparison.key), comparison)
            guard comparison.key == "run_id", [.equal, .isIn].contains(comparison.comparator) else {
                return RunCondition(sql: { _ in sql })
            }
            let runs =
                SearchSQL(sql: "SELECT t.number AS run FROM runs t WHERE ") + (try .compare("t.run_id", comparison))
            return RunCondition(sql: { _ in sql }, runs: runs)
        case .metric: return try metric(comparison, experiments, db)
        case .param: return try text(comparison, .param, experiments, db)
        case .tag: return try text(comparison, .tag, experiments, db)
        case .dataset where comparison.key == "context":
            let value = try SearchSQL.compare("t.value", comparison)
            return exists("run_dataset_tags t", "t.run", [ofKey(.text(Run.datasetContextTag)), value])
        case .dataset:
            let value = try SearchSQL.compare(comparison.key == "name" ? "t.name" : "t.digest", comparison)
            return exists("run_datasets d JOIN run_dataset_sources t ON t.number = d.dataset", "d.run", [value])
        }
    }

    private static func metric(
        _ comparison: SearchFilter.Comparison, _ experiments: [SQLValue], _ db: Snapshot
    ) throws -> RunCondition {
        let key = SQLValue.integer(try db.number(of: comparison.key, in: .metric))
        let value = try SearchSQL.compare("t.value", comparison)
        let isOfKey = SearchSQL(sql: "t.metric = ?", arguments: [key])
        // Every comparison with NaN is false but !=.
        guard comparison.comparator != .notEqual else {
            let isUnequal = value + SearchSQL(sql: " OR t.is_nan = 1")
            return exists("latest_metrics t", "t.run", [isOfKey, isUnequal])
        }
        let isMet = [isOfKey, SearchSQL(sql: "t.is_nan = 0"), value]
        var condition = exists("latest_metrics t", "t.run", isMet)
        condition.runs =
            SearchSQL(sql: "SELECT t.run FROM latest_metrics t WHERE ")
            + .all([.column("t.experiment_id", isOneOf: experiments)] + isMet)
        return condition
    }

    private static func text(
        _ comparison: SearchFilter.Comparison, _ keys: KeyTable, _ experiments: [SQLValue], _ db: Snapshot
    ) throws -> RunCondition {
        let isOfKey = ofKey(.integer(try db.number(of: comparison.key, in: keys)))
        let (table, number) = ("\(keys.logged) t", "t.run")
        switch comparison.comparator {
        case .isNull: return exists(table, number, [isOfKey], isNegated: true)
        case .isNotNull: return exists(table, number, [isOfKey])
        default: break
        }
        var condition = exists(table, number, [isOfKey, try .compare("t.value", comparison)])
        guard case .text(let text) = comparison.value, comparison.comparator == .equal else { return condition }
        // The index has the beginnings of values. A shorter text is all that there is of the value, and the index alone
        // has the answer.
        let beginning = String(String.UnicodeScalarView(text.unicodeScalars.prefix(64)))
        var isMet = [isOfKey, SearchSQL(sql: "substr(t.value, 1, 64) = ?", arguments: [.text(beginning)])]
        if text.unicodeScalars.count >= 64 { isMet.append(SearchSQL(sql: "t.value = ?", arguments: [.text(text)])) }
        condition.runs =
            SearchSQL(sql: "SELECT t.run FROM \(table) WHERE ")
            + .all([.column("t.experiment_id", isOneOf: experiments)] + isMet)
        return condition
    }

    private static func ofKey(_ key: SQLValue) -> SearchSQL { SearchSQL(sql: "t.key = ?", arguments: [key]) }

    /// Met by a run when `source` has a row whose column `number` is the run's number and that meets the conditions.
    private static func exists(
        _ source: String, _ number: String, _ conditions: [SearchSQL], isNegated: Bool = false
    ) -> RunCondition {
        let conditions = SearchSQL.all(conditions)
        return RunCondition(sql: { run in
            SearchSQL(sql: "\(isNegated ? "NOT " : "")EXISTS (SELECT 1 FROM \(source) WHERE \(number) = \(run) AND ")
                + conditions + SearchSQL(sql: ")")
        })
    }
}
