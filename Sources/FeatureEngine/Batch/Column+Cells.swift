package import MartletDomain
import QueryEngine

extension ColumnKind {
    /// As accumulators see it; nil for what they do not take. Clocks without a zone and of nanoseconds are numbers.
    package var cellType: DataType? {
        switch self {
        case .boolean: .boolean
        case .byte: .byte
        case .short: .short
        case .integer: .integer
        case .long, .naiveTimestamp, .nanoseconds: .long
        case .float: .float
        case .double: .double
        case .decimal(let precision, let scale): .decimal(precision: precision, scale: scale)
        case .string: .string
        case .binary: .binary
        case .date: .date
        case .timestamp: .timestamp
        case .other: nil
        }
    }
}

extension Column {
    /// A column of a type, of cells that are of the type or null.
    init(_ name: String, cells: [CellValue], _ kind: ColumnKind) {
        func longs<Value: FixedWidthInteger>(_ wrap: ([Value]) -> Values) -> Values {
            wrap(cells.map { if case .long(let value) = $0 { Value(truncatingIfNeeded: value) } else { 0 } })
        }
        let values: Values =
            switch kind {
            case .boolean: .boolean(cells.map { if case .boolean(let value) = $0 { value } else { false } })
            case .byte: longs { .byte($0) }
            case .short: longs { .short($0) }
            case .integer: longs { .integer($0) }
            case .long, .naiveTimestamp, .nanoseconds, .other: longs { .long($0) }
            case .float: .float(cells.map { if case .double(let value) = $0 { Float(value) } else { 0 } })
            case .double: .double(cells.map { if case .double(let value) = $0 { value } else { 0 } })
            case .decimal(let precision, let scale):
                .decimal(
                    cells.map { if case .decimal(let value) = $0 { value } else { 0 } }, precision: precision,
                    scale: scale)
            case .string: .string(cells.map { if case .string(let value) = $0 { value } else { "" } })
            case .binary: .binary(cells.map { if case .binary(let value) = $0 { value } else { [] } })
            case .date: .date(cells.map { if case .date(let value) = $0 { value } else { 0 } })
            case .timestamp: .timestamp(cells.map { if case .timestamp(let value) = $0 { value } else { 0 } })
            }
        self.init(
            name, values, validity: cells.contains { $0.isNull } ? cells.map { !$0.isNull } : nil)
    }
}
