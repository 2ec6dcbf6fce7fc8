/// What the comparison of one column found. Every column has one, also where nothing could be computed.
package struct ColumnDrift: Sendable, Codable, Equatable {
    package let name: String
    package let kind: DriftColumnKind
    package let status: Status
    /// Evidently's name of the method, such as `ks`.
    package let method: String
    /// Evidently's name of the method for readers, such as `K-S p_value`.
    package let displayName: String
    package let scoreKind: DriftMethod.ScoreKind
    /// p-value or distance. Nil when not computable, and when the method has none for these values, as for
    /// χ² of a single level; then there is no drift.
    package let score: Double?
    package let threshold: Double
    /// How score and threshold are compared to mean drift: `≤`, `<`, `≥` or `>`.
    package let driftOperator: String
    package let isDrifted: Bool

    /// Values that are not missing, and those that are.
    package let referenceCount: Int
    package let currentCount: Int
    package let referenceMissing: Int
    package let currentMissing: Int

    /// Of a numeric column with values in both sets.
    package let bins: BinnedCounts?
    package let referenceSummary: NumericSummary?
    package let currentSummary: NumericSummary?
    /// Of a categorical column with values in both sets.
    package let levels: LevelCounts?

    package enum Status: Sendable, Equatable {
        case computed
        /// The column stays out of the data set's share; `reason` says why, for a reader.
        case notComputable(reason: String)
    }

    package var isComputed: Bool { status == .computed }

    /// Missing rows over all rows, 0 for no rows.
    package var referenceMissingShare: Double { share(referenceMissing, of: referenceMissing + referenceCount) }
    package var currentMissingShare: Double { share(currentMissing, of: currentMissing + currentCount) }

    /// How far the score is on the drift side of its threshold (positive: drift), comparable between columns: p-values
    /// as powers of ten, distances as multiples of the threshold. Nil without a score.
    package var margin: Double? {
        guard let score else { return nil }
        switch scoreKind {
        case .pValue: return logTen(max(threshold, 1e-300)) - logTen(max(score, 1e-300))
        case .distance: return threshold > 0 ? score / threshold - 1 : score
        }
    }
}

extension ColumnDrift.Status: Codable {
    private enum CodingKeys: String, CodingKey { case state, reason }
    private enum State: String, Codable { case computed, notComputable }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(State.self, forKey: .state) {
        case .computed: self = .computed
        case .notComputable: self = .notComputable(reason: try container.decode(String.self, forKey: .reason))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .computed: try container.encode(State.computed, forKey: .state)
        case .notComputable(let reason):
            try container.encode(State.notComputable, forKey: .state)
            try container.encode(reason, forKey: .reason)
        }
    }
}
