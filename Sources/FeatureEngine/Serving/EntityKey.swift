/// What rows are about: the values of the key columns, none of them null.
///
/// Compared as tables compare them: text by its bytes, −0 equal to 0, decimals whatever their number of digits.
enum EntityKey: Hashable, Sendable {
    case one(CellValue)
    case several([CellValue])

    /// Nil if a part is null: such a key matches nothing.
    ///
    /// - Parameter kinds: The types of the parts.
    init?(_ parts: [CellValue], _ kinds: [ColumnKind]) {
        if parts.count == 1 {
            if parts[0].isNull { return nil }
            self = .one(Self.normal(parts[0], kinds[0]))
        } else {
            if parts.contains(where: \.isNull) { return nil }
            self = .several(zip(parts, kinds).map { Self.normal($0, $1) })
        }
    }

    /// Nil if the first of these parts is null; for keys of one column.
    init?(_ part: CellValue, _ kind: ColumnKind) {
        if part.isNull { return nil }
        self = .one(Self.normal(part, kind))
    }

    init(_ cells: [CellValue]) { self = cells.count == 1 ? .one(cells[0]) : .several(cells) }

    var cells: [CellValue] {
        switch self {
        case .one(let cell): [cell]
        case .several(let cells): cells
        }
    }

    private static func normal(_ cell: CellValue, _ kind: ColumnKind) -> CellValue {
        guard case .decimal(var value) = cell, case .decimal(_, var scale) = kind else { return cell }
        while scale > 0, value % 10 == 0 {
            value /= 10
            scale -= 1
        }
        return .string("\(value)e-\(scale)")
    }
}

extension EntityKey: CustomStringConvertible {
    /// For messages: `AA, 2013`.
    var description: String { cells.map(\.text).joined(separator: ", ") }
}

extension CellValue {
    fileprivate var text: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value.description
        case .long(let value), .timestamp(let value): value.description
        case .double(let value): value.description
        case .decimal(let value): value.description
        case .string(let value): value
        case .binary(let value): "\(value.count) bytes"
        case .date(let value): value.description
        }
    }

    /// A clock's tick: a date as the microsecond of its midnight in UTC. Nil for null and what is no clock.
    var tick: Int64? {
        switch self {
        case .timestamp(let value), .long(let value): return value
        case .date(let day):
            let (tick, overflow) = Int64(day).multipliedReportingOverflow(by: 86_400_000_000)
            return overflow ? (day < 0 ? .min : .max) : tick
        default: return nil
        }
    }
}
