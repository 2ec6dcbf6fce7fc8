extension PackedFeatures {
    /// What the model looks up and aggregates by itself, without a view: each as a view of its own, named like its table, so
    /// that it can be compared and held to account like one.
    ///
    /// - Parameter specification: What is packed, with its sources.
    public func ownViews(of specification: TrainingSetSpecification) -> [FeatureView] {
        var views: [FeatureView] = []
        for lookup in specification.lookups {
            guard let source = specification.source(named: lookup.table) else { continue }
            let names = lookup.features ?? columns(of: source)
            let features = names.reduce(into: [Feature]()) { features, name in
                guard !features.contains(where: { $0.name == name }) else { return }
                let isTimed = source.timeKey != nil
                features.append(Feature(name, isTimed ? .latest(name, lookback: lookup.lookback) : .lookup(name)))
            }
            let view = FeatureView(source, entity: source.primaryKeys, features)
            if !views.contains(view) { views.append(view) }
        }
        for aggregate in specification.aggregates {
            guard var source = specification.source(named: aggregate.source) else { continue }
            source.timeKey = aggregate.eventTime
            let feature = Feature(
                aggregate.name,
                .aggregate(
                    aggregate.aggregate, column: aggregate.input, window: aggregate.window, filter: aggregate.filter))
            views.append(FeatureView(source, entity: aggregate.entity, [feature]))
        }
        return views
    }

    /// All columns but keys and clocks. A mapping has no order, so they are sorted.
    private func columns(of source: TrainingSetSpecification.Source) -> [String] {
        let others = Set(source.primaryKeys + [source.timeKey, source.tieBreak, source.availableAt].compactMap { $0 })
        let known = sources.first { $0.name == source.name }?.columns ?? [:]
        return known.keys.filter { !others.contains($0) }.sorted()
    }
}

extension FeatureView {
    fileprivate init(_ source: TrainingSetSpecification.Source, entity: [String], _ features: [Feature]) {
        let table = if case .table(let name, _) = source.location { name.description } else { source.name }
        self.init(
            name: table, version: 1,
            source: FeatureSource(
                table: table, entity: entity, eventTime: source.timeKey,
                availableAt: source.timeKey == nil ? nil : source.availableAt,
                tieBreak: source.timeKey == nil ? nil : source.tieBreak), join: entity, features: features)
    }
}
