/// Compares one column; at least one side should be there. See `datasetDrift`.
package func columnDrift(
    name: String, reference: DriftColumn?, current: DriftColumn?, method: DriftMethod? = nil
) -> ColumnDrift {
    switch (reference, current) {
    case (.numeric(let reference)?, .numeric(let current)?):
        return NumericComparison(reference: reference, current: current).result(name: name, asked: method)
    case (.categorical(let reference)?, .categorical(let current)?):
        let levels = CodedLevels(reference: reference, current: current)
        return result(name: name, levels: levels, asked: method)
    default:
        let kind = reference?.kind ?? current?.kind ?? .cat
        let (inReference, inCurrent) = (presence(reference), presence(current))
        let reason =
            if reference == nil {
                "the reference has no column of this name"
            } else if current == nil {
                "current has no column of this name"
            } else if inReference.values == 0 {
                "no values in reference"
            } else if inCurrent.values == 0 {
                "no values in current"
            } else {
                "\(reference?.kind == .num ? "numeric" : "categorical") in reference, "
                    + "\(current?.kind == .num ? "numeric" : "categorical") in current"
            }
        let used =
            method ?? .automatic(kind: kind, distinct: 6, referenceCount: max(inReference.values, 1))
        return ColumnDrift(
            name: name, kind: kind, method: used, outcome: .failure(NotComputable(reason)),
            counts: (inReference.values, inCurrent.values), missing: (inReference.missing, inCurrent.missing))
    }
}

private func presence(_ column: DriftColumn?) -> (values: Int, missing: Int) {
    guard let column else { return (0, 0) }
    let values =
        switch column {
        case .numeric(let values): values.count { $0.isFinite }
        case .categorical(let values): values.count { $0 != nil }
        }
    return (values, column.count - values)
}

private func emptiness(_ referenceTotal: Int, _ currentTotal: Int) -> NotComputable? {
    if referenceTotal == 0, currentTotal == 0 { return NotComputable("no values in reference and current") }
    if referenceTotal == 0 { return NotComputable("no values in reference") }
    if currentTotal == 0 { return NotComputable("no values in current") }
    return nil
}

private struct NumericComparison {
    let reference: [Double]
    let current: [Double]
    let missing: (Int, Int)
    let pool: PooledCounts<Double>

    init(reference: [Double], current: [Double]) {
        var sortedReference = reference.filter(\.isFinite)
        var sortedCurrent = current.filter(\.isFinite)
        missing = (reference.count - sortedReference.count, current.count - sortedCurrent.count)
        sortedReference.sort()
        sortedCurrent.sort()
        self.reference = sortedReference
        self.current = sortedCurrent
        pool = PooledCounts(sortedReference: sortedReference, sortedCurrent: sortedCurrent)
    }

    func result(name: String, asked: DriftMethod?) -> ColumnDrift {
        let method =
            asked ?? .automatic(kind: .num, distinct: pool.distinct, referenceCount: pool.referenceTotal)
        let counts = (pool.referenceTotal, pool.currentTotal)
        if let empty = emptiness(counts.0, counts.1) {
            return ColumnDrift(
                name: name, kind: .num, method: method, outcome: .failure(empty), counts: counts, missing: missing)
        }
        let outcome: Result<Double, NotComputable>
        if let asked, !asked.allows(.num) {
            outcome = .failure(asked.doesNotAllow(.num))
        } else {
            outcome = Result { () throws(NotComputable) in try method.score(of: pool) }
        }
        var bins: BinnedCounts?
        if let edges = try? pool.sturgesBins(size: pool.total) {
            let (inReference, inCurrent) = edges.counts(of: pool)
            bins = BinnedCounts(edges: edges.edges, reference: inReference, current: inCurrent)
        }
        return ColumnDrift(
            name: name, kind: .num, method: method, outcome: outcome, counts: counts, missing: missing, bins: bins,
            referenceSummary: summary(of: reference, counts: pool.reference),
            currentSummary: summary(of: current, counts: pool.current))
    }

    private func summary(of sorted: [Double], counts: [Int]) -> NumericSummary? {
        let mean = pool.mean(counts, total: sorted.count)
        let variance = pool.squaredDeviations(counts, mean: mean) / Double(sorted.count)
        return NumericSummary(sorted: sorted, mean: mean, variance: variance)
    }
}

private func result(name: String, levels: CodedLevels, asked: DriftMethod?) -> ColumnDrift {
    let counts = (levels.counts.referenceTotal, levels.counts.currentTotal)
    let missing = (levels.referenceMissing, levels.currentMissing)
    let method = asked ?? .automatic(kind: .cat, distinct: levels.counts.distinct, referenceCount: counts.0)
    if let empty = emptiness(counts.0, counts.1) {
        return ColumnDrift(
            name: name, kind: .cat, method: method, outcome: .failure(empty), counts: counts, missing: missing)
    }
    let outcome = Result { () throws(NotComputable) in try method.score(of: levels) }
    return ColumnDrift(
        name: name, kind: .cat, method: method, outcome: outcome, counts: counts, missing: missing,
        levels: LevelCounts(levels.counts))
}

extension ColumnDrift {
    fileprivate init(
        name: String, kind: DriftColumnKind, method: DriftMethod, outcome: Result<Double, NotComputable>,
        counts: (reference: Int, current: Int), missing: (reference: Int, current: Int), bins: BinnedCounts? = nil,
        referenceSummary: NumericSummary? = nil, currentSummary: NumericSummary? = nil, levels: LevelCounts? = nil
    ) {
        let score: Double?
        switch outcome {
        case .success(let value): (score, status) = (value.isNaN ? nil : value, .computed)
        case .failure(let problem): (score, status) = (nil, .notComputable(reason: problem.reason))
        }
        self.score = score
        isDrifted = score.map(method.isDrift) ?? false
        (self.name, self.kind) = (name, kind)
        (self.method, displayName, scoreKind) = (method.name, method.displayName, method.scoreKind)
        (threshold, driftOperator) = (method.threshold, method.driftOperator)
        (referenceCount, currentCount) = counts
        (referenceMissing, currentMissing) = missing
        (self.bins, self.levels) = (bins, levels)
        (self.referenceSummary, self.currentSummary) = (referenceSummary, currentSummary)
    }
}
