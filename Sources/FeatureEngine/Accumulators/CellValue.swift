package import MartletDomain

/// One cell of a table in memory, nothing of it lost: a decimal keeps its 38 digits and bytes are bytes.
///
/// Two cells are equal if they are the same value of a table: text by its bytes, NaN equal to NaN, −0 to 0.
package enum CellValue: Sendable {
    case null
    case boolean(Bool)
    /// Every integer type.
    case long(Int64)
    /// Both floating types.
    case double(Double)
    /// The unscaled value; the scale is the column's.
    case decimal(Int128)
    case string(String)
    case binary([UInt8])
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)

    package var isNull: Bool { if case .null = self { true } else { false } }

    /// The cell as row expressions see it: a decimal as a double, bytes as null.
    package func featureValue(scale: Int) -> FeatureValue {
        switch self {
        case .null, .binary: .null
        case .boolean(let value): .boolean(value)
        case .long(let value): .long(value)
        case .double(let value): .double(value)
        case .decimal(let value): .decimal(value, scale: scale)
        case .string(let value): .string(value)
        case .date(let value): .date(value)
        case .timestamp(let value): .timestamp(value)
        }
    }
}

extension CellValue {
    /// The one order of values, in which null is the lowest and NaN the greatest number; text and bytes byte by byte. As in
    /// DuckDB, but that −0 comes before 0, so that the least and the greatest of a set are one value each.
    package static func precedes(_ left: CellValue, _ right: CellValue) -> Bool {
        switch (left, right) {
        case (.null, _): !right.isNull
        case (_, .null): false
        case (.boolean(let left), .boolean(let right)): !left && right
        case (.long(let left), .long(let right)): left < right
        case (.double(let left), .double(let right)): rank(left) < rank(right)
        case (.decimal(let left), .decimal(let right)): left < right
        case (.string(let left), .string(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.binary(let left), .binary(let right)): left.lexicographicallyPrecedes(right)
        case (.date(let left), .date(let right)): left < right
        case (.timestamp(let left), .timestamp(let right)): left < right
        default: left.kind < right.kind
        }
    }

    /// Doubles as integers of the same order: −0 just before 0, every NaN the greatest.
    package static func rank(_ value: Double) -> Int64 {
        if value.isNaN { return .max }
        let bits = Int64(bitPattern: value.bitPattern)
        return bits >= 0 ? bits : .min &- bits &- 1
    }

    /// Only cells of one column are compared; the kinds make the order total all the same.
    private var kind: Int {
        switch self {
        case .null: 0
        case .boolean: 1
        case .long: 2
        case .double: 3
        case .decimal: 4
        case .string: 5
        case .binary: 6
        case .date: 7
        case .timestamp: 8
        }
    }
}

extension CellValue: Hashable {
    package static func == (left: CellValue, right: CellValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.long(let left), .long(let right)): left == right
        case (.double(let left), .double(let right)): left == right || left.isNaN && right.isNaN
        case (.decimal(let left), .decimal(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.binary(let left), .binary(let right)): left == right
        case (.date(let left), .date(let right)): left == right
        case (.timestamp(let left), .timestamp(let right)): left == right
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: break
        case .boolean(let value): hasher.combine(value)
        case .long(let value), .timestamp(let value): hasher.combine(value)
        case .double(let value): hasher.combine(Self.canonicalBits(value))
        case .decimal(let value): hasher.combine(value)
        case .string(var value): value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .binary(let value): value.withUnsafeBytes { hasher.combine(bytes: $0) }
        case .date(let value): hasher.combine(value)
        }
    }

    private static func canonicalBits(_ value: Double) -> UInt64 {
        value.isNaN ? Double.nan.bitPattern : value == 0 ? 0 : value.bitPattern
    }

    /// A hash of the value that is the same in every process and on every machine: XXH64 of its bytes, numbers as eight
    /// (decimals sixteen) little-endian bytes, NaN and zero each in one form.
    package var stableHash: UInt64 {
        switch self {
        case .null: stableHash64([])
        case .boolean(let value): Self.hash(UInt64(value ? 1 : 0))
        case .long(let value), .timestamp(let value): Self.hash(UInt64(bitPattern: value))
        case .double(let value): Self.hash(Self.canonicalBits(value))
        case .decimal(let value): withUnsafeBytes(of: value.littleEndian) { stableHash64($0) }
        case .string(var value): value.withUTF8 { stableHash64(UnsafeRawBufferPointer($0)) }
        case .binary(let value): value.withUnsafeBytes { stableHash64($0) }
        case .date(let value): Self.hash(UInt64(bitPattern: Int64(value)))
        }
    }

    private static func hash(_ bits: UInt64) -> UInt64 {
        withUnsafeBytes(of: bits.littleEndian) { stableHash64($0) }
    }
}
