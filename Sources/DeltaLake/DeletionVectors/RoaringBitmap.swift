/// One 32-bit roaring bitmap: containers of 65,536 values each, as arrays, bits or runs.
///
/// Source: RoaringBitmap/RoaringFormatSpec.
enum RoaringBitmap {
    private typealias Problem = RoaringBitmapArray.Problem
    private typealias Container = (key: UInt16, count: Int, isRuns: Bool)

    private static let cookie: UInt32 = 12_346
    private static let cookieWithRuns: UInt32 = 12_347
    /// Bitmaps with runs and fewer containers than this have no offsets.
    private static let offsetThreshold = 4
    /// A container without runs is an array up to this many values, bits beyond.
    private static let arrayLimit = 4096

    /// Calls `body` with the runs of values, `base` added to each, and leaves `reader` behind the last container.
    static func walk(
        _ reader: inout RoaringReader, _ base: Int64, _ body: (ClosedRange<Int64>) -> Void
    ) throws(RoaringBitmapArray.Problem) {
        for container in try containers(&reader) {
            let start = base + Int64(container.key) << 16
            let count =
                if container.isRuns {
                    try runs(&reader, start, body)
                } else if container.count <= arrayLimit {
                    try array(&reader, container.count, start, body)
                } else {
                    try bits(&reader, start, body)
                }
            guard count == container.count else {
                throw Problem(reason: "has a container of \(count) values whose header says \(container.count)")
            }
        }
    }

    private static func containers(_ reader: inout RoaringReader) throws(RoaringBitmapArray.Problem) -> [Container] {
        let first = try reader.word32()
        var count: Int
        var flags: [UInt8] = []
        if first == cookie {
            count = Int(try reader.word32())
            guard count <= 65_536 else { throw Problem(reason: "says that it has \(count) containers in one bitmap") }
        } else if first & 0xFFFF == cookieWithRuns {
            count = Int(first >> 16) + 1
            for _ in 0..<((count + 7) / 8) { flags.append(try reader.byte()) }
        } else {
            throw Problem(reason: "has a bitmap that begins with \(first), which no roaring bitmap does")
        }
        guard count * 4 <= reader.remaining else { throw .cut }
        var containers: [Container] = []
        containers.reserveCapacity(count)
        for index in 0..<count {
            let key = try reader.word16()
            let values = Int(try reader.word16()) + 1
            if let last = containers.last, key <= last.key {
                throw Problem(reason: "has containers whose keys do not ascend")
            }
            let isRuns = !flags.isEmpty && flags[index >> 3] >> UInt8(index & 7) & 1 == 1
            containers.append((key, values, isRuns))
        }
        // The containers lie one behind the other, so where each begins needs not be looked up.
        if flags.isEmpty || count >= offsetThreshold { try reader.skip(count * 4) }
        return containers
    }

    private static func array(
        _ reader: inout RoaringReader, _ count: Int, _ start: Int64, _ body: (ClosedRange<Int64>) -> Void
    ) throws(RoaringBitmapArray.Problem) -> Int {
        var run: ClosedRange<Int64>?
        for _ in 0..<count {
            let value = start + Int64(try reader.word16())
            if let open = run {
                guard value > open.upperBound else { throw Problem(reason: "has values that do not ascend") }
                if value == open.upperBound + 1 {
                    run = open.lowerBound...value
                    continue
                }
                body(open)
            }
            run = value...value
        }
        if let run { body(run) }
        return count
    }

    private static func bits(
        _ reader: inout RoaringReader, _ start: Int64, _ body: (ClosedRange<Int64>) -> Void
    ) throws(RoaringBitmapArray.Problem) -> Int {
        var count = 0
        for index in 0..<1024 {
            var word = try reader.word64()
            count += word.nonzeroBitCount
            var position = start + Int64(index) * 64
            while word != 0 {
                let gap = word.trailingZeroBitCount
                word >>= UInt64(gap)
                let length = (~word).trailingZeroBitCount
                position += Int64(gap)
                body(position...position + Int64(length) - 1)
                position += Int64(length)
                word = length == 64 ? 0 : word >> UInt64(length)
            }
        }
        return count
    }

    private static func runs(
        _ reader: inout RoaringReader, _ start: Int64, _ body: (ClosedRange<Int64>) -> Void
    ) throws(RoaringBitmapArray.Problem) -> Int {
        var (count, next) = (0, 0)
        for _ in 0..<(try reader.word16()) {
            let first = Int(try reader.word16())
            let last = first + Int(try reader.word16())
            guard first >= next, last <= 65_535 else {
                throw Problem(reason: "has runs that overlap or leave their container")
            }
            body(start + Int64(first)...start + Int64(last))
            (count, next) = (count + last - first + 1, last + 1)
        }
        return count
    }
}
