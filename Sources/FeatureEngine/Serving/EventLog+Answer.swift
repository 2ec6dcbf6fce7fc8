extension EventLog {
    /// Adds to `states` what the rows of `[start, end)` that were known at `time` come to.
    ///
    /// - Parameters:
    ///   - slots: Which slots are wanted; `states` has one for each, in their order.
    ///   - newest: Becomes the time of the newest such row.
    func collect(
        from start: Int64, to end: Int64, knownAt time: Int64, _ slots: [Int], into states: inout [AggregateState],
        newest: inout Int64, _ layout: StreamLayout
    ) {
        if start == .min, !folded.isEmpty {
            for (index, slot) in slots.enumerated() { states[index].merge(folded[slot]) }
            newest = max(newest, foldedNewest)
        }
        root.collect(start, end, time, slots, &states, &newest, layout)
    }

    /// The time of the newest row at or before `end` that was known at `time`.
    func newestTime(through end: Int64, knownAt time: Int64, _ layout: StreamLayout) -> Int64? {
        root.newestTime(end, time, layout)
    }

    /// Whether there is a row at or before that time which was known then.
    func isKnown(at time: Int64, _ layout: StreamLayout) -> Bool {
        !folded.isEmpty || newestTime(through: time, knownAt: time, layout) != nil
    }

    /// A row found by time.
    struct Found {
        var eventTime: Int64
        var cells: [CellValue]
        /// Another row has an equal claim.
        var isAmbiguous: Bool
    }

    /// The newest row at or before `end` that was known at `time`, whole; among rows of one time the greatest tie break.
    ///
    /// - Parameter columns: Which of the kept columns are wanted.
    func newest(through end: Int64, knownAt time: Int64, _ columns: [Int], _ layout: StreamLayout) -> Found? {
        guard let newest = newestTime(through: end, knownAt: time, layout) else { return nil }
        var best: (block: RowBlock, row: Int, tie: CellValue)?
        var isAmbiguous = false
        root.forEachRow(at: newest, knownAt: time, layout) { block, row in
            let tie = block.tieBreak(row, layout)
            if let held = best {
                if CellValue.precedes(tie, held.tie) { return }
                isAmbiguous = !CellValue.precedes(held.tie, tie)
                if isAmbiguous { return }
            }
            best = (block, row, tie)
        }
        return best.map { block, row, _ in
            Found(
                eventTime: newest, cells: columns.map { block.cell($0, row, layout) }, isAmbiguous: isAmbiguous)
        }
    }
}

extension EventLog.Node {
    fileprivate func collect(
        _ start: Int64, _ end: Int64, _ time: Int64, _ slots: [Int], _ states: inout [AggregateState],
        _ newest: inout Int64, _ layout: StreamLayout
    ) {
        guard count > 0, last >= start, first < end else { return }
        if first >= start, last < end, known <= time, !tiles.isEmpty {
            newest = max(newest, last)
            for (index, slot) in slots.enumerated() { states[index].merge(tiles[slot]) }
            return
        }
        for child in children { child.collect(start, end, time, slots, &states, &newest, layout) }
        guard block.count > 0 else { return }
        let allKnown = known <= time
        for row in block.position(
            of: start, layout)..<max(block.position(of: start, layout), block.position(of: end, layout))
        {
            if !allKnown, block.availableAt(row, layout) > time { continue }
            newest = max(newest, block.time(row, layout))
            for (index, slot) in slots.enumerated() { layout.slots[slot].add(block, row, layout, to: &states[index]) }
        }
    }

    fileprivate func newestTime(_ end: Int64, _ time: Int64, _ layout: StreamLayout) -> Int64? {
        guard count > 0, first <= end else { return nil }
        if last <= end, known <= time { return last }
        for child in children.reversed() {
            if let found = child.newestTime(end, time, layout) { return found }
        }
        var row = block.count - 1
        while row >= 0 {
            if block.time(row, layout) <= end, block.availableAt(row, layout) <= time { return block.time(row, layout) }
            row -= 1
        }
        return nil
    }

    fileprivate func forEachRow(
        at moment: Int64, knownAt time: Int64, _ layout: StreamLayout, _ body: (RowBlock, Int) -> Void
    ) {
        guard count > 0, first <= moment, moment <= last else { return }
        for child in children { child.forEachRow(at: moment, knownAt: time, layout, body) }
        var row = block.position(of: moment, layout)
        while row < block.count, block.time(row, layout) == moment {
            if block.availableAt(row, layout) <= time { body(block, row) }
            row += 1
        }
    }
}
