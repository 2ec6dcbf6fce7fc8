import Crypto
import Foundation
import MartletDomain
import QueryEngine

/// Takes in rows as they come and says what they are: SHA-256 by column, in row order.
///
/// A value is one byte, 0 for null and 1 else, and then itself: integers, days and microseconds in little endian of their
/// width, floating point by its bits (every NaN as one), decimals as 128 bits, texts and bytes behind their length in 64 bits.
/// Nothing of it depends on files or batches.
struct ContentDigest {
    private var columns: [(name: String, type: DataType, hash: SHA256)] = []
    private var rowCount: Int64 = 0

    mutating func update(_ batch: RecordBatch) {
        if columns.isEmpty { columns = batch.columns.map { ($0.name, $0.type, SHA256()) } }
        for (index, column) in batch.columns.enumerated() where index < columns.count {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(batch.rowCount * 9)
            Self.append(column, batch.rowCount, to: &bytes)
            columns[index].hash.update(data: bytes)
        }
        rowCount += Int64(batch.rowCount)
    }

    func finish() -> TableContent {
        let columns = columns.map {
            TableContent.Column(name: $0.name, type: $0.type, hash: $0.hash.finalize().hexadecimal)
        }
        var whole = SHA256()
        var head: [UInt8] = []
        Self.append(UInt64(bitPattern: rowCount), to: &head)
        for column in columns {
            for text in [column.name, column.type.description, column.hash] { Self.append(text, to: &head) }
        }
        whole.update(data: head)
        return TableContent(rowCount: rowCount, columns: columns, hash: whole.finalize().hexadecimal)
    }

    /// What a SELECT gives.
    static func content(of sql: String, _ session: any QuerySession) throws -> TableContent {
        var digest = ContentDigest()
        try session.query(sql) { digest.update($0) }
        return digest.finish()
    }

    private static func append(_ column: Column, _ rowCount: Int, to bytes: inout [UInt8]) {
        switch column.values {
        case .boolean(let values): each(column, values, &bytes) { $1.append($0 ? 1 : 0) }
        case .byte(let values): each(column, values, &bytes) { append(UInt8(bitPattern: $0), to: &$1) }
        case .short(let values): each(column, values, &bytes) { append(UInt16(bitPattern: $0), to: &$1) }
        case .integer(let values), .date(let values):
            each(column, values, &bytes) { append(UInt32(bitPattern: $0), to: &$1) }
        case .long(let values), .timestamp(let values):
            each(column, values, &bytes) { append(UInt64(bitPattern: $0), to: &$1) }
        case .float(let values):
            each(column, values, &bytes) { append($0.isNaN ? Float.nan.bitPattern : $0.bitPattern, to: &$1) }
        case .double(let values):
            each(column, values, &bytes) { append($0.isNaN ? Double.nan.bitPattern : $0.bitPattern, to: &$1) }
        case .decimal(let values, _, _): each(column, values, &bytes) { append(UInt128(bitPattern: $0), to: &$1) }
        case .string(let values): each(column, values, &bytes) { append($0, to: &$1) }
        case .binary(let values):
            each(column, values, &bytes) {
                append(UInt64($0.count), to: &$1)
                $1 += $0
            }
        }
    }

    private static func each<Value>(
        _ column: Column, _ values: [Value], _ bytes: inout [UInt8], _ body: (Value, inout [UInt8]) -> Void
    ) {
        for (row, value) in values.enumerated() {
            if column.isNull(at: row) {
                bytes.append(0)
            } else {
                bytes.append(1)
                body(value, &bytes)
            }
        }
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        append(UInt64(text.utf8.count), to: &bytes)
        bytes += Array(text.utf8)
    }
}
