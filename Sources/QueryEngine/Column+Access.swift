extension Column {
    /// The values as doubles, NaN where null; nil for a column that is not of numbers. Booleans are 0 and 1.
    ///
    /// Longs beyond 2^53 and long decimals are rounded to the nearest double.
    package var doubles: [Double]? {
        switch values {
        case .boolean(let values): present(values) { $0 ? 1 : 0 }
        case .byte(let values): present(values) { Double($0) }
        case .short(let values): present(values) { Double($0) }
        case .integer(let values): present(values) { Double($0) }
        case .long(let values): present(values) { Double($0) }
        case .float(let values): present(values) { Double($0) }
        case .double(let values): present(values) { $0 }
        case .decimal(let values, _, let scale):
            {
                let unit = (0..<max(0, scale)).reduce(1.0) { power, _ in power * 10 }
                return present(values) { Double($0) / unit }
            }()
        case .string, .binary, .date, .timestamp: nil
        }
    }

    /// The values of an integer column (byte to long), nil where null; nil for any other column.
    package var longs: [Int64?]? {
        switch values {
        case .byte(let values): optional(values) { Int64($0) }
        case .short(let values): optional(values) { Int64($0) }
        case .integer(let values): optional(values) { Int64($0) }
        case .long(let values): optional(values) { $0 }
        default: nil
        }
    }

    /// The values of a string column, nil where null; nil for any other column.
    package var strings: [String?]? {
        guard case .string(let values) = values else { return nil }
        return optional(values) { $0 }
    }

    /// The values of a boolean column, nil where null; nil for any other column.
    package var booleans: [Bool?]? {
        guard case .boolean(let values) = values else { return nil }
        return optional(values) { $0 }
    }

    /// The values of a timestamp column, microseconds since 1970-01-01T00:00:00Z, nil where null; nil for any other
    /// column.
    package var timestamps: [Int64?]? {
        guard case .timestamp(let values) = values else { return nil }
        return optional(values) { $0 }
    }

    /// The value of one row as a parameter of a statement. Decimals are text, which the engine casts back.
    package func value(at row: Int) -> QueryValue {
        if isNull(at: row) { return .null }
        return switch values {
        case .boolean(let values): .boolean(values[row])
        case .byte(let values): .long(Int64(values[row]))
        case .short(let values): .long(Int64(values[row]))
        case .integer(let values): .long(Int64(values[row]))
        case .long(let values): .long(values[row])
        case .float(let values): .double(Double(values[row]))
        case .double(let values): .double(values[row])
        case .decimal(let values, _, let scale): .string(Self.text(ofDecimal: values[row], scale: scale))
        case .string(let values): .string(values[row])
        case .binary(let values): .binary(values[row])
        case .date(let values): .date(values[row])
        case .timestamp(let values): .timestamp(values[row])
        }
    }

    /// `-12.30` for an unscaled value of -1230 and a scale of 2.
    package static func text(ofDecimal unscaled: Int128, scale: Int) -> String {
        guard scale > 0 else { return String(unscaled) }
        var digits = String(unscaled.magnitude)
        if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
        return (unscaled < 0 ? "-" : "") + digits.dropLast(scale) + "." + digits.suffix(scale)
    }

    private func present<Value>(_ values: [Value], _ number: (Value) -> Double) -> [Double] {
        guard let validity else { return values.map(number) }
        return zip(values, validity).map { $1 ? number($0) : .nan }
    }

    private func optional<Value, Element>(_ values: [Value], _ element: (Value) -> Element) -> [Element?] {
        guard let validity else { return values.map(element) }
        return zip(values, validity).map { $1 ? element($0) : nil }
    }
}
