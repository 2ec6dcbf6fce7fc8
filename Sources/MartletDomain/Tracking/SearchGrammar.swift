/// What may be searched for: which entities, which attributes, which comparators.
///
/// The languages are MLflow's; the one for runs is described in its documentation under "Search Runs".
public struct SearchGrammar: Sendable {
    struct Attribute: Sendable {
        var name: String
        var isNumeric = false
        var takesList = false
        /// Compared with whole numbers only, which may stand in quotes.
        var isWhole = false
    }

    /// Words before the first dot.
    let entities: [String: SearchEntity]
    /// Attributes by every name that they go by.
    let attributes: [String: Attribute]
    let textComparators: [SearchEntity: [SearchComparator]]
    /// Whether the name of an attribute may stand in quotes or backticks.
    var takesQuotedAttributes = true

    static let numeric: [SearchComparator] = [.greater, .greaterOrEqual, .notEqual, .equal, .less, .lessOrEqual]
    private static let text: [SearchComparator] = [.notEqual, .equal, .like, .caselessLike]

    private static func named(_ attributes: Attribute..., aliases: [String: String] = [:]) -> [String: Attribute] {
        var byName = Dictionary(attributes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for (alias, name) in aliases { byName[alias] = byName[name] }
        return byName
    }

    /// Runs: metrics, params, tags, attributes and datasets.
    public static let runs = SearchGrammar(
        entities: [
            "metric": .metric, "metrics": .metric, "parameter": .param, "parameters": .param, "param": .param,
            "params": .param, "tag": .tag, "tags": .tag, "attribute": .attribute, "attributes": .attribute,
            "attr": .attribute, "run": .attribute, "dataset": .dataset, "datasets": .dataset,
        ],
        attributes: named(
            Attribute(name: "run_id", takesList: true), Attribute(name: "run_name"), Attribute(name: "user_id"),
            Attribute(name: "status"), Attribute(name: "artifact_uri"),
            Attribute(name: "start_time", isNumeric: true), Attribute(name: "end_time", isNumeric: true),
            aliases: [
                "created": "start_time", "Created": "start_time", "run name": "run_name", "Run name": "run_name",
                "Run Name": "run_name",
            ]),
        textComparators: [
            .param: text + [.isNull, .isNotNull], .tag: text + [.isNull, .isNotNull],
            .attribute: text + [.isIn, .isNotIn], .dataset: text + [.isIn, .isNotIn],
        ])

    /// Experiments: tags and attributes.
    public static let experiments = SearchGrammar(
        entities: ["attribute": .attribute, "attributes": .attribute, "tag": .tag, "tags": .tag],
        attributes: named(
            Attribute(name: "name"), Attribute(name: "experiment_id", takesList: true),
            Attribute(name: "creation_time", isNumeric: true), Attribute(name: "last_update_time", isNumeric: true)),
        textComparators: [.tag: text + [.isNull, .isNotNull], .attribute: text + [.isIn, .isNotIn]])

    /// Logged models: metrics, params, tags and attributes.
    public static let loggedModels = SearchGrammar(
        entities: ["metrics": .metric, "params": .param, "tags": .tag, "attributes": .attribute],
        attributes: named(
            Attribute(name: "name", takesList: true), Attribute(name: "model_id", takesList: true),
            Attribute(name: "model_type", takesList: true), Attribute(name: "status", takesList: true),
            Attribute(name: "source_run_id", takesList: true), Attribute(name: "creation_time", isNumeric: true),
            Attribute(name: "last_updated_time", isNumeric: true),
            aliases: [
                "creation_timestamp": "creation_time", "creation_timestamp_ms": "creation_time",
                "last_updated_timestamp": "last_updated_time", "last_updated_timestamp_ms": "last_updated_time",
            ]),
        textComparators: [
            .param: text + [.isIn, .isNotIn], .tag: text + [.isIn, .isNotIn], .attribute: text + [.isIn, .isNotIn],
        ])

    /// The entity and the key that `identifier` means: `metrics.auc`, ``params.`max depth` ``, `status`.
    func resolve(_ identifier: String) throws(InvalidRequest) -> (SearchEntity, key: String) {
        let parts = identifier.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            return (.attribute, try attribute(takesQuotedAttributes ? parts[0].withoutQuotes : parts[0]))
        }
        let word = parts[0].withoutQuotes
        guard let entity = entities[word] else {
            let known = Set(entities.values).map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
            throw InvalidRequest("Invalid entity type '\(word)'. Valid values are [\(known)]")
        }
        let key = parts[1].withoutQuotes
        switch entity {
        case .attribute: return (entity, try attribute(key))
        case .dataset where !["name", "digest", "context"].contains(key):
            throw InvalidRequest(
                "Invalid dataset key '\(key)' specified. Valid keys are '{'name', 'digest', 'context'}'")
        default: return (entity, key)
        }
    }

    private func attribute(_ key: String) throws(InvalidRequest) -> String {
        if let attribute = attributes[key] { return attribute.name }
        let known = attributes.keys.map { "'\($0)'" }.sorted().joined(separator: ", ")
        throw InvalidRequest("Invalid attribute key '\(key)' specified. Valid keys are '[\(known)]'")
    }

    /// Whether `key` of `entity` holds numbers.
    func isNumeric(_ entity: SearchEntity, _ key: String) -> Bool {
        entity == .metric || (entity == .attribute && attributes[key]?.isNumeric == true)
    }

    /// Whether `key` of `entity` is compared with whole numbers only, which may stand in quotes.
    func isWhole(_ entity: SearchEntity, _ key: String) -> Bool {
        entity == .attribute && attributes[key]?.isWhole == true
    }

    func comparators(for entity: SearchEntity, _ key: String) -> [SearchComparator] {
        isNumeric(entity, key) ? Self.numeric : textComparators[entity] ?? []
    }

    func takesList(_ entity: SearchEntity, _ key: String) -> Bool {
        entity == .attribute ? attributes[key]?.takesList == true : comparators(for: entity, key).contains(.isIn)
    }
}

extension String {
    /// The text within backticks, double or single quotes; the text itself when it is not quoted. No escapes are resolved,
    /// as MLflow resolves none.
    var withoutQuotes: String {
        guard utf8.count >= 2, let first = utf8.first, first == utf8.last, [0x60, 0x22, 0x27].contains(first) else {
            return self
        }
        return String(dropFirst().dropLast())
    }
}
