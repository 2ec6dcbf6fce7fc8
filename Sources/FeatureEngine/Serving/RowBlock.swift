/// Some rows of one key in time order, packed: numbers in 64 bits each, text and the like beside them.
struct RowBlock: Sendable {
    private(set) var words: [UInt64] = []
    private var heap: [CellValue] = []
    private(set) var count = 0

    init() {}

    func time(_ row: Int, _ layout: StreamLayout) -> Int64 {
        Int64(bitPattern: words[row * layout.stride])
    }

    /// `Int64.min` for at once.
    func availableAt(_ row: Int, _ layout: StreamLayout) -> Int64 {
        layout.hasAvailability ? Int64(bitPattern: words[row * layout.stride + 1]) : .min
    }

    private func flag(_ row: Int, _ bit: Int, _ layout: StreamLayout) -> Bool {
        let word = row * layout.stride + (layout.hasAvailability ? 2 : 1) + bit >> 6
        return words[word] >> UInt64(bit & 63) & 1 == 1
    }

    func fulfils(_ condition: Int, _ row: Int, _ layout: StreamLayout) -> Bool {
        flag(row, layout.forms.count + condition, layout)
    }

    func cell(_ column: Int, _ row: Int, _ layout: StreamLayout) -> CellValue {
        guard flag(row, column, layout) else { return .null }
        let word = words[row * layout.stride + layout.headerCount + column]
        return switch layout.forms[column] {
        case .boolean: .boolean(word != 0)
        case .long: .long(Int64(bitPattern: word))
        case .date: .date(Int32(truncatingIfNeeded: Int64(bitPattern: word)))
        case .timestamp: .timestamp(Int64(bitPattern: word))
        case .double: .double(Double(bitPattern: word))
        case .decimal, .string, .binary: heap[Int(truncatingIfNeeded: word)]
        }
    }

    func tieBreak(_ row: Int, _ layout: StreamLayout) -> CellValue {
        layout.tieBreak.map { cell($0, row, layout) } ?? .null
    }

    /// The first row whose time is at or after `time`.
    func position(of time: Int64, _ layout: StreamLayout) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low &+ high) / 2
            if self.time(middle, layout) < time { low = middle &+ 1 } else { high = middle }
        }
        return low
    }

    /// Puts a row after those of its time and before later ones.
    mutating func insert(_ row: EventRow, _ layout: StreamLayout) {
        let position = row.time == .max ? count : self.position(of: row.time + 1, layout)
        var packed: [UInt64] = [UInt64(bitPattern: row.time)]
        packed.reserveCapacity(layout.stride)
        if layout.hasAvailability { packed.append(UInt64(bitPattern: row.availableAt)) }
        let flags = packed.count
        while packed.count < layout.headerCount { packed.append(0) }
        for (index, isFulfilled) in row.conditions.enumerated() where isFulfilled {
            let bit = layout.forms.count + index
            packed[flags + bit >> 6] |= 1 << UInt64(bit & 63)
        }
        for column in layout.forms.indices {
            let cell = row.cells[column]
            if !cell.isNull { packed[flags + column >> 6] |= 1 << UInt64(column & 63) }
            packed.append(word(cell))
        }
        words.insert(contentsOf: packed, at: position * layout.stride)
        count += 1
    }

    private mutating func word(_ cell: CellValue) -> UInt64 {
        switch cell {
        case .null: return 0
        case .boolean(let value): return value ? 1 : 0
        case .long(let value), .timestamp(let value): return UInt64(bitPattern: value)
        case .date(let value): return UInt64(bitPattern: Int64(value))
        case .double(let value): return value.bitPattern
        case .decimal, .string, .binary:
            heap.append(cell)
            return UInt64(heap.count - 1)
        }
    }

    func row(_ row: Int, _ layout: StreamLayout) -> EventRow {
        EventRow(
            time: time(row, layout), availableAt: availableAt(row, layout),
            cells: layout.forms.indices.map { cell($0, row, layout) },
            conditions: layout.conditions.indices.map { fulfils($0, row, layout) })
    }

    /// The rows from `position` on, which leave this block.
    mutating func split(at position: Int, _ layout: StreamLayout) -> RowBlock {
        var rest = RowBlock()
        for row in position..<count { rest.insert(self.row(row, layout), layout) }
        keep(0..<position, layout)
        return rest
    }

    mutating func keep(_ rows: some Sequence<Int>, _ layout: StreamLayout) {
        var kept = RowBlock()
        for row in rows { kept.insert(self.row(row, layout), layout) }
        self = kept
    }
}

/// One row on its way into a stream.
struct EventRow: Sendable, Equatable {
    /// In ticks of the stream's clock; `Int64.min` of a table without one.
    var time: Int64
    /// `Int64.min` for at once.
    var availableAt: Int64
    /// The kept columns.
    var cells: [CellValue]
    /// Which conditions of the stream it fulfils.
    var conditions: [Bool]
}
