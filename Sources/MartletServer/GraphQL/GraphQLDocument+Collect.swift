/// A field as it is answered: everything that is selected under one key, in all places where the key stands.
struct GraphQLCollected {
    var key: String
    var field: GraphQLDocument.Field
    /// The selections of all places together.
    var selections: [GraphQLDocument.Selection]
}

extension GraphQLDocument {
    /// The fields of one level by their keys, in the order in which these first stand. Fragments are taken to fit.
    ///
    /// - Parameter conflict: Called with each later field of a key, and the first.
    func collected(
        _ selections: [Selection], conflict: (_ first: Field, _ later: Field) -> Void = { _, _ in }
    ) -> [GraphQLCollected] {
        var found: [GraphQLCollected] = []
        var places: [String: Int] = [:]
        var seen: Set<String> = []
        var waiting = Array(selections.reversed())
        while let selection = waiting.popLast() {
            switch selection {
            case .inline(_, _, let inner): waiting += inner.reversed()
            case .spread(let name, _):
                guard seen.insert(name).inserted, let fragment = fragments[name] else { continue }
                waiting += fragment.selections.reversed()
            case .field(let field):
                if let place = places[field.key] {
                    conflict(found[place].field, field)
                    found[place].selections += field.selections
                } else {
                    places[field.key] = found.count
                    found.append(.init(key: field.key, field: field, selections: field.selections))
                }
            }
        }
        return found
    }
}
