/// Filters and orders of searches: by their grammar, and beside it.
enum FilterGrammar {
    private static let entities = [
        "metrics", "metric", "params", "parameter", "param", "tags", "tag", "attributes", "attribute", "attr", "run",
        "dataset",
        "datasets", "prompt", "trace", "request_metadata", "Metrics", "m", "",
    ]

    private static let attributes = [
        "name", "run_id", "run_name", "status", "start_time", "end_time", "artifact_uri", "user_id", "creation_time",
        "last_update_time", "version_number", "source_path", "created", "experiment_id", "digest", "context",
        "timestamp_ms",
        "model_type", "source_run_id", "order", "select", "rowid", "_", "",
    ]

    private static let comparators = [
        "=", "!=", ">", "<", ">=", "<=", "LIKE", "ILIKE", "like", "iLike", "NOT LIKE", "IN", "NOT IN", "in", "IS NULL",
        "IS NOT NULL", "==", "<>", "~", "=~", "BETWEEN", "=<", "", "= NOT", "IS",
    ]

    private static let keys = [
        "m0", "m1", "p0", "p1", "loss", "auc", "lr", "mlflow.runName", "mlflow.user", "a", "k", "x y", "é",
    ]

    static func filter(_ dice: inout Dice) -> String {
        let count = dice.pick([0, 1, 1, 1, 2, 2, 3, 8, 70, 1200])
        var parts = [comparison(&dice)]
        for _ in 0..<max(0, count - 1) {
            parts.append(
                dice.pick([" AND ", " AND ", " AND ", " and ", " OR ", ",", ";", " ", " AND NOT ", "\nAND\t", " && "]))
            parts.append(count > 20 && dice.isLucky(95) ? "metrics.m0 > 0" : comparison(&dice))
        }
        if dice.isLucky(8) { parts = ["("] + parts + [dice.pick([")", "", "))"])] }
        if dice.isLucky(2) {
            let depth = dice.pick([100, 2000, 20_000])
            parts = [String(repeating: "(", count: depth)] + parts + [String(repeating: ")", count: depth)]
        }
        let text = parts.joined()
        return dice.isLucky(25) ? FuzzText.mutated(text, &dice) : text
    }

    private static func comparison(_ dice: inout Dice) -> String {
        identifier(&dice) + dice.pick([" ", " ", " ", "", "  ", "\t"]) + dice.pick(comparators)
            + dice.pick([" ", " ", " ", "", "\n"]) + value(&dice)
    }

    private static func identifier(_ dice: inout Dice) -> String {
        if dice.isLucky(35) { return quotedKey(dice.pick(attributes), &dice) }
        return dice.pick(entities) + dice.pick([".", ".", ".", ".", "..", "", " . "])
            + quotedKey(dice.isLucky(80) ? dice.pick(keys + attributes) : OddValues.string(&dice), &dice)
    }

    private static func quotedKey(_ key: String, _ dice: inout Dice) -> String {
        switch dice.below(10) {
        case 0: "`\(key)`"
        case 1: "\"\(key)\""
        case 2: "'\(key)'"
        case 3: dice.pick(["`\(key)", "\(key)`", "``\(key)``"])
        default: key
        }
    }

    private static func value(_ dice: inout Dice) -> String {
        switch dice.below(12) {
        case 0...2: dice.pick(OddValues.numbers)
        case 3...5: "'\(dice.pick(OddValues.strings + keys))'"
        case 6: "\"\(dice.pick(OddValues.strings + keys))\""
        case 7:
            "("
                + (0..<dice.pick([0, 1, 2, 5, 40, 1100])).map { "'\($0)'" }.joined(
                    separator: dice.pick([",", ", ", " "]))
                + dice.pick([")", ")", ")", ",)", ""])
        case 8:
            dice.pick(["'%'", "'%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%a'", "'_'", "'\\%'", "'[a-z]'", "'%a%b%c%d%e%f%g%h%'"])
        case 9:
            dice.pick([
                "NULL", "null", "true", "1 + 1", "metrics.m1", "(SELECT 1)", "?", ":a", "@x", "''", "'", "--", "/*",
            ])
        default: dice.pick(["0.5", "'v3'", "1", "'FINISHED'", "'1'"])
        }
    }

    static func order(_ dice: inout Dice) -> String {
        let text =
            identifier(&dice)
            + dice.pick([
                " ASC", " DESC", "", " asc", " DESC NULLS LAST", " ASC, x", " RANDOM()", " DESC DESC", "  desc ",
            ])
        return dice.isLucky(20) ? FuzzText.mutated(text, &dice) : text
    }

    static func orders(_ dice: inout Dice) -> FuzzJSON {
        .array((0..<dice.pick([0, 1, 1, 1, 2, 3, 10, 70, 300])).map { _ in .text(order(&dice)) })
    }

    static func pageToken(_ dice: inout Dice) -> String {
        switch dice.below(6) {
        case 0: ""
        case 1:
            dice.pick([
                "MA==", "MTA=", "LTE=", "OTIyMzM3MjAzNjg1NDc3NTgwOA==", "e30=", "eyJvZmZzZXQiOiAxMH0=", "AAAA", "====",
            ])
        case 2: OddValues.string(&dice)
        case 3: FuzzText.base64(Array(OddValues.string(&dice).utf8.prefix(400)))
        case 4: FuzzText.base64(Array(#"{"offset": \#(dice.pick(OddValues.numbers))}"#.utf8))
        default: FuzzText.base64(Array(dice.pick(OddValues.numbers).utf8))
        }
    }
}
