extension FeatureView {
    private static let kinds = FeatureAggregate.names + ["ratio", "coalesce", "latest", "lookup", "expression"]

    /// Reads one feature of a view whose source is already read. Nil if it is faulty, with the reasons in `view`.
    static func feature(
        _ name: String, _ node: DeclarationNode, of owner: FeatureView, _ view: inout DeclarationReader
    ) -> Feature? {
        var reader = DeclarationReader(
            node, "Feature \(name) of \(view.place.lowercasedFirst)",
            keys: Set(kinds + ["window", "where", "quantile", "lookback", "hidden"]))
        let found = kinds.filter(reader.has)
        if name.isEmpty || name.utf8.count > 200 { reader.report("needs a name of 1 to 200 bytes", as: .invalidName) }
        if found.count != 1, node.entries != nil {
            reader.report("needs exactly one of \(kinds.joined(separator: ", "))")
        }
        var definition: FeatureDefinition?
        if found.count == 1, let kind = found.first {
            definition = Self.definition(kind, node, owner.source, &reader)
        }
        let hidden = reader.flag("hidden")
        view.adopt(reader.issues)
        guard reader.problems.isEmpty else { return nil }
        return definition.map { Feature(name, $0, isHidden: hidden) }
    }

    private static func definition(
        _ kind: String, _ node: DeclarationNode, _ source: FeatureSource?, _ reader: inout DeclarationReader
    ) -> FeatureDefinition? {
        let isComputed = kind == "sum" && node["sum"]?.elements != nil
        let isAggregate = FeatureAggregate.names.contains(kind) && !isComputed
        if !isAggregate {
            for key in ["window", "where", "quantile"] where reader.has(key) {
                reader.report("has '\(key)' but is no aggregate")
            }
        }
        if kind != "latest", reader.has("lookback") { reader.report("has 'lookback' but is not 'latest'") }
        switch kind {
        case "ratio": return reader.operands("ratio", 2...2).map { .ratio($0[0], $0[1]) }
        case "coalesce": return reader.operands("coalesce").map { .coalesce($0) }
        case "sum" where isComputed: return reader.operands("sum").map { .sum($0) }
        case "expression":
            return reader.expression("expression").map { .expression($0) }
        default:
            guard let source else {
                reader.report("reads a table, but the view has no 'source'")
                return nil
            }
            return read(kind, isAggregate, source, &reader)
        }
    }

    private static func read(
        _ kind: String, _ isAggregate: Bool, _ source: FeatureSource, _ reader: inout DeclarationReader
    ) -> FeatureDefinition? {
        let column = reader.required(kind)
        if kind == "lookup" {
            if source.eventTime != nil { reader.report("is a 'lookup', but the source has event_time; use 'latest'") }
            return .lookup(column)
        }
        if source.eventTime == nil { reader.report("needs source.event_time") }
        guard isAggregate else { return .latest(column, lookback: reader.lookback()) }
        let aggregate = reader.aggregate(kind)
        if column == "*", kind != "count" { reader.report("needs a column; only count takes '*'") }
        let window = reader.window()
        let filter = reader.filter("where")
        guard let aggregate, let window else { return nil }
        return .aggregate(aggregate, column: column == "*" ? nil : column, window: window, filter: filter)
    }
}
