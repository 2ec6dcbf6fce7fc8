extension DriftMethod {
    /// One row of the table of methods.
    struct Facts {
        let name: String
        let displayName: String
        let kinds: Set<DriftColumnKind>
        let scoreKind: ScoreKind
        let driftOperator: String
        let threshold: Double
    }

    var facts: Facts {
        switch self {
        case .kolmogorovSmirnov(let p): test("ks", "K-S p_value", [.num], "≤", p)
        case .zTest(let p): test("z", "Z-test p_value", [.cat], "<", p)
        case .chiSquare(let p): test("chisquare", "chi-square p_value", [.cat], "<", p)
        case .studentT(let p): test("t_test", "t_test", [.num], "<", p)
        case .mannWhitney(let p): test("mannw", "Mann-Whitney U-rank test", [.num], "<", p)
        case .andersonDarling(let p): test("anderson", "Anderson-Darling", [.num], "<", p)
        case .cramerVonMises(let p): test("cramer_von_mises", "Cramer-von Mises", [.num], "≤", p)
        case .fisherExact(let p): test("fisher_exact", "Fisher's Exact test", [.cat], "<", p)
        case .gTest(let p): test("g_test", "g_test", [.cat], "<", p)
        case .totalVariation(let p): test("TVD", "Total-Variation-Distance", [.cat], "<", p)
        case .wasserstein(let t): distance("wasserstein", "Wasserstein distance (normed)", [.num], "≥", t)
        case .jensenShannon(let t): distance("jensenshannon", "Jensen-Shannon distance", [.num, .cat], "≥", t)
        case .kullbackLeibler(let t): distance("kl_div", "Kullback-Leibler divergence", [.num, .cat], "≥", t)
        case .populationStability(let t): distance("psi", "PSI", [.num, .cat], "≥", t)
        case .hellinger(let t): distance("hellinger", "Hellinger distance", [.num, .cat], "≥", t)
        case .energyDistance(let t): distance("ed", "Energy-distance", [.num], ">", t)
        }
    }

    private func test(
        _ name: String, _ displayName: String, _ kinds: Set<DriftColumnKind>, _ driftOperator: String, _ pValue: Double
    ) -> Facts {
        Facts(
            name: name, displayName: displayName, kinds: kinds, scoreKind: .pValue, driftOperator: driftOperator,
            threshold: pValue)
    }

    private func distance(
        _ name: String, _ displayName: String, _ kinds: Set<DriftColumnKind>, _ driftOperator: String,
        _ threshold: Double
    ) -> Facts {
        Facts(
            name: name, displayName: displayName, kinds: kinds, scoreKind: .distance, driftOperator: driftOperator,
            threshold: threshold)
    }
}
