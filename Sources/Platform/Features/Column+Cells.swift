import MartletDomain
import QueryEngine

extension Column {
    /// One cell as expressions see it: integers as long, floats and decimals as double, binary as null.
    func cell(at row: Int) -> FeatureValue {
        if isNull(at: row) { return .null }
        switch values {
        case .boolean(let values): return .boolean(values[row])
        case .byte(let values): return .long(Int64(values[row]))
        case .short(let values): return .long(Int64(values[row]))
        case .integer(let values): return .long(Int64(values[row]))
        case .long(let values): return .long(values[row])
        case .float(let values): return .double(Double(values[row]))
        case .double(let values): return .double(values[row])
        case .decimal(let values, _, let scale): return .decimal(values[row], scale: scale)
        case .string(let values): return .string(values[row])
        case .date(let values): return .date(values[row])
        case .timestamp(let values): return .timestamp(values[row])
        case .binary: return .null
        }
    }

    /// 10 to the power of a decimal's scale.
    static func power(_ scale: Int) -> Double { (0..<scale).reduce(1.0) { power, _ in power * 10 } }

    /// Values as doubles; nil if the type is no number. Truth is 1 and 0.
    func doubles() -> [Double]? {
        switch values {
        case .boolean(let values): values.map { $0 ? 1 : 0 }
        case .byte(let values): values.map { Double($0) }
        case .short(let values): values.map { Double($0) }
        case .integer(let values): values.map { Double($0) }
        case .long(let values): values.map { Double($0) }
        case .float(let values): values.map { Double($0) }
        case .double(let values): values
        case .decimal(let values, _, let scale): values.map { Double($0) / Self.power(scale) }
        case .string, .binary, .date, .timestamp: nil
        }
    }

    /// Values as whole numbers, a decimal's unscaled; nil if the type is not exact. Truth is 1 and 0.
    func integers() -> [Int128]? {
        switch values {
        case .boolean(let values): values.map { $0 ? 1 : 0 }
        case .byte(let values): values.map { Int128($0) }
        case .short(let values): values.map { Int128($0) }
        case .integer(let values): values.map { Int128($0) }
        case .long(let values): values.map { Int128($0) }
        case .decimal(let values, _, _): values
        case .float, .double, .string, .binary, .date, .timestamp: nil
        }
    }

    /// Times in microseconds since the epoch, a date as its midnight in UTC; nil for other types.
    func instants() -> [Int64]? {
        switch values {
        case .timestamp(let values): values
        case .date(let values):
            values.map { days in
                let (instant, overflow) = Int64(days).multipliedReportingOverflow(by: 86_400_000_000)
                return overflow ? (days < 0 ? .min : .max) : instant
            }
        default: nil
        }
    }

    /// Numbers in the order of the values: strings by their bytes, NaN after every other double. Nil for binary.
    func ranks() -> [Int64]? {
        switch values {
        case .boolean(let values): values.map { $0 ? 1 : 0 }
        case .byte(let values): values.map { Int64($0) }
        case .short(let values): values.map { Int64($0) }
        case .integer(let values): values.map { Int64($0) }
        case .long(let values), .timestamp(let values): values
        case .date(let values): values.map { Int64($0) }
        case .float(let values): values.map { Self.rank(Double($0)) }
        case .double(let values): values.map(Self.rank)
        case .decimal(let values, _, _): Self.ranks(values) { $0 < $1 }
        case .string(let values): Self.ranks(values) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        case .binary: nil
        }
    }

    private static func rank(_ value: Double) -> Int64 {
        if value.isNaN { return .max }
        let bits = Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)
        return bits >= 0 ? bits : .min &- bits
    }

    private static func ranks<Value>(_ values: [Value], _ precedes: (Value, Value) -> Bool) -> [Int64] {
        let order = values.indices.sorted { precedes(values[$0], values[$1]) }
        var ranks = [Int64](repeating: 0, count: values.count)
        for (previous, index) in zip(order, order.dropFirst()) {
            ranks[index] = ranks[previous] + (precedes(values[previous], values[index]) ? 1 : 0)
        }
        return ranks
    }

    /// The column with these rows in this order, under another name; null where a row is below zero.
    func gathered(_ rows: [Int32], as name: String) -> Column {
        func take<Value>(_ values: [Value], _ filler: Value) -> [Value] {
            rows.map { $0 < 0 ? filler : values[Int($0)] }
        }
        let taken: Values =
            switch values {
            case .boolean(let values): .boolean(take(values, false))
            case .byte(let values): .byte(take(values, 0))
            case .short(let values): .short(take(values, 0))
            case .integer(let values): .integer(take(values, 0))
            case .long(let values): .long(take(values, 0))
            case .float(let values): .float(take(values, 0))
            case .double(let values): .double(take(values, 0))
            case .decimal(let values, let precision, let scale):
                .decimal(take(values, 0), precision: precision, scale: scale)
            case .string(let values): .string(take(values, ""))
            case .binary(let values): .binary(take(values, []))
            case .date(let values): .date(take(values, 0))
            case .timestamp(let values): .timestamp(take(values, 0))
            }
        let validity = rows.map { $0 >= 0 && !isNull(at: Int($0)) }
        return Column(name, taken, validity: validity.contains(false) ? validity : nil)
    }

    /// Adds the rows of a column of the same type at the end; false if the types differ.
    mutating func append(_ more: Column) -> Bool {
        if validity != nil || more.validity != nil {
            validity =
                (validity ?? Array(repeating: true, count: count))
                + (more.validity ?? Array(repeating: true, count: more.count))
        }
        return values.append(more.values)
    }
}

extension Column.Values {
    fileprivate mutating func append(_ more: Self) -> Bool {
        // The payload is moved out and back, so that it grows in place instead of being copied at each chunk.
        let whole = self
        self = .boolean([])
        switch (whole, more) {
        case (.boolean(var values), .boolean(let more)): values += more; self = .boolean(values)
        case (.byte(var values), .byte(let more)): values += more; self = .byte(values)
        case (.short(var values), .short(let more)): values += more; self = .short(values)
        case (.integer(var values), .integer(let more)): values += more; self = .integer(values)
        case (.long(var values), .long(let more)): values += more; self = .long(values)
        case (.float(var values), .float(let more)): values += more; self = .float(values)
        case (.double(var values), .double(let more)): values += more; self = .double(values)
        case (.string(var values), .string(let more)): values += more; self = .string(values)
        case (.binary(var values), .binary(let more)): values += more; self = .binary(values)
        case (.date(var values), .date(let more)): values += more; self = .date(values)
        case (.timestamp(var values), .timestamp(let more)): values += more; self = .timestamp(values)
        case (.decimal(var values, let precision, let scale), .decimal(let more, let ofMore, let scaleOfMore))
        where precision == ofMore && scale == scaleOfMore:
            values += more
            self = .decimal(values, precision: precision, scale: scale)
        default:
            self = whole
            return false
        }
        return true
    }
}
