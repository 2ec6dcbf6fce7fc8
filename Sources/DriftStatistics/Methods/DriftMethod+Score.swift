extension DriftMethod {
    /// The score of a numeric column, or NaN where the method has none for these values.
    func score(of pool: PooledCounts<Double>) throws(NotComputable) -> Double {
        // Squares of larger numbers leave the range of a double, and an infinite deviation would look like no drift.
        let largest = max(abs(pool.values.first ?? 0), abs(pool.values.last ?? 0))
        if squaresValues, largest > 1e150 { throw NotComputable("the values are too large for \(displayName)") }
        let score: Double
        switch self {
        case .kolmogorovSmirnov: score = pool.kolmogorovSmirnovPValue()
        case .zTest: score = pool.zTestPValue()
        case .chiSquare: score = pool.chiSquarePValue()
        case .studentT: score = pool.studentTPValue()
        case .mannWhitney: score = pool.mannWhitneyPValue()
        case .andersonDarling: score = try pool.andersonDarlingPValue()
        case .cramerVonMises: score = pool.cramerVonMisesPValue()
        case .wasserstein: score = pool.normedWasserstein()
        case .jensenShannon: score = try pool.sharePair().jensenShannon()
        case .kullbackLeibler: score = try pool.sharePair().kullbackLeibler()
        case .populationStability: score = try pool.sharePair().populationStability()
        case .hellinger: score = try pool.hellinger()
        case .energyDistance: score = pool.energyDistance()
        case .fisherExact, .gTest, .totalVariation: throw doesNotAllow(.num)
        }
        guard !score.isInfinite else { throw NotComputable("the values are too large for a finite \(displayName)") }
        return score
    }

    /// The score of a categorical column, or NaN where the method has none for these values.
    func score(of levels: CodedLevels) throws(NotComputable) -> Double {
        switch self {
        case .zTest: levels.counts.zTestPValue()
        case .chiSquare: levels.counts.chiSquarePValue()
        case .fisherExact: try levels.counts.fisherExactPValue()
        case .gTest: levels.counts.gTestPValue()
        case .totalVariation: try levels.totalVariationPValue()
        case .jensenShannon: levels.counts.sharePair().jensenShannon()
        case .kullbackLeibler: levels.counts.sharePair().kullbackLeibler()
        case .populationStability: levels.counts.sharePair().populationStability()
        case .hellinger: levels.counts.sharePair().hellinger()
        case .kolmogorovSmirnov, .studentT, .mannWhitney, .andersonDarling, .cramerVonMises, .wasserstein,
            .energyDistance:
            throw doesNotAllow(.cat)
        }
    }

    func doesNotAllow(_ kind: DriftColumnKind) -> NotComputable {
        NotComputable("\(name) does not compare \(kind == .num ? "numeric" : "categorical") columns")
    }

    private var squaresValues: Bool {
        switch self {
        case .studentT, .wasserstein: true
        default: false
        }
    }
}
