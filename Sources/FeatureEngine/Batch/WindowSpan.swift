/// One window over the events of one key: which of them each label's window holds.
struct WindowSpan {
    private let bounds: WindowBounds
    /// For each label the first position in the window, and the first after it.
    private var lows: [Int32] = []
    private var highs: [Int32] = []
    /// For each event the first label whose window can hold it; empty if events are known at once.
    private var entries: [Int32] = []
    /// The positions that enter at a label: `entering[entryOffsets[label]..<entryOffsets[label + 1]]`.
    private var entering: [Int32] = []
    private var entryOffsets: [Int32] = []

    init(_ bounds: WindowBounds) { self.bounds = bounds }

    /// - Parameters:
    ///   - labels: Ascending.
    ///   - times: The events' own, ascending.
    ///   - known: When each became known; empty for at once.
    mutating func prepare(_ labels: ArraySlice<Int64>, _ times: [Int64], known: [Int64]) {
        lows.removeAll(keepingCapacity: true)
        highs.removeAll(keepingCapacity: true)
        var (low, high) = (0, 0)
        for label in labels {
            let (start, end) = bounds.bounds(at: label)
            // Starts of calendar months may step back.
            while low > 0, times[low - 1] >= start { low -= 1 }
            while low < times.count, times[low] < start { low += 1 }
            while high < times.count, times[high] < end { high += 1 }
            lows.append(Int32(truncatingIfNeeded: low))
            highs.append(Int32(truncatingIfNeeded: max(low, high)))
        }
        if known.isEmpty {
            entries.removeAll(keepingCapacity: true)
            return
        }
        prepareEntries(labels, known)
    }

    private mutating func prepareEntries(_ labels: ArraySlice<Int64>, _ known: [Int64]) {
        entries = Array(repeating: Int32(truncatingIfNeeded: labels.count), count: known.count)
        var next = 0
        for (label, high) in highs.enumerated() {
            while next < Int(high) {
                entries[next] = Int32(truncatingIfNeeded: label)
                next += 1
            }
        }
        var counts = [Int32](repeating: 0, count: labels.count + 2)
        for position in known.indices {
            var (low, high) = (Int(entries[position]), labels.count)
            while low < high {
                let middle = (low + high) / 2
                if labels[labels.startIndex + middle] < known[position] { low = middle + 1 } else { high = middle }
            }
            entries[position] = Int32(truncatingIfNeeded: low)
            counts[low + 1] += 1
        }
        for index in 1..<counts.count { counts[index] += counts[index - 1] }
        entryOffsets = counts
        entering = Array(repeating: 0, count: known.count)
        for position in known.indices {
            let label = Int(entries[position])
            entering[Int(counts[label])] = Int32(truncatingIfNeeded: position)
            counts[label] += 1
        }
    }

    func isKnown(_ position: Int, at label: Int) -> Bool { entries.isEmpty || Int(entries[position]) <= label }

    /// Lets the window slide over the events. Whether an answer was refused, and then if for an overflow.
    func slide<State: SlidingState>(
        _ start: State, _ rule: AggregateRule, _ included: [Bool], _ rows: ArraySlice<Int32>,
        into column: UnsafeMutablePointer<CellValue>
    ) -> Bool? {
        var state = start
        var (low, high) = (0, 0)
        for label in lows.indices {
            let (first, last) = (Int(lows[label]), Int(highs[label]))
            if entries.isEmpty {
                if first >= high {
                    state.reset()
                    (low, high) = (first, first)
                }
                while low < first {
                    if included[low] { state.remove(low) }
                    low += 1
                }
                while low > first {
                    low -= 1
                    if included[low] { state.add(low) }
                }
                while high < last {
                    if included[high] { state.add(high) }
                    high += 1
                }
            } else {
                while low < first {
                    if Int(entries[low]) < label, included[low] { state.remove(low) }
                    low += 1
                }
                while low > first {
                    low -= 1
                    if Int(entries[low]) < label, included[low] { state.add(low) }
                }
                for index in Int(entryOffsets[label])..<Int(entryOffsets[label + 1]) {
                    let position = Int(entering[index])
                    if position >= first, included[position] { state.add(position) }
                }
            }
            switch state.answer(rule) {
            case .value(let value): column[Int(rows[rows.startIndex + label])] = value
            case .overflow: return true
            case .ambiguous: return false
            }
        }
        return nil
    }

    /// Fills in events as they become part of some window, and asks at each label.
    func fill(_ fill: (Int) -> Void, then ask: (_ label: Int, _ low: Int, _ high: Int) -> Void) {
        var high = 0
        for label in lows.indices {
            if entries.isEmpty {
                while high < Int(highs[label]) {
                    fill(high)
                    high += 1
                }
            } else {
                for index in Int(entryOffsets[label])..<Int(entryOffsets[label + 1]) { fill(Int(entering[index])) }
            }
            ask(label, Int(lows[label]), Int(highs[label]))
        }
    }
}
