extension FeatureView {
    private static let kinds = FeatureAggregate.names + ["ratio", "latest", "lookup", "expression"]

    /// Reads one feature of a view whose source is already read. Nil if it is faulty, with the reasons in `view`.
    static func feature(
        _ name: String, _ node: DeclarationNode, of owner: FeatureView, _ view: inout DeclarationReader
    ) -> Feature? {
        var reader = DeclarationReader(
            node, "Feature \(name) of \(view.place.lowercasedFirst)",
            keys: Set(kinds + ["window", "where", "lookback", "hidden"]))
        let found = kinds.filter(reader.has)
        if name.isEmpty || name.utf8.count > 200 { reader.report("needs a name of 1 to 200 bytes") }
        if found.count != 1, node.entries != nil {
            reader.report("needs exactly one of \(kinds.joined(separator: ", "))")
        }
        var definition: FeatureDefinition?
        if found.count == 1, let kind = found.first {
            definition = Self.definition(kind, node, owner.source, &reader)
        }
        let hidden = reader.flag("hidden")
        view.adopt(reader.problems)
        guard reader.problems.isEmpty else { return nil }
        return definition.map { Feature(name, $0, isHidden: hidden) }
    }

    private static func definition(
        _ kind: String, _ node: DeclarationNode, _ source: FeatureSource?, _ reader: inout DeclarationReader
    ) -> FeatureDefinition? {
        let aggregate = FeatureAggregate(kind)
        if aggregate == nil {
            for key in ["window", "where"] where reader.has(key) { reader.report("has '\(key)' but is no aggregate") }
        }
        if kind != "latest", reader.has("lookback") { reader.report("has 'lookback' but is not 'latest'") }
        switch kind {
        case "ratio":
            let names = node["ratio"]?.elements?.compactMap(\.text) ?? []
            guard names.count == 2, node["ratio"]?.elements?.count == 2 else {
                reader.report("needs two names under 'ratio'")
                return nil
            }
            return .ratio(names[0], names[1])
        case "expression":
            return reader.expression("expression").map { .expression($0) }
        default:
            guard let source else {
                reader.report("reads a table, but the view has no 'source'")
                return nil
            }
            return read(kind, aggregate, source, &reader)
        }
    }

    private static func read(
        _ kind: String, _ aggregate: FeatureAggregate?, _ source: FeatureSource, _ reader: inout DeclarationReader
    ) -> FeatureDefinition? {
        let column = reader.required(kind)
        if kind == "lookup" {
            if source.eventTime != nil { reader.report("is a 'lookup', but the source has event_time; use 'latest'") }
            return .lookup(column)
        }
        if source.eventTime == nil { reader.report("needs source.event_time") }
        guard let aggregate else { return .latest(column, lookback: lookback(&reader)) }
        if column == "*", aggregate != .count { reader.report("needs a column; only count takes '*'") }
        let window = window(&reader)
        let filter = reader.expression("where")
        return window.map { .aggregate(aggregate, column: column == "*" ? nil : column, window: $0, filter: filter) }
    }

    private static func lookback(_ reader: inout DeclarationReader) -> Int64? {
        guard let text = reader.text("lookback") else { return nil }
        guard case .microseconds(let duration) = CalendarDuration(text) else {
            reader.report("needs a duration without months under 'lookback', like PT3H, not '\(text)'")
            return nil
        }
        return duration
    }

    private static func window(_ reader: inout DeclarationReader) -> FeatureWindow? {
        guard let node = reader.node["window"] else {
            reader.report("lacks 'window': {rolling: P30D}, or {lifetime: true}")
            return nil
        }
        var window = DeclarationReader(
            node, "The window of \(reader.place.lowercasedFirst)", keys: ["rolling", "lifetime"])
        defer { reader.adopt(window.problems) }
        guard window.problems.isEmpty else { return nil }
        if window.has("lifetime"), !window.has("rolling"), window.flag("lifetime") { return .lifetime }
        guard let text = window.text("rolling"), !window.has("lifetime") else {
            window.report("needs either {rolling: P30D} or {lifetime: true}")
            return nil
        }
        switch CalendarDuration(text) {
        case .months(let months) where months > 0: return .months(months)
        case .microseconds(let duration) where duration > 0: return .duration(duration)
        default:
            window.report("needs a duration above zero, like P30D, PT6H or P12M, not '\(text)'")
            return nil
        }
    }
}
