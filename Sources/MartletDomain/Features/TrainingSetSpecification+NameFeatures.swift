extension TrainingSetSpecification {
    /// Names the features of lookups that ask for all, so that a column which a table gains later is none of them.
    ///
    /// - Parameter columns: Of each source, by its name, in the table's order.
    public mutating func nameFeatures(of columns: [String: [String]]) {
        for index in lookups.indices where lookups[index].features == nil {
            guard let source = source(named: lookups[index].table), let names = columns[source.name] else { continue }
            let others = Set(
                source.primaryKeys + [source.timeKey, source.tieBreak, source.availableAt].compactMap { $0 })
            lookups[index].features = names.filter { !others.contains($0) }
        }
    }
}
