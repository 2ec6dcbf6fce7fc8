extension Policy {
    /// What is not written asks for nothing; a word that is not known is refused, because a misspelt gate is no gate.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: ["staging", "production"])
        let container = try decoder.container(keyedBy: CodingKeys.self)
        staging = try container.decodeIfPresent(Requirements.self, forKey: .staging) ?? Requirements()
        production = try container.decodeIfPresent(Requirements.self, forKey: .production) ?? Requirements()
    }
}

extension Policy.Requirements {
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: ["sign_offs", "monitoring_plan", "min_auc", "feature_consistency"])
        let container = try decoder.container(keyedBy: CodingKeys.self)
        signOffs = try container.decodeIfPresent([Role].self, forKey: .signOffs) ?? []
        monitoringPlan = try container.decodeIfPresent(Bool.self, forKey: .monitoringPlan) ?? false
        minimumAreaUnderROC = try container.decodeIfPresent(Double.self, forKey: .minimumAreaUnderROC)
        featureConsistency = try container.decodeIfPresent(FeatureConsistency.self, forKey: .featureConsistency)
        if let minimum = minimumAreaUnderROC, !(minimum >= 0 && minimum <= 1) {
            throw DecodingError.dataCorruptedError(
                forKey: .minimumAreaUnderROC, in: container, debugDescription: "\(minimum) is not between 0 and 1")
        }
        if signOffs.count > 20 {
            throw DecodingError.dataCorruptedError(
                forKey: .signOffs, in: container, debugDescription: "a stage asks for at most 20 sign-offs")
        }
    }
}

private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int?

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { (stringValue, self.intValue) = ("\(intValue)", intValue) }
}

extension Decoder {
    fileprivate func refuseKeys(besides known: [String]) throws {
        let unknown = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter { !known.contains($0) }
        guard unknown.isEmpty else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: codingPath,
                    debugDescription: "\(unknown.sorted().joined(separator: ", ")) is not known here; "
                        + "a policy says \(known.joined(separator: ", "))"))
        }
    }
}
