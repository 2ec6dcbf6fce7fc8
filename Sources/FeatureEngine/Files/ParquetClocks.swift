package import Foundation

/// Columns of nanoseconds in Parquet files. DuckDB has no type for an instant in nanoseconds: it cuts one that a file
/// says is in UTC to microseconds, and writes its own as if it had no zone. Whether a column is in UTC is one bit of the
/// file's footer, so that reading and writing without loss takes no more than turning it.
///
/// Layout: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (FileMetaData,
/// SchemaElement, LogicalType), in Thrift's compact protocol.
package enum ParquetClocks {
    /// A column of nanoseconds at the top of a schema, and where its bit is in the file.
    struct Clock: Equatable {
        var name: String
        var isInUTC: Bool
        var position: UInt64
    }

    /// Columns of nanoseconds of a file, by position. Empty for a file that is not understood: the engine will say why.
    static func nanoseconds(of file: URL) throws -> [Clock] {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        let size = try handle.seekToEnd()
        guard size >= 12 else { return [] }
        try handle.seek(toOffset: size - 8)
        guard let tail = try handle.read(upToCount: 8), tail.count == 8, tail.suffix(4) == Data("PAR1".utf8) else {
            return []
        }
        let length = tail.prefix(4).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
        guard length <= size - 12, length <= 1 << 28 else { return [] }
        try handle.seek(toOffset: size - 8 - length)
        guard let footer = try handle.read(upToCount: Int(length)), footer.count == Int(length) else { return [] }
        var reader = ThriftReader([UInt8](footer))
        return reader.clocks().map {
            Clock(name: $0.name, isInUTC: $0.isInUTC, position: size - 8 - length + $0.position)
        }
    }

    /// Says of these columns of a file that they are in UTC, or that they have no zone.
    static func mark(_ clocks: [Clock], inUTC: Bool, in file: URL) throws {
        let handle = try FileHandle(forUpdating: file)
        defer { try? handle.close() }
        for clock in clocks where clock.isInUTC != inUTC {
            try handle.seek(toOffset: clock.position)
            guard let byte = try handle.read(upToCount: 1)?.first else { continue }
            // A field's type is in the low four bits: 1 is true, 2 is false.
            try handle.seek(toOffset: clock.position)
            try handle.write(contentsOf: Data([byte & 0xF0 | (inUTC ? 1 : 2)]))
        }
    }

    /// Says of the columns of nanoseconds with these names that they are instants.
    package static func markInstants(_ names: Set<String>, in file: URL) throws {
        if names.isEmpty { return }
        try mark(nanoseconds(of: file).filter { names.contains($0.name) }, inUTC: true, in: file)
    }
}

/// Walks through a Parquet footer. Ends quietly at anything that is not as it should be.
private struct ThriftReader {
    private let bytes: [UInt8]
    private var position = 0
    private var isBroken = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func byte() -> UInt8 {
        guard position < bytes.count else {
            isBroken = true
            return 0
        }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func variable() -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while shift < 64 {
            let next = byte()
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value }
            shift += 7
        }
        isBroken = true
        return 0
    }

    private mutating func skip(_ count: UInt64) {
        guard count <= UInt64(bytes.count - position) else {
            isBroken = true
            return
        }
        position += Int(count)
    }

    /// The fields of a struct: `body` reads a field's value and says so, or leaves it to be skipped.
    private mutating func fields(depth: Int, _ body: (inout Self, _ id: Int, _ type: UInt8, _ at: Int) -> Bool) {
        var id = 0
        while !isBroken {
            let at = position
            let header = byte()
            if header == 0 { return }
            let step = Int(header >> 4)
            if step == 0 {
                let next = variable()
                id = Int(truncatingIfNeeded: Int64(bitPattern: next >> 1) ^ -Int64(bitPattern: next & 1))
            } else {
                id += step
            }
            if !body(&self, id, header & 15, at) { skipValue(header & 15, depth: depth) }
        }
    }

    private mutating func skipValue(_ type: UInt8, depth: Int) {
        guard depth < 32, !isBroken else {
            isBroken = true
            return
        }
        switch type {
        case 1, 2: break
        case 3: _ = byte()
        case 4, 5, 6: _ = variable()
        case 7: skip(8)
        case 8: skip(variable())
        case 9, 10:
            let (element, count) = list()
            for _ in 0..<count where !isBroken {
                if element <= 2 { _ = byte() } else { skipValue(element, depth: depth + 1) }
            }
        case 11:
            let count = variable()
            let types = count > 0 ? byte() : 0
            for _ in 0..<min(count, UInt64(bytes.count)) where !isBroken {
                skipValue(types >> 4, depth: depth + 1)
                skipValue(types & 15, depth: depth + 1)
            }
        case 12: fields(depth: depth + 1) { _, _, _, _ in false }
        default: isBroken = true
        }
    }

    private mutating func list() -> (element: UInt8, count: UInt64) {
        let header = byte()
        let count = header >> 4 == 15 ? variable() : UInt64(header >> 4)
        return (header & 15, min(count, UInt64(bytes.count)))
    }

    /// Columns of nanoseconds that stand at the top of the schema.
    mutating func clocks() -> [(name: String, isInUTC: Bool, position: UInt64)] {
        var found: [(name: String, isInUTC: Bool, position: UInt64)] = []
        var inner: UInt64 = 0
        fields(depth: 0) { reader, id, type, _ in
            guard id == 2, type == 9 else { return false }
            let (element, count) = reader.list()
            guard element == 12 else {
                reader.isBroken = true
                return true
            }
            for index in 0..<count where !reader.isBroken {
                let (name, children, clock) = reader.schemaElement()
                if index > 0, inner == 0, let clock, let name { found.append((name, clock.isInUTC, clock.position)) }
                if index > 0 { inner = (inner > 0 ? inner - 1 : 0) &+ children }
            }
            return true
        }
        return isBroken ? [] : found
    }

    private mutating func schemaElement() -> (
        name: String?, children: UInt64, clock: (isInUTC: Bool, position: UInt64)?
    ) {
        var name: String?
        var children: UInt64 = 0
        var clock: (isInUTC: Bool, position: UInt64)?
        fields(depth: 1) { reader, id, type, _ in
            switch (id, type) {
            case (4, 8):
                let start = reader.position
                let length = reader.variable()
                let text = reader.position
                reader.skip(length)
                if !reader.isBroken, start < text {
                    name = String(decoding: reader.bytes[text..<reader.position], as: UTF8.self)
                }
                return true
            case (5, 5):
                children = reader.variable() >> 1
                return true
            case (10, 12):
                reader.fields(depth: 2) { reader, id, type, _ in
                    guard id == 8, type == 12 else { return false }
                    clock = reader.timestamp()
                    return true
                }
                return true
            default: return false
            }
        }
        return (name, children, clock)
    }

    /// Nil for another unit than nanoseconds.
    private mutating func timestamp() -> (isInUTC: Bool, position: UInt64)? {
        var utc: (isInUTC: Bool, position: UInt64)?
        var isNanoseconds = false
        fields(depth: 3) { reader, id, type, at in
            if id == 1, type == 1 || type == 2 {
                utc = (type == 1, UInt64(at))
                return true
            }
            guard id == 2, type == 12 else { return false }
            reader.fields(depth: 4) { _, id, _, _ in
                if id == 3 { isNanoseconds = true }
                return false
            }
            return true
        }
        return isNanoseconds ? utc : nil
    }
}
