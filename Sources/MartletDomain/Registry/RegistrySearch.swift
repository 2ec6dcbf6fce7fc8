extension SearchGrammar {
    private static let text: [SearchComparator] = [.notEqual, .equal, .like, .caselessLike]
    private static let words: [String: SearchEntity] = ["attribute": .attribute, "tag": .tag, "tags": .tag]
    private static let times: [String: Attribute] = [
        "creation_timestamp": Attribute(name: "creation_timestamp", isNumeric: true),
        "last_updated_timestamp": Attribute(name: "last_updated_timestamp", isNumeric: true),
    ]
    private static let listed = text + [.isIn, .isNotIn]

    /// Registered models, to filter: name and tags.
    public static let registeredModels = SearchGrammar(
        entities: words, attributes: ["name": Attribute(name: "name", takesList: true)],
        textComparators: [.tag: text, .attribute: listed], takesQuotedAttributes: false)

    /// By what registered models are ordered.
    public static let registeredModelOrder = SearchGrammar(
        entities: [:],
        attributes: [
            "name": Attribute(name: "name"), "timestamp": Attribute(name: "last_updated_timestamp", isNumeric: true),
            "last_updated_timestamp": Attribute(name: "last_updated_timestamp", isNumeric: true),
        ],
        textComparators: [:], takesQuotedAttributes: false)

    /// Model versions, to filter: name, number, run, source and tags.
    public static let modelVersions = SearchGrammar(
        entities: words,
        attributes: [
            "name": Attribute(name: "name", takesList: true),
            "version_number": Attribute(name: "version_number", isNumeric: true, isWhole: true),
            "run_id": Attribute(name: "run_id", takesList: true), "source_path": Attribute(name: "source_path"),
        ],
        textComparators: [.tag: text, .attribute: listed], takesQuotedAttributes: false)

    /// By what model versions are ordered.
    public static let modelVersionOrder = SearchGrammar(
        entities: ["attribute": .attribute, "attributes": .attribute],
        attributes: times.merging([
            "name": Attribute(name: "name"), "version_number": Attribute(name: "version_number", isNumeric: true),
        ]) { first, _ in first },
        textComparators: [:])
}
