extension SnapshotWriter {
    /// A cell with the word for its kind before it.
    mutating func put(_ cell: CellValue) {
        switch cell {
        case .null: put(UInt8(0))
        case .boolean(let value):
            put(UInt8(1))
            put(UInt8(value ? 1 : 0))
        case .long(let value):
            put(UInt8(2))
            put(value)
        case .double(let value):
            put(UInt8(3))
            put(value.bitPattern)
        case .decimal(let value):
            put(UInt8(4))
            put(value)
        case .string(let value):
            put(UInt8(5))
            put(value)
        case .binary(let value):
            put(UInt8(6))
            put(value)
        case .date(let value):
            put(UInt8(7))
            put(value)
        case .timestamp(let value):
            put(UInt8(8))
            put(value)
        }
    }

    mutating func put(_ key: EntityKey) {
        put(UInt8(clamping: key.cells.count))
        for cell in key.cells { put(cell) }
    }

    mutating func put(_ row: EventRow, _ layout: StreamLayout) {
        put(row.time)
        if layout.hasAvailability { put(row.availableAt) }
        var flags = [UInt64](repeating: 0, count: (layout.forms.count + layout.conditions.count + 63) / 64)
        for (bit, isSet) in (row.cells.map { !$0.isNull } + row.conditions).enumerated() where isSet {
            flags[bit >> 6] |= 1 << UInt64(bit & 63)
        }
        for word in flags { put(word) }
        for cell in row.cells {
            switch cell {
            case .null: break
            case .boolean(let value): put(UInt8(value ? 1 : 0))
            case .long(let value), .timestamp(let value): put(value)
            case .double(let value): put(value.bitPattern)
            case .decimal(let value): put(value)
            case .string(let value): put(value)
            case .binary(let value): put(value)
            case .date(let value): put(value)
            }
        }
    }
}

extension SnapshotReader {
    mutating func cell() throws(SnapshotError) -> CellValue {
        switch try integer(UInt8.self) {
        case 0: return .null
        case 1: return .boolean(try integer(UInt8.self) != 0)
        case 2: return .long(try integer())
        case 3: return .double(Double(bitPattern: try integer()))
        case 4: return .decimal(try integer())
        case 5: return .string(try text())
        case 6: return .binary(try blob())
        case 7: return .date(try integer())
        case 8: return .timestamp(try integer())
        case let other: throw .damaged("\(other) is no kind of value")
        }
    }

    mutating func key(_ count: Int) throws(SnapshotError) -> EntityKey {
        guard Int(try integer(UInt8.self)) == count, count > 0 else {
            throw .damaged("a key has another number of parts")
        }
        var cells: [CellValue] = []
        for _ in 0..<count {
            let cell = try cell()
            if cell.isNull { throw .damaged("a key is null") }
            cells.append(cell)
        }
        return EntityKey(cells)
    }

    mutating func row(_ layout: StreamLayout) throws(SnapshotError) -> EventRow {
        let time = try integer(Int64.self)
        let availableAt = layout.hasAvailability ? try integer(Int64.self) : .min
        let bitCount = layout.forms.count + layout.conditions.count
        var flags: [UInt64] = []
        for _ in 0..<(bitCount + 63) / 64 { flags.append(try integer()) }
        func isSet(_ bit: Int) -> Bool { flags[bit >> 6] >> UInt64(bit & 63) & 1 == 1 }
        var cells: [CellValue] = []
        cells.reserveCapacity(layout.forms.count)
        for (column, form) in layout.forms.enumerated() {
            guard isSet(column) else {
                cells.append(.null)
                continue
            }
            switch form {
            case .boolean: cells.append(.boolean(try integer(UInt8.self) != 0))
            case .long: cells.append(.long(try integer()))
            case .timestamp: cells.append(.timestamp(try integer()))
            case .double: cells.append(.double(Double(bitPattern: try integer())))
            case .decimal: cells.append(.decimal(try integer()))
            case .string: cells.append(.string(try text()))
            case .binary: cells.append(.binary(try blob()))
            case .date: cells.append(.date(try integer()))
            }
        }
        return EventRow(
            time: time, availableAt: availableAt, cells: cells,
            conditions: layout.conditions.indices.map { isSet(layout.forms.count + $0) })
    }
}
