import MartletDomain

/// One thread's part in a ``WindowKernel``: key after key, with room that is used again.
struct WindowWorker {
    private let kernel: WindowKernel
    private let events: EventTable
    /// The key's events by time, then rank.
    private var places: [Place] = []
    private var order: [Int32] = []
    private var times: [Int64] = []
    private var ties: [Int64] = []
    private var known: [Int64] = []
    private var spans: [WindowSpan]
    private var included: [Bool] = []
    private var longs: [Int64] = []
    private var doubles: [Double] = []
    private var decimals: [Int128] = []
    private var cells: [CellValue] = []
    private var tree = RankTree()

    init(_ kernel: WindowKernel, _ events: EventTable) {
        (self.kernel, self.events) = (kernel, events)
        spans = kernel.windows.map { WindowSpan($0) }
    }

    mutating func answer(_ key: Int, into columns: [UnsafeMutablePointer<CellValue>]) throws(WindowKernel.Refusal) {
        let labels = kernel.labels.offsets[key]..<kernel.labels.offsets[key + 1]
        guard !labels.isEmpty, events.offsets[key] < events.offsets[key + 1] else { return }
        sort(key)
        for window in spans.indices { spans[window].prepare(kernel.labels.times[labels], times, known: known) }
        for (index, output) in kernel.outputs.enumerated() {
            gather(output)
            let rows = kernel.labels.rows[labels]
            let refused = answer(output, spans[output.window], rows, into: columns[index])
            if let isOverflow = refused {
                throw WindowKernel.Refusal(output: index, key: key, isOverflow: isOverflow)
            }
        }
    }

    /// An event where its order is decided, so that sorting stays within one stretch of memory.
    private struct Place {
        var time: Int64
        var tie: Int64
        var event: Int32

        static func precedes(_ left: Place, _ right: Place) -> Bool {
            if left.time != right.time { return left.time < right.time }
            return left.tie != right.tie ? left.tie < right.tie : left.event < right.event
        }
    }

    private mutating func sort(_ key: Int) {
        places.removeAll(keepingCapacity: true)
        for event in events.order[events.offsets[key]..<events.offsets[key + 1]] {
            let tie = events.ties.isEmpty ? 0 : events.ties[Int(event)]
            places.append(Place(time: events.times[Int(event)], tie: tie, event: event))
        }
        places.sort(by: Place.precedes)
        order.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        ties.removeAll(keepingCapacity: true)
        known.removeAll(keepingCapacity: true)
        for place in places {
            order.append(place.event)
            times.append(place.time)
            if !events.ties.isEmpty { ties.append(place.tie) }
            if !events.known.isEmpty { known.append(events.known[Int(place.event)]) }
        }
    }

    /// Lays out what an output reads of the key's events, in their order.
    private mutating func gather(_ output: WindowKernel.Output) {
        included.removeAll(keepingCapacity: true)
        let column = output.input.map { events.inputs[$0] }
        let passesNulls = output.rule.aggregate == .first || output.rule.aggregate == .last
        let condition = output.condition.map { events.conditions[$0] }
        for event in order {
            let isCounted = condition?[Int(event)] ?? true
            included.append(isCounted && (passesNulls || !(column?.isNull(Int(event)) ?? false)))
        }
        guard let column else { return }
        longs.removeAll(keepingCapacity: true)
        doubles.removeAll(keepingCapacity: true)
        decimals.removeAll(keepingCapacity: true)
        cells.removeAll(keepingCapacity: true)
        switch (output.rule.aggregate, column.form) {
        case (.count, _): break
        case (.sum, .long), (.sum, .boolean), (.avg, .long), (.avg, .boolean):
            for event in order { longs.append(column.longs[Int(event)]) }
        case (.sum, .decimal), (.avg, .decimal):
            for event in order { decimals.append(column.decimals[Int(event)]) }
        case (.sum, .double), (.avg, .double):
            for event in order { doubles.append(column.doubles[Int(event)]) }
        case (.stddevSamp, _), (.stddevPop, _), (.varSamp, _), (.varPop, _), (.approxQuantile, _):
            var scale = 0
            if case .decimal(_, let digits) = output.rule.input { scale = digits }
            for event in order { doubles.append(column.cell(Int(event)).double(scale: scale) ?? 0) }
        default: for event in order { cells.append(column.cell(Int(event))) }
        }
    }

    /// Whether it is refused, and then if for an overflow.
    private mutating func answer(
        _ output: WindowKernel.Output, _ span: WindowSpan, _ rows: ArraySlice<Int32>,
        into column: UnsafeMutablePointer<CellValue>
    ) -> Bool? {
        switch output.rule.aggregate {
        case .min, .max, .first, .last: return edges(output, span, rows, into: column)
        default: break
        }
        return longs.withUnsafeBufferPointer { longs in
            doubles.withUnsafeBufferPointer { doubles in
                decimals.withUnsafeBufferPointer { decimals in
                    cells.withUnsafeBufferPointer { cells in
                        func slide(_ state: some SlidingState) -> Bool? {
                            span.slide(state, output.rule, included, rows, into: column)
                        }
                        if output.rule.aggregate == .count { return slide(SlidingCount(isRows: output.input == nil)) }
                        if let values = longs.baseAddress, !longs.isEmpty { return slide(SlidingLongs(values)) }
                        if let values = decimals.baseAddress, !decimals.isEmpty {
                            return slide(SlidingDecimals(values))
                        }
                        if let values = doubles.baseAddress, !doubles.isEmpty {
                            switch output.rule.aggregate {
                            case .sum, .avg: return slide(SlidingDoubles(values))
                            case .approxQuantile: return slide(SlidingQuantiles(values))
                            default: return slide(SlidingMoments(values))
                            }
                        }
                        guard let values = cells.baseAddress, !cells.isEmpty else { return nil }
                        return output.rule.aggregate == .countDistinct
                            ? slide(SlidingDistinct(values)) : slide(SlidingSketch(values))
                    }
                }
            }
        }
    }

    private mutating func edges(
        _ output: WindowKernel.Output, _ span: WindowSpan, _ rows: ArraySlice<Int32>,
        into column: UnsafeMutablePointer<CellValue>
    ) -> Bool? {
        tree.start(ranks(output.rule.aggregate))
        let isEdge = output.rule.aggregate == .first || output.rule.aggregate == .last
        var isAmbiguous = false
        span.fill { position in
            if included[position] { tree.fill(position) }
        } then: { label, low, high in
            guard var best = tree.best(low, high) else { return }
            if isEdge {
                let isLast = output.rule.aggregate == .last
                if let settled = settled(best, isLast, span, label, low, high) {
                    best = settled
                } else {
                    isAmbiguous = true
                }
            }
            column[Int(rows[rows.startIndex + label])] = cells[best].canonical
        }
        return isAmbiguous ? false : nil
    }

    /// Orders the key's events so that the one that is asked for is the smallest.
    private func ranks(_ aggregate: FeatureAggregate) -> [Int64] {
        switch aggregate {
        case .first: return cells.indices.map { Int64($0) }
        case .last: return cells.indices.map { -Int64($0) }
        default: break
        }
        let sign: Int64 = aggregate == .max ? -1 : 1
        var ranks = [Int64](repeating: 0, count: cells.count)
        var rank: Int64 = 0
        var previous: Int?
        for position in cells.indices.sorted(by: { CellValue.precedes(cells[$0], cells[$1]) }) {
            if let previous, CellValue.precedes(cells[previous], cells[position]) { rank += 1 }
            ranks[position] = sign * rank
            previous = position
        }
        return ranks
    }

    /// Of the window's events with the same time and rank, that with the greatest value, or for the first with the least:
    /// −0 and 0 are one value and differ in bits. Nil if they have different values.
    private func settled(
        _ best: Int, _ isLast: Bool, _ span: WindowSpan, _ label: Int, _ low: Int, _ high: Int
    ) -> Int? {
        var settled = best
        for step in [-1, 1] {
            var other = best + step
            while other >= low, other < high, times[other] == times[best],
                ties.isEmpty || ties[other] == ties[best]
            {
                if included[other], span.isKnown(other, at: label) {
                    if cells[other] != cells[best] { return nil }
                    let isLater = CellValue.precedes(cells[settled], cells[other])
                    if isLast ? isLater : CellValue.precedes(cells[other], cells[settled]) { settled = other }
                }
                other += step
            }
        }
        return settled
    }
}
