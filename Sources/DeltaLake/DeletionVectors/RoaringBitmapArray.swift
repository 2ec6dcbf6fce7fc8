/// A set of row numbers as deletion vectors keep it: 32-bit roaring bitmaps behind their upper 32 bits.
///
/// Nothing is unpacked: the bytes are walked once to check them, and again by whoever wants the rows.
/// Sources: delta-io/delta, PROTOCOL.md, "Deletion Vector Format"; RoaringBitmap/RoaringFormatSpec, with its extension
/// for 64 bits.
struct RoaringBitmapArray {
    /// Why bytes are no such set: the end of a sentence that begins with them.
    struct Problem: Error, Equatable {
        var reason: String

        static let cut = Problem(reason: "ends before its containers do")
    }

    private let bytes: [UInt8]
    /// Number of rows.
    private(set) var cardinality: Int64 = 0
    /// The lowest and the highest row; nil when there are none.
    private(set) var bounds: ClosedRange<Int64>?

    private static let magic: UInt32 = 1_681_511_377

    init(_ bytes: [UInt8]) throws(Problem) {
        self.bytes = bytes
        var (count, first, last): (Int64, Int64?, Int64) = (0, nil, 0)
        try walk { run in
            count += run.upperBound - run.lowerBound + 1
            if first == nil { first = run.lowerBound }
            last = run.upperBound
        }
        cardinality = count
        bounds = first.map { $0...last }
    }

    /// Calls `body` with ranges of rows that follow each other, ascending, none twice. Neighbours may touch.
    func forEachRun(_ body: (ClosedRange<Int64>) -> Void) {
        do { try walk(body) } catch { assertionFailure("checked bytes are walked twice: \(error.reason)") }
    }

    private func walk(_ body: (ClosedRange<Int64>) -> Void) throws(Problem) {
        var reader = RoaringReader(bytes)
        let first = try reader.word32()
        guard first == Self.magic else {
            throw Problem(reason: "begins with \(first), and not with 1681511377 as its format does")
        }
        let buckets = try reader.word64()
        // Each has a key and a cookie at least.
        guard buckets <= UInt64(reader.remaining / 8) else { throw .cut }
        var previous: Int64 = -1
        for _ in 0..<buckets {
            let key = Int64(try reader.word32())
            guard key > previous, key <= Int64(Int32.max) else {
                throw Problem(reason: "has keys that do not ascend, or do not fit in 31 bits")
            }
            previous = key
            try RoaringBitmap.walk(&reader, key << 32, body)
        }
        guard reader.remaining == 0 else {
            throw Problem(reason: "has \(reader.remaining) bytes behind its last container")
        }
    }
}

/// Takes little-endian numbers from bytes, never beyond their end.
struct RoaringReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }

    mutating func skip(_ count: Int) throws(RoaringBitmapArray.Problem) {
        guard count <= remaining else { throw .cut }
        offset += count
    }

    mutating func byte() throws(RoaringBitmapArray.Problem) -> UInt8 {
        guard offset < bytes.count else { throw .cut }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func word16() throws(RoaringBitmapArray.Problem) -> UInt16 { try word() }
    mutating func word32() throws(RoaringBitmapArray.Problem) -> UInt32 { try word() }
    mutating func word64() throws(RoaringBitmapArray.Problem) -> UInt64 { try word() }

    private mutating func word<Word: FixedWidthInteger & BitwiseCopyable>() throws(RoaringBitmapArray.Problem) -> Word {
        let size = MemoryLayout<Word>.size
        guard size <= remaining else { throw .cut }
        defer { offset += size }
        return bytes.withUnsafeBytes { Word(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Word.self)) }
    }
}
