import QueryEngine

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
class KeptColumn {
    /// Keeps the values at `rows` of a chunk's column under `slots`, pair by pair.
    func keep(_ column: Column, rows: [Int32], slots: [Int32]) throws {}

    /// For each row the value of a slot; null where it is below zero.
    func laidOut(_ slots: [Int32], named name: String) -> Column { Column(name, .long([])) }

    /// - Parameter count: The number of slots.
    static func make(for values: Column.Values, count: Int) -> KeptColumn {
        switch values {
        case .boolean: Kept(count, false, { if case .boolean(let v) = $0 { v } else { nil } }, { .boolean($0) })
        case .byte: Kept(count, 0, { if case .byte(let v) = $0 { v } else { nil } }, { .byte($0) })
        case .short: Kept(count, 0, { if case .short(let v) = $0 { v } else { nil } }, { .short($0) })
        case .integer: Kept(count, 0, { if case .integer(let v) = $0 { v } else { nil } }, { .integer($0) })
        case .long: Kept(count, 0, { if case .long(let v) = $0 { v } else { nil } }, { .long($0) })
        case .float: Kept(count, 0, { if case .float(let v) = $0 { v } else { nil } }, { .float($0) })
        case .double: Kept(count, 0, { if case .double(let v) = $0 { v } else { nil } }, { .double($0) })
        case .decimal(_, let precision, let scale):
            Kept(
                count, 0, { if case .decimal(let v, _, _) = $0 { v } else { nil } },
                { .decimal($0, precision: precision, scale: scale) })
        case .string: Kept(count, "", { if case .string(let v) = $0 { v } else { nil } }, { .string($0) })
        case .binary: Kept(count, [], { if case .binary(let v) = $0 { v } else { nil } }, { .binary($0) })
        case .date: Kept(count, 0, { if case .date(let v) = $0 { v } else { nil } }, { .date($0) })
        case .timestamp: Kept(count, 0, { if case .timestamp(let v) = $0 { v } else { nil } }, { .timestamp($0) })
        }
    }
}

private final class Kept<Value>: KeptColumn {
    private let unwrap: (Column.Values) -> [Value]?
    private let wrap: ([Value]) -> Column.Values
    private let zero: Value
    private var values: [Value]
    private var isThere: [Bool]

    init(
        _ count: Int, _ zero: Value, _ unwrap: @escaping (Column.Values) -> [Value]?,
        _ wrap: @escaping ([Value]) -> Column.Values
    ) {
        (self.zero, self.unwrap, self.wrap) = (zero, unwrap, wrap)
        values = Array(repeating: zero, count: count)
        isThere = Array(repeating: false, count: count)
    }

    override func keep(_ column: Column, rows: [Int32], slots: [Int32]) throws {
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

    override func laidOut(_ slots: [Int32], named name: String) -> Column {
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
