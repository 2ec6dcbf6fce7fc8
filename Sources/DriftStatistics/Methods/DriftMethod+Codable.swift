extension DriftMethod: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, threshold
    }

    /// The method of this name (letter case counts, as in `TVD`), with its default setting when `threshold` is nil.
    /// Nil for an unknown name or a threshold that is not a number.
    package init?(name: String, threshold: Double? = nil) {
        guard let method = DriftMethod.all.first(where: { $0.name == name }) else { return nil }
        guard let threshold else {
            self = method
            return
        }
        guard threshold.isFinite else { return nil }
        self = method.withThreshold(threshold)
    }

    /// Reads `{"name": "ks", "threshold": 0.05}`; without `threshold` the default holds.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .name)
        let threshold = try container.decodeIfPresent(Double.self, forKey: .threshold)
        guard let method = DriftMethod(name: name, threshold: threshold) else {
            throw DecodingError.dataCorruptedError(
                forKey: .name, in: container,
                debugDescription: "\(name) is not a drift method; these are: "
                    + DriftMethod.names.joined(separator: ", "))
        }
        self = method
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(threshold, forKey: .threshold)
    }

    private func withThreshold(_ value: Double) -> DriftMethod {
        switch self {
        case .kolmogorovSmirnov: .kolmogorovSmirnov(pValue: value)
        case .zTest: .zTest(pValue: value)
        case .chiSquare: .chiSquare(pValue: value)
        case .studentT: .studentT(pValue: value)
        case .mannWhitney: .mannWhitney(pValue: value)
        case .andersonDarling: .andersonDarling(pValue: value)
        case .cramerVonMises: .cramerVonMises(pValue: value)
        case .fisherExact: .fisherExact(pValue: value)
        case .gTest: .gTest(pValue: value)
        case .totalVariation: .totalVariation(pValue: value)
        case .wasserstein: .wasserstein(threshold: value)
        case .jensenShannon: .jensenShannon(threshold: value)
        case .kullbackLeibler: .kullbackLeibler(threshold: value)
        case .populationStability: .populationStability(threshold: value)
        case .hellinger: .hellinger(threshold: value)
        case .energyDistance: .energyDistance(threshold: value)
        }
    }
}
