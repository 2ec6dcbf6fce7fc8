extension SearchGrammar {
    private static let text: [SearchComparator] = [.notEqual, .equal, .like, .caselessLike]
    private static let words: [String: SearchEntity] = [
        "attribute": .attribute, "attributes": .attribute, "tag": .tag, "tags": .tag,
    ]
    private static let times: [String: Attribute] = [
        "creation_timestamp": Attribute(name: "creation_timestamp", isNumeric: true),
        "last_updated_timestamp": Attribute(name: "last_updated_timestamp", isNumeric: true),
        "timestamp": Attribute(name: "last_updated_timestamp", isNumeric: true),
    ]

    /// Registered models: name, times and tags.
    public static let registeredModels = SearchGrammar(
        entities: words,
        attributes: times.merging(["name": Attribute(name: "name")]) { first, _ in first },
        textComparators: [.tag: text, .attribute: text])

    /// Model versions: name, number, run, source, times and tags.
    public static let modelVersions = SearchGrammar(
        entities: words,
        attributes: times.merging([
            "name": Attribute(name: "name"), "version_number": Attribute(name: "version_number", isNumeric: true),
            "run_id": Attribute(name: "run_id", takesList: true), "source_path": Attribute(name: "source_path"),
        ]) { first, _ in first },
        textComparators: [.tag: text, .attribute: text + [.isIn]])
}
