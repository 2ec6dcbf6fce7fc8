package import QueryEngine

/// The events of all keys as columns, in the order of their keys.
package struct EventTable {
    /// Per event: the number of its key.
    private var keys: [Int32] = []
    private(set) var times: [Int64] = []
    /// Empty if all are known at once.
    private(set) var known: [Int64] = []
    /// Empty if nothing decides between events of one time.
    private(set) var ties: [Int64] = []
    private(set) var inputs: [EventColumn] = []
    /// Per condition, whether the event fulfils it.
    private(set) var conditions: [[Bool]] = []
    /// The events of a key are at `order[offsets[key]..<offsets[key + 1]]`.
    private(set) var offsets: [Int] = []
    private(set) var order: [Int32] = []

    package struct Layout {
        var hasAvailability: Bool
        var hasTie: Bool
        var inputCount: Int
        var conditionCount: Int

        package init(hasAvailability: Bool, hasTie: Bool, inputCount: Int, conditionCount: Int) {
            (self.hasAvailability, self.hasTie) = (hasAvailability, hasTie)
            (self.inputCount, self.conditionCount) = (inputCount, conditionCount)
        }
    }

    /// - Parameters:
    ///   - batch: Key, event time, availability and rank if there are such, inputs, conditions.
    ///   - spans: For each key the event times that some window of it can hold.
    package init() {}

    package mutating func take(_ batch: RecordBatch, _ layout: Layout, spans: [Range<Int64>]) throws {
        guard case .integer(let keys) = batch.columns[0].values else {
            throw QueryError.invalidBatch("A key's number is no integer.")
        }
        let times = try batch.columns[1].ticks()
        var rows: [Int32] = []
        rows.reserveCapacity(batch.rowCount)
        for row in 0..<batch.rowCount where spans[Int(keys[row])].contains(times[row]) {
            rows.append(Int32(truncatingIfNeeded: row))
        }
        func append<Value>(_ values: [Value], to all: inout [Value]) {
            if rows.count == batch.rowCount {
                all.append(contentsOf: values)
            } else {
                for row in rows { all.append(values[Int(row)]) }
            }
        }
        let count = self.times.count
        append(keys, to: &self.keys)
        append(times, to: &self.times)
        var index = 2
        if layout.hasAvailability {
            append(try batch.columns[index].ticks(), to: &known)
            index += 1
        }
        if layout.hasTie {
            append(try batch.columns[index].ranks(), to: &ties)
            index += 1
        }
        if inputs.isEmpty {
            inputs = batch.columns[index..<index + layout.inputCount].map { EventColumn(like: $0) }
            conditions = Array(repeating: [], count: layout.conditionCount)
        }
        for input in inputs.indices {
            inputs[input].append(batch.columns[index], rows: rows, rowCount: batch.rowCount, after: count)
            index += 1
        }
        for condition in conditions.indices {
            let column = batch.columns[index]
            guard case .boolean(let values) = column.values else {
                throw QueryError.invalidBatch("A filter is no boolean.")
            }
            if let validity = column.validity {
                append(zip(values, validity).map { $0 && $1 }, to: &conditions[condition])
            } else {
                append(values, to: &conditions[condition])
            }
            index += 1
        }
    }

    /// Groups what was taken by key.
    package mutating func finish(keyCount: Int) {
        var offsets = [Int](repeating: 0, count: keyCount + 1)
        for key in keys { offsets[Int(key) + 1] += 1 }
        for key in 0..<keyCount { offsets[key + 1] += offsets[key] }
        var next = offsets
        var order = [Int32](repeating: 0, count: keys.count)
        for (event, key) in keys.enumerated() {
            order[next[Int(key)]] = Int32(truncatingIfNeeded: event)
            next[Int(key)] += 1
        }
        (self.offsets, self.order) = (offsets, order)
        keys = []
    }
}

/// One column of events. Only the array of its form is filled.
struct EventColumn {
    enum Form { case boolean, long, date, timestamp, double, decimal, string, binary }

    let form: Form
    /// Integers, truth, dates and clocks.
    private(set) var longs: [Int64] = []
    private(set) var doubles: [Double] = []
    private(set) var decimals: [Int128] = []
    private(set) var strings: [String] = []
    private(set) var binaries: [[UInt8]] = []
    /// Where a value is there; empty while all are.
    private(set) var isThere: [Bool] = []

    init(like column: Column) {
        form =
            switch column.values {
            case .boolean: .boolean
            case .byte, .short, .integer, .long: .long
            case .date: .date
            case .timestamp: .timestamp
            case .float, .double: .double
            case .decimal: .decimal
            case .string: .string
            case .binary: .binary
            }
    }

    /// - Parameter count: Events before these.
    mutating func append(_ column: Column, rows: [Int32], rowCount: Int, after count: Int) {
        if column.validity != nil, isThere.isEmpty { isThere = Array(repeating: true, count: count) }
        if column.validity != nil || !isThere.isEmpty {
            for row in rows { isThere.append(!column.isNull(at: Int(row))) }
        }
        let isWhole = rows.count == rowCount
        func joined<Source, Value>(_ all: inout [Value], _ given: [Source], _ convert: (Source) -> Value) {
            for row in rows { all.append(convert(given[Int(row)])) }
        }
        switch column.values {
        case .boolean(let given): joined(&longs, given) { $0 ? 1 : 0 }
        case .byte(let given): joined(&longs, given) { Int64($0) }
        case .short(let given): joined(&longs, given) { Int64($0) }
        case .integer(let given), .date(let given): joined(&longs, given) { Int64($0) }
        case .long(let given), .timestamp(let given):
            if isWhole { longs.append(contentsOf: given) } else { joined(&longs, given) { $0 } }
        case .float(let given): joined(&doubles, given) { Double($0) }
        case .double(let given):
            if isWhole { doubles.append(contentsOf: given) } else { joined(&doubles, given) { $0 } }
        case .decimal(let given, _, _): joined(&decimals, given) { $0 }
        case .string(let given): joined(&strings, given) { $0 }
        case .binary(let given): joined(&binaries, given) { $0 }
        }
    }

    func isNull(_ event: Int) -> Bool { !isThere.isEmpty && !isThere[event] }

    func cell(_ event: Int) -> CellValue {
        if isNull(event) { return .null }
        return switch form {
        case .long: .long(longs[event])
        case .boolean: .boolean(longs[event] != 0)
        case .date: .date(Int32(truncatingIfNeeded: longs[event]))
        case .timestamp: .timestamp(longs[event])
        case .double: .double(doubles[event])
        case .decimal: .decimal(decimals[event])
        case .string: .string(strings[event])
        case .binary: .binary(binaries[event])
        }
    }
}
