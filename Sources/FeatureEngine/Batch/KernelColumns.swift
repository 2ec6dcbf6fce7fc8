package import QueryEngine

extension Column {
    /// A clock's values as ticks: dates as microseconds at their midnight in UTC.
    func ticks() throws(QueryError) -> [Int64] {
        switch values {
        case .timestamp(let values), .long(let values): return values
        case .date(let values): return values.map { Self.midnight($0) }
        default: throw .invalidBatch("Column '\(name)' is no clock.")
        }
    }

    /// The values as 64-bit numbers in the same order, the smallest for null.
    func ranks() throws(QueryError) -> [Int64] {
        let ranks: [Int64]
        switch values {
        case .long(let values): ranks = values
        case .double(let values): ranks = values.map { Self.rank($0) }
        default: throw .invalidBatch("Column '\(name)' has no order.")
        }
        guard let validity else { return ranks }
        return zip(ranks, validity).map { $1 ? $0 : .min }
    }

    private static func midnight(_ day: Int32) -> Int64 {
        let (ticks, overflow) = Int64(day).multipliedReportingOverflow(by: 86_400_000_000)
        return overflow ? (day < 0 ? .min : .max) : ticks
    }

    /// Zeros alike, every NaN the greatest.
    static func rank(_ value: Double) -> Int64 {
        if value.isNaN { return .max }
        let bits = Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)
        return bits < 0 ? bits ^ .max : bits
    }
}

/// Values kept for labels, one column of a table, and laid out for rows.
///
/// Closures over storage of the column's own type, so that no cell is boxed on its way.
package struct KeptColumn {
    /// Keeps the values at `rows` of a chunk's column under `slots`, pair by pair.
    let keep: (_ column: Column, _ rows: [Int32], _ slots: [Int32]) throws -> Void
    /// For each row the value of a slot; null where it is below zero.
    package let laidOut: (_ slots: [Int32], _ name: String) -> Column

    /// - Parameter count: The number of slots.
    init(for values: Column.Values, count: Int) {
        switch values {
        case .boolean: self.init(count, false, { if case .boolean(let v) = $0 { v } else { nil } }, { .boolean($0) })
        case .byte: self.init(count, 0, { if case .byte(let v) = $0 { v } else { nil } }, { .byte($0) })
        case .short: self.init(count, 0, { if case .short(let v) = $0 { v } else { nil } }, { .short($0) })
        case .integer: self.init(count, 0, { if case .integer(let v) = $0 { v } else { nil } }, { .integer($0) })
        case .long: self.init(count, 0, { if case .long(let v) = $0 { v } else { nil } }, { .long($0) })
        case .float: self.init(count, 0, { if case .float(let v) = $0 { v } else { nil } }, { .float($0) })
        case .double: self.init(count, 0, { if case .double(let v) = $0 { v } else { nil } }, { .double($0) })
        case .decimal(_, let precision, let scale):
            self.init(
                count, 0, { if case .decimal(let v, _, _) = $0 { v } else { nil } },
                { .decimal($0, precision: precision, scale: scale) })
        case .string: self.init(count, "", { if case .string(let v) = $0 { v } else { nil } }, { .string($0) })
        case .binary: self.init(count, [], { if case .binary(let v) = $0 { v } else { nil } }, { .binary($0) })
        case .date: self.init(count, 0, { if case .date(let v) = $0 { v } else { nil } }, { .date($0) })
        case .timestamp:
            self.init(count, 0, { if case .timestamp(let v) = $0 { v } else { nil } }, { .timestamp($0) })
        }
    }

    private init<Value>(
        _ count: Int, _ zero: Value, _ unwrap: @escaping (Column.Values) -> [Value]?,
        _ wrap: @escaping ([Value]) -> Column.Values
    ) {
        var values = [Value](repeating: zero, count: count)
        var isThere = [Bool](repeating: false, count: count)
        keep = { column, rows, slots in
            guard let given = unwrap(column.values) else {
                throw QueryError.invalidBatch("Column '\(column.name)' changed its type between chunks.")
            }
            values.withUnsafeMutableBufferPointer { values in
                for index in rows.indices { values[Int(slots[index])] = given[Int(rows[index])] }
            }
            isThere.withUnsafeMutableBufferPointer { isThere in
                if let validity = column.validity {
                    for index in rows.indices { isThere[Int(slots[index])] = validity[Int(rows[index])] }
                } else {
                    for slot in slots { isThere[Int(slot)] = true }
                }
            }
        }
        laidOut = { slots, name in
            var validity: [Bool] = []
            validity.reserveCapacity(slots.count)
            var result: [Value] = []
            result.reserveCapacity(slots.count)
            var hasNull = false
            for slot in slots {
                let isValue = slot >= 0 && isThere[Int(slot)]
                if !isValue { hasNull = true }
                validity.append(isValue)
                result.append(isValue ? values[Int(slot)] : zero)
            }
            return Column(name, wrap(result), validity: hasNull ? validity : nil)
        }
    }
}
