/// One column in the table of `ClassicDriftResult`.
package struct ClassicColumnDrift: Sendable, Codable, Equatable {
    package let columnName: String
    package let columnType: String
    package let stattestName: String
    package let stattestThreshold: Double
    /// Null where the method has no score for these values; JSON has no NaN.
    package let driftScore: Double?
    package let driftDetected: Bool
    package let current: SmallDistributionHolder?
    package let reference: SmallDistributionHolder?

    package struct SmallDistributionHolder: Sendable, Codable, Equatable {
        package let smallDistribution: SmallDistribution
        private enum CodingKeys: String, CodingKey { case smallDistribution = "small_distribution" }
    }

    private enum CodingKeys: String, CodingKey {
        case columnName = "column_name"
        case columnType = "column_type"
        case stattestName = "stattest_name"
        case stattestThreshold = "stattest_threshold"
        case driftScore = "drift_score"
        case driftDetected = "drift_detected"
        case current, reference
    }

    init(_ column: ColumnDrift, current: SmallDistribution?, reference: SmallDistribution?) {
        columnName = column.name
        columnType = column.kind.rawValue
        stattestName = column.displayName
        stattestThreshold = column.threshold
        driftScore = column.score
        driftDetected = column.isDrifted
        self.current = current.map(SmallDistributionHolder.init)
        self.reference = reference.map(SmallDistributionHolder.init)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(columnName, forKey: .columnName)
        try container.encode(columnType, forKey: .columnType)
        try container.encode(stattestName, forKey: .stattestName)
        try container.encode(stattestThreshold, forKey: .stattestThreshold)
        try container.encode(driftScore, forKey: .driftScore)
        try container.encode(driftDetected, forKey: .driftDetected)
        try container.encodeIfPresent(current, forKey: .current)
        try container.encodeIfPresent(reference, forKey: .reference)
    }
}

/// Numbers: density in ten equal bins over that data set's own range, `x` being the eleven edges.
/// Categories: counts per level of either set, levels ascending.
package enum SmallDistribution: Sendable, Equatable {
    case density(x: [Double], y: [Double])
    case counts(x: [String], y: [Int])
}

extension SmallDistribution: Codable {
    private enum CodingKeys: String, CodingKey { case x, y }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let edges = try? container.decode([Double].self, forKey: .x) {
            self = .density(x: edges, y: try container.decode([Double].self, forKey: .y))
        } else {
            let levels = try container.decode([String].self, forKey: .x)
            self = .counts(x: levels, y: try container.decode([Int].self, forKey: .y))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .density(let x, let y):
            try container.encode(x, forKey: .x)
            try container.encode(y, forKey: .y)
        case .counts(let x, let y):
            try container.encode(x, forKey: .x)
            try container.encode(y, forKey: .y)
        }
    }
}

func smallDistributions(
    _ reference: DriftColumn?, _ current: DriftColumn?
) -> (reference: SmallDistribution, current: SmallDistribution)? {
    switch (reference, current) {
    case (.numeric(let reference)?, .numeric(let current)?):
        guard let inReference = density(reference), let inCurrent = density(current) else { return nil }
        return (inReference, inCurrent)
    case (.categorical(let reference)?, .categorical(let current)?):
        let counts = CodedLevels(reference: reference, current: current).counts
        return (.counts(x: counts.values, y: counts.reference), .counts(x: counts.values, y: counts.current))
    default: return nil
    }
}

private func density(_ values: [Double]) -> SmallDistribution? {
    let sorted = values.filter(\.isFinite).sorted()
    guard let low = sorted.first, let high = sorted.last, let bins = Bins(low: low, high: high, count: 10)
    else { return nil }
    let (counts, _) = bins.counts(of: PooledCounts(sortedReference: sorted, sortedCurrent: []))
    let heights = counts.enumerated().map { Double($0.element) / Double(sorted.count) / bins.width($0.offset) }
    return heights.allSatisfy(\.isFinite) ? .density(x: bins.edges, y: heights) : nil
}
