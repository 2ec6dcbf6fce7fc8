/// Writes numbers as little-endian bytes, and text with its length before it.
struct SnapshotWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(count: Int) { put(UInt32(clamping: count)) }

    mutating func put(_ text: [UInt8]) {
        put(count: text.count)
        bytes.append(contentsOf: text)
    }

    mutating func put(_ text: String) { put(Array(text.utf8)) }

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }
}

/// Reads what ``SnapshotWriter`` wrote, out of bytes that may be anything: it throws, it never reads beyond them, and it
/// makes room for no more than they can hold.
struct SnapshotReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type = Value.self)
        throws(SnapshotError)
        -> Value
    {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw .damaged("it ends in the middle of a number") }
        defer { position += size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
    }

    /// The number of elements that follow, each of at least so many bytes.
    mutating func count(ofAtLeast size: Int) throws(SnapshotError) -> Int {
        let count = Int(try integer(UInt32.self))
        guard count <= remaining / max(1, size) else { throw .damaged("it says more follows than there is") }
        return count
    }

    mutating func take(_ count: Int) throws(SnapshotError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else { throw .damaged("it ends too soon") }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func blob() throws(SnapshotError) -> [UInt8] {
        Array(try take(try count(ofAtLeast: 1)))
    }

    mutating func text() throws(SnapshotError) -> String { String(decoding: try blob(), as: UTF8.self) }
}
