import Metadata

/// Names that come by the million, each written once and then known by its number.
enum KeyTable: String {
    case metric = "metric_keys"
    case param = "param_keys"
    case tag = "tag_keys"

    /// The sequence that numbers come from.
    fileprivate var sequence: String {
        switch self {
        case .metric: "metric_key"
        case .param: "param_key"
        case .tag: "tag_key"
        }
    }

    /// Where runs' newest values are.
    var logged: String {
        switch self {
        case .metric: "latest_metrics"
        case .param: "run_params"
        case .tag: "run_tags"
        }
    }

    /// The number of a name that was never logged.
    static let unknown: Int64 = -1
}

extension Snapshot {
    /// The number of `name`; ``KeyTable/unknown`` when nothing was logged by it.
    func number(of name: String, in keys: KeyTable) throws -> Int64 {
        try row("SELECT number FROM \(keys.rawValue) WHERE name = ?", [.text(name)])?.integer("number")
            ?? KeyTable.unknown
    }
}

extension Transaction {
    /// The number of `name`, taken now if it has none.
    func numberOrNext(of name: String, in keys: KeyTable) throws -> Int64 {
        let known = try number(of: name, in: keys)
        guard known == KeyTable.unknown else { return known }
        let number = try next(keys.sequence)
        try execute(
            "INSERT INTO \(keys.rawValue) (number, name) VALUES (?, ?)", [.integer(number), .text(name)])
        return number
    }
}
