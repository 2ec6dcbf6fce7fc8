extension TrainingSetSpecification {
    /// Columns that something is looked up by or computed from, each once: of the spine or other features.
    public var neededColumns: [String] {
        let own = lookups.flatMap { $0.key + [$0.at].compactMap { $0 } } + aggregates.flatMap { $0.key + [$0.at] }
        let ofViews = views.flatMap { use in
            use.view.join + [use.at] + use.view.features.flatMap(\.definition.inputs)
        }
        return (own + ofViews + derived.flatMap(\.inputs)).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// What is computed from the other columns of its row.
    public var derivedNames: Set<String> {
        let ofViews = views.flatMap { use in use.view.features.filter { !$0.definition.inputs.isEmpty }.map(\.name) }
        return Set(derived.map(\.name) + ofViews)
    }
}
