package import MartletDomain

/// Some rows as typed columns of equal length, in row order.
package struct RecordBatch: Sendable {
    package var columns: [Column]
    package var rowCount: Int

    package init(columns: [Column], rowCount: Int) { (self.columns, self.rowCount) = (columns, rowCount) }

    /// The first column of that exact name.
    package subscript(name: String) -> Column? { columns.first { $0.name == name } }
}

/// One column: contiguous values of one type, and which of them are there.
package struct Column: Sendable {
    /// A value under a null is unspecified (zero or empty) but present, so that indices agree.
    package enum Values: Sendable, Equatable {
        case boolean([Bool])
        case byte([Int8]), short([Int16]), integer([Int32]), long([Int64])
        case float([Float]), double([Double])
        /// Unscaled value of a decimal of at most 38 digits.
        case decimal([Int128], precision: Int, scale: Int)
        case string([String]), binary([[UInt8]])
        /// Days since 1970-01-01.
        case date([Int32])
        /// Microseconds since 1970-01-01T00:00:00Z.
        case timestamp([Int64])
    }

    package var name: String
    package var values: Values
    /// True where a value is there; nil when all are.
    package var validity: [Bool]?

    package init(_ name: String, _ values: Values, validity: [Bool]? = nil) {
        (self.name, self.values, self.validity) = (name, values, validity)
    }

    package func isNull(at row: Int) -> Bool { validity.map { !$0[row] } ?? false }

    /// No values, of a type.
    package static func empty(_ type: DataType) -> Values {
        switch type {
        case .boolean: .boolean([])
        case .byte: .byte([])
        case .short: .short([])
        case .integer: .integer([])
        case .long: .long([])
        case .float: .float([])
        case .double: .double([])
        case .decimal(let precision, let scale): .decimal([], precision: precision, scale: scale)
        case .string: .string([])
        case .binary: .binary([])
        case .date: .date([])
        case .timestamp: .timestamp([])
        }
    }

    package var type: DataType {
        switch values {
        case .boolean: .boolean
        case .byte: .byte
        case .short: .short
        case .integer: .integer
        case .long: .long
        case .float: .float
        case .double: .double
        case .decimal(_, let precision, let scale): .decimal(precision: precision, scale: scale)
        case .string: .string
        case .binary: .binary
        case .date: .date
        case .timestamp: .timestamp
        }
    }

    package var count: Int {
        switch values {
        case .boolean(let values): values.count
        case .byte(let values): values.count
        case .short(let values): values.count
        case .integer(let values): values.count
        case .long(let values): values.count
        case .float(let values): values.count
        case .double(let values): values.count
        case .decimal(let values, _, _): values.count
        case .string(let values): values.count
        case .binary(let values): values.count
        case .date(let values): values.count
        case .timestamp(let values): values.count
        }
    }
}
