/// A test or a distance between the reference and the current values of one column, with the setting at which
/// its score counts as drift. Definitions and default settings are Evidently's.
package enum DriftMethod: Sendable, Hashable {
    // Tests: the score is a p-value, and a small one is drift.
    case kolmogorovSmirnov(pValue: Double = 0.05)
    /// Share of the smallest level against the rest.
    case zTest(pValue: Double = 0.05)
    case chiSquare(pValue: Double = 0.05)
    case studentT(pValue: Double = 0.05)
    /// One-sided: finds current values larger than the reference, never smaller ones.
    case mannWhitney(pValue: Double = 0.05)
    /// The p-value stays between 0.001 and 0.25.
    case andersonDarling(pValue: Double = 0.1)
    case cramerVonMises(pValue: Double = 0.1)
    case fisherExact(pValue: Double = 0.1)
    case gTest(pValue: Double = 0.1)
    /// 1000 permutations from a fixed seed.
    case totalVariation(pValue: Double = 0.1)

    // Distances: a large score is drift.
    /// In units of the reference's standard deviation.
    case wasserstein(threshold: Double = 0.1)
    case jensenShannon(threshold: Double = 0.1)
    case kullbackLeibler(threshold: Double = 0.1)
    case populationStability(threshold: Double = 0.1)
    case hellinger(threshold: Double = 0.1)
    case energyDistance(threshold: Double = 0.1)

    /// What a score means.
    package enum ScoreKind: String, Sendable, Codable, Hashable {
        case pValue, distance
    }

    /// Evidently's name, such as `ks`.
    package var name: String { facts.name }

    /// Evidently's name for readers, such as `K-S p_value`.
    package var displayName: String { facts.displayName }

    package var scoreKind: ScoreKind { facts.scoreKind }

    /// The p-value or distance that separates drift from no drift.
    package var threshold: Double { facts.threshold }

    /// How a score is compared with the threshold to mean drift: `≤`, `<`, `≥` or `>`.
    package var driftOperator: String { facts.driftOperator }

    /// Whether this score means drift. NaN never does.
    package func isDrift(_ score: Double) -> Bool {
        switch facts.driftOperator {
        case "≤": score <= threshold
        case "<": score < threshold
        case ">": score > threshold
        default: score >= threshold
        }
    }

    /// Whether somebody may ask for this method on a column of this kind.
    package func allows(_ kind: DriftColumnKind) -> Bool { facts.kinds.contains(kind) }

    /// Names of all methods, as `init(name:threshold:)` takes them.
    package static let names: [String] = all.map(\.name)

    /// Every method with its default setting.
    package static let all: [DriftMethod] = [
        .kolmogorovSmirnov(), .zTest(), .chiSquare(), .studentT(), .mannWhitney(), .andersonDarling(),
        .cramerVonMises(), .fisherExact(), .gTest(), .totalVariation(), .wasserstein(), .jensenShannon(),
        .kullbackLeibler(), .populationStability(), .hellinger(), .energyDistance(),
    ]
}
