extension DriftMethod {
    /// The method taken when nobody asks for one: tests for up to 1000 reference values, distances above, where
    /// a test would call every small difference drift.
    ///
    /// - Parameters:
    ///   - distinct: distinct values of reference and current together.
    ///   - referenceCount: reference values that are not missing.
    package static func automatic(
        kind: DriftColumnKind, distinct: Int, referenceCount: Int
    ) -> DriftMethod {
        let isSmall = referenceCount <= 1000
        if kind == .num, distinct > 5 { return isSmall ? .kolmogorovSmirnov() : .wasserstein() }
        guard isSmall else { return .jensenShannon() }
        return distinct > 2 ? .chiSquare() : .zTest()
    }
}
