import QueryEngine

/// Finds for each label the newest row of its key that was known by then, in one pass over the rows in any order.
///
/// A row counts from `max(event time, available at)` on, so it is offered to the first label of its key at or after
/// that and to no other; each label keeps the best offer. The best so far, label after label, is then the answer.
/// Time O(rows · log(labels of a key)), memory O(labels): the rows are never sorted or held.
struct MatchKernel {
    private let labels: LabelIndex
    private var bestTime: [Int64]
    private var bestTie: [Int64]
    /// 0 no row, 1 one, 2 several with an equal claim.
    private var claims: [UInt8]
    private var kept: [KeptColumn] = []
    private var winnerRows: [Int32] = []
    private var winnerSlots: [Int32] = []

    /// Where the columns of a chunk are; what is beyond them is kept.
    struct Layout {
        var hasTime: Bool
        var hasAvailability: Bool
        var hasTie: Bool

        var first: Int { 1 + (hasTime ? 1 : 0) + (hasAvailability ? 1 : 0) + (hasTie ? 1 : 0) }
    }

    init(_ labels: LabelIndex) {
        self.labels = labels
        bestTime = Array(repeating: .min, count: labels.times.count)
        bestTie = Array(repeating: .min, count: labels.times.count)
        claims = Array(repeating: 0, count: labels.times.count)
    }

    /// - Parameter batch: Key, then event time, availability and rank as far as there are such, then what is kept.
    mutating func take(_ batch: RecordBatch, _ layout: Layout) throws {
        if kept.isEmpty {
            kept = batch.columns[layout.first...].map { KeptColumn.make(for: $0.values, count: labels.times.count) }
        }
        guard case .integer(let keys) = batch.columns[0].values else {
            throw QueryError.invalidBatch("A key's number is no integer.")
        }
        var index = 1
        func next(_ isThere: Bool) -> Column? {
            guard isThere else { return nil }
            defer { index += 1 }
            return batch.columns[index]
        }
        let times = try next(layout.hasTime)?.ticks()
        let known = try next(layout.hasAvailability)?.ticks()
        let ties = try next(layout.hasTie)?.ranks()
        winnerRows.removeAll(keepingCapacity: true)
        winnerSlots.removeAll(keepingCapacity: true)
        for row in 0..<batch.rowCount {
            let key = Int(keys[row])
            let time = times?[row] ?? .min
            offer(row, key: key, time: time, from: max(time, known?[row] ?? .min), tie: ties?[row] ?? .min)
        }
        if winnerRows.isEmpty { return }
        for (column, kept) in zip(batch.columns[layout.first...], kept) {
            try kept.keep(column, rows: winnerRows, slots: winnerSlots)
        }
    }

    private mutating func offer(_ row: Int, key: Int, time: Int64, from activation: Int64, tie: Int64) {
        var low = labels.offsets[key]
        let end = labels.offsets[key + 1]
        var high = end
        while low < high {
            let middle = low &+ (high &- low) / 2
            if labels.times[middle] < activation { low = middle + 1 } else { high = middle }
        }
        guard low < end else { return }
        if claims[low] > 0 {
            if time < bestTime[low] || (time == bestTime[low] && tie < bestTie[low]) { return }
            if time == bestTime[low], tie == bestTie[low] {
                claims[low] = 2
                return
            }
        }
        (bestTime[low], bestTie[low], claims[low]) = (time, tie, 1)
        winnerRows.append(Int32(truncatingIfNeeded: row))
        winnerSlots.append(Int32(truncatingIfNeeded: low))
    }

    /// What was found.
    struct Matches {
        /// For each row of the spine the slot of its value, below zero for none.
        var slots: [Int32]
        /// A row whose newest rows are two with an equal claim, and its key's number.
        var ambiguous: (row: Int32, key: Int)?
        var kept: [KeptColumn]
    }

    /// - Parameter lookback: In ticks; the age that a row may have, included.
    func matches(lookback: Int64?) -> Matches {
        var slots = [Int32](repeating: -1, count: labels.rowCount)
        var ambiguous: (row: Int32, key: Int)?
        for key in 0..<labels.keyCount {
            var best = -1
            var isAmbiguous = false
            for position in labels.offsets[key]..<labels.offsets[key + 1] {
                if claims[position] > 0 {
                    let (time, tie) = (bestTime[position], bestTie[position])
                    if best < 0 || (time, tie) > (bestTime[best], bestTie[best]) {
                        (best, isAmbiguous) = (position, claims[position] > 1)
                    } else if time == bestTime[best], tie == bestTie[best] {
                        isAmbiguous = true
                    }
                }
                guard best >= 0 else { continue }
                if let lookback {
                    let (age, overflow) = labels.times[position].subtractingReportingOverflow(bestTime[best])
                    if overflow || age > lookback { continue }
                }
                slots[Int(labels.rows[position])] = Int32(truncatingIfNeeded: best)
                if isAmbiguous, ambiguous == nil { ambiguous = (labels.rows[position], key) }
            }
        }
        return Matches(slots: slots, ambiguous: ambiguous, kept: kept)
    }
}
