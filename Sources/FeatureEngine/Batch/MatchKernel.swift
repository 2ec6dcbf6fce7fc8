package import QueryEngine

/// Finds for each label the newest row of its key that was known by then, in one pass over the rows in any order.
///
/// A row counts from `max(event time, available at)` on, so it is offered to the first label of its key at or after
/// that and to no other; each label keeps the best offer. The best so far, label after label, is then the answer.
/// Time O(rows · log(labels of a key)), memory O(labels): the rows are never sorted or held.
package struct MatchKernel {
    private let labels: LabelIndex
    private var offers: [Offer]
    private var kept: [KeptColumn] = []
    private var winnerRows: [Int32] = []
    private var winnerSlots: [Int32] = []

    /// The best row that was offered to a label.
    private struct Offer {
        var time: Int64 = .min
        var tie: Int64 = .min
        /// 0 no row, 1 one, 2 several with an equal claim.
        var claims: Int64 = 0
    }

    /// Where the columns of a chunk are; what is beyond them is kept.
    package struct Layout {
        package var hasTime: Bool
        package var hasAvailability: Bool
        package var hasTie: Bool

        package init(hasTime: Bool, hasAvailability: Bool, hasTie: Bool) {
            (self.hasTime, self.hasAvailability, self.hasTie) = (hasTime, hasAvailability, hasTie)
        }

        var first: Int { 1 + (hasTime ? 1 : 0) + (hasAvailability ? 1 : 0) + (hasTie ? 1 : 0) }
    }

    package init(_ labels: LabelIndex) {
        self.labels = labels
        offers = Array(repeating: Offer(), count: labels.times.count)
    }

    /// - Parameter batch: Key, then event time, availability and rank as far as there are such, then what is kept.
    package mutating func take(_ batch: RecordBatch, _ layout: Layout) throws {
        if kept.isEmpty {
            kept = batch.columns[layout.first...].map { KeptColumn(for: $0.values, count: labels.times.count) }
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
        let times = try next(layout.hasTime)?.ticks() ?? []
        let known = try next(layout.hasAvailability)?.ticks() ?? []
        let ties = try next(layout.hasTie)?.ranks() ?? []
        winnerRows.removeAll(keepingCapacity: true)
        winnerSlots.removeAll(keepingCapacity: true)
        offer(keys, times, known, ties)
        if winnerRows.isEmpty { return }
        for (column, kept) in zip(batch.columns[layout.first...], kept) {
            try kept.keep(column, winnerRows, winnerSlots)
        }
    }

    /// Offers each row to the one label that it is for. `times`, `known` and `ties` may be empty.
    ///
    /// On bare memory: this is where ten million rows go through, and the indices are the label index's own.
    private mutating func offer(_ keys: [Int32], _ times: [Int64], _ known: [Int64], _ ties: [Int64]) {
        labels.offsets.withUnsafeBufferPointer { offsets in
            labels.times.withUnsafeBufferPointer { labelTimes in
                offers.withUnsafeMutableBufferPointer { offers in
                    for row in keys.indices {
                        let key = Int(keys[row])
                        let time = times.isEmpty ? .min : times[row]
                        let activation = known.isEmpty ? time : max(time, known[row])
                        var low = offsets[key]
                        let end = offsets[key &+ 1]
                        var count = end &- low
                        while count > 0 {
                            let half = count / 2
                            let isBefore = labelTimes[low &+ half] < activation
                            low = isBefore ? low &+ half &+ 1 : low
                            count = isBefore ? count &- half &- 1 : half
                        }
                        if low >= end { continue }
                        let tie = ties.isEmpty ? .min : ties[row]
                        let best = offers[low]
                        if best.claims > 0 {
                            if time < best.time || (time == best.time && tie < best.tie) { continue }
                            if time == best.time, tie == best.tie {
                                offers[low].claims = 2
                                continue
                            }
                        }
                        offers[low] = Offer(time: time, tie: tie, claims: 1)
                        winnerRows.append(Int32(truncatingIfNeeded: row))
                        winnerSlots.append(Int32(truncatingIfNeeded: low))
                    }
                }
            }
        }
    }

    /// What was found.
    package struct Matches {
        /// For each row of the spine the slot of its value, below zero for none.
        package var slots: [Int32]
        /// A row whose newest rows are two with an equal claim, and its key's number.
        package var ambiguous: (row: Int32, key: Int)?
        package var kept: [KeptColumn]
    }

    /// - Parameter lookback: In ticks; the age that a row may have, included.
    package func matches(lookback: Int64?) -> Matches {
        var slots = [Int32](repeating: -1, count: labels.rowCount)
        var ambiguous: (row: Int32, key: Int)?
        for key in 0..<labels.keyCount {
            var best = -1
            var isAmbiguous = false
            for position in labels.offsets[key]..<labels.offsets[key + 1] {
                let offer = offers[position]
                if offer.claims > 0 {
                    if best < 0 || (offer.time, offer.tie) > (offers[best].time, offers[best].tie) {
                        (best, isAmbiguous) = (position, offer.claims > 1)
                    } else if offer.time == offers[best].time, offer.tie == offers[best].tie {
                        isAmbiguous = true
                    }
                }
                guard best >= 0 else { continue }
                if let lookback {
                    let (age, overflow) = labels.times[position].subtractingReportingOverflow(offers[best].time)
                    if overflow || age > lookback { continue }
                }
                slots[Int(labels.rows[position])] = Int32(truncatingIfNeeded: best)
                if isAmbiguous, ambiguous == nil { ambiguous = (labels.rows[position], key) }
            }
        }
        return Matches(slots: slots, ambiguous: ambiguous, kept: kept)
    }
}
