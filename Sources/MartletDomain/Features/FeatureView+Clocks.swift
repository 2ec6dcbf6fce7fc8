extension FeatureView {
    /// What is wrong with a view that takes rows as known at once where their table says when each became known: it would
    /// train on what nobody knew. Nil if the view names a clock itself, or reads no rows.
    ///
    /// - Parameter availableAt: The table's own clock, nil if it has none.
    public func issue(withTableKnownAt availableAt: String?) -> FeatureIssue? {
        guard let availableAt, let source, source.availableAt == nil, features.contains(where: \.definition.readsTable)
        else { return nil }
        return FeatureIssue(
            .invalidDeclaration,
            "View \(name) reads \(source.table) as if its rows had been known at once, and the table says when they were: "
                + "give the view's source 'available_at: \(availableAt)' (in SQL, AVAILABLE AT \(availableAt))")
    }
}
