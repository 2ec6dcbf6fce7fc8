extension EventLog.Node {
    /// Takes a row in; what had to be split off to its right, if anything.
    mutating func insert(_ row: EventRow, _ layout: StreamLayout, isRoot: Bool = false) -> Self? {
        let isLast = row.time >= last
        first = min(first, row.time)
        last = max(last, row.time)
        known = max(known, row.availableAt)
        count += 1
        if children.isEmpty {
            if !isRoot || !tiles.isEmpty { addToTiles(row, layout) }
            block.insert(row, layout)
            guard block.count > EventLog.leafLimit else { return nil }
            // Rows mostly come in order: then the full leaf stays full.
            var sibling = Self()
            sibling.block = block.split(at: isLast ? block.count - 1 : block.count / 2, layout)
            sibling.summarize(layout)
            summarize(layout)
            return sibling
        }
        addToTiles(row, layout)
        var child = children.count - 1
        while child > 0, children[child].first > row.time { child -= 1 }
        guard let split = children[child].insert(row, layout) else { return nil }
        children.insert(split, at: child + 1)
        guard children.count > EventLog.childLimit else { return nil }
        var sibling = Self()
        let middle = isLast ? children.count - 1 : children.count / 2
        sibling.children = Array(children[middle...])
        children.removeSubrange(middle...)
        sibling.summarize(layout)
        summarize(layout)
        return sibling
    }

    private mutating func addToTiles(_ row: EventRow, _ layout: StreamLayout) {
        for (index, slot) in layout.slots.enumerated() { slot.add(row, layout, to: &tiles[index]) }
    }

    /// Computes everything that is known of the rows below anew.
    mutating func summarize(_ layout: StreamLayout) {
        (first, last, known, count) = (.max, .min, .min, 0)
        tiles = layout.slots.map(\.rule.empty)
        if children.isEmpty {
            count = block.count
            for row in 0..<block.count {
                first = min(first, block.time(row, layout))
                last = max(last, block.time(row, layout))
                known = max(known, block.availableAt(row, layout))
                for (index, slot) in layout.slots.enumerated() { slot.add(block, row, layout, to: &tiles[index]) }
            }
        } else {
            for child in children {
                first = min(first, child.first)
                last = max(last, child.last)
                known = max(known, child.known)
                count += child.count
                for index in tiles.indices { tiles[index].merge(child.tiles[index]) }
            }
        }
    }

    mutating func remove(time: Int64, tieBreak: CellValue, _ layout: StreamLayout, isRoot: Bool = false) {
        guard first <= time, time <= last else { return }
        if children.isEmpty {
            let kept = (0..<block.count).filter { row in
                block.time(row, layout) != time || block.tieBreak(row, layout) != tieBreak
            }
            if kept.count == block.count { return }
            block.keep(kept, layout)
        } else {
            let before = count
            for index in children.indices { children[index].remove(time: time, tieBreak: tieBreak, layout) }
            children.removeAll { $0.count == 0 }
            if children.map(\.count).reduce(0, +) == before { return }
        }
        summarize(layout)
        if isRoot, children.isEmpty { tiles = [] }
    }

    func forEachRow(_ layout: StreamLayout, _ body: (EventRow) -> Void) {
        for child in children { child.forEachRow(layout, body) }
        for row in 0..<block.count { body(block.row(row, layout)) }
    }
}
