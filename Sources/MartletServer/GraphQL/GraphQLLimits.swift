/// How much one request in GraphQL may ask for. Depth, selections, root fields and aliases are MLflow's numbers.
package enum GraphQLLimits {
    /// Of the query's text.
    static let bytes = 100_000
    static let tokens = 20_000
    /// Braces, brackets and parentheses within one another, which the reader follows by calling itself.
    static let nesting = 64
    static let fragments = 100
    /// Levels of fields.
    static let depth = 10
    static let selections = 1_000
    static let rootFields = 10
    /// Within one level.
    static let aliases = 10
    /// Values in the answer.
    static let answerValues = 5_000_000
}

extension GraphQLDocument {
    /// - Throws: ``GraphQLError`` when any operation asks for more than ``GraphQLLimits``.
    package func checkLimits() throws(GraphQLError) {
        var (selections, rootFields, aliases) = (0, 0, 0)
        var waiting = operations.map { (selections: $0.selections, depth: 1) }
        while let level = waiting.popLast() {
            guard level.depth <= GraphQLLimits.depth else {
                throw GraphQLError("Query exceeds maximum depth of \(GraphQLLimits.depth)")
            }
            let fields = fields(of: level.selections)
            if level.depth == 1 { rootFields += fields.count }
            aliases = max(aliases, fields.count { $0.alias != nil })
            selections += fields.count
            guard selections <= GraphQLLimits.selections else {
                throw GraphQLError("Query exceeds maximum total selections of \(GraphQLLimits.selections)")
            }
            waiting += fields.filter { !$0.selections.isEmpty }.map { ($0.selections, level.depth + 1) }
        }
        for (count, limit, what) in [
            (rootFields, GraphQLLimits.rootFields, "root fields"), (aliases, GraphQLLimits.aliases, "aliases"),
        ] where count > limit {
            throw GraphQLError("GraphQL queries should have at most \(limit) \(what), got \(count) \(what).")
        }
    }

    /// The fields of one level, those of fragments among them; each fragment once.
    private func fields(of selections: [Selection]) -> [Field] {
        var found: [Field] = []
        var seen: Set<String> = []
        var waiting = Array(selections.reversed())
        while let selection = waiting.popLast() {
            switch selection {
            case .field(let field): found.append(field)
            case .inline(_, _, let inner): waiting += inner.reversed()
            case .spread(let name, _):
                guard seen.insert(name).inserted, let fragment = fragments[name] else { continue }
                waiting += fragment.selections.reversed()
            }
        }
        return found
    }
}
