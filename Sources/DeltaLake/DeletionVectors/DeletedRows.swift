/// Rows of one data file that are no longer in the table, by their place in the file, the first being 0.
struct DeletedRows: Sendable, Equatable {
    /// Whichever takes less room in a statement.
    enum Form: Sendable, Equatable {
        case numbers([Int64])
        /// One bit a row from row `first` on, the highest bit of a byte first, set where the row is gone.
        case bits(first: Int64, [UInt8])
    }

    var form: Form
    var count: Int64

    /// Nil when there are none.
    init?(_ set: RoaringBitmapArray) {
        guard let bounds = set.bounds else { return nil }
        count = set.cardinality
        if Self.isSparse(set.cardinality, in: bounds) {
            var numbers: [Int64] = []
            numbers.reserveCapacity(Int(set.cardinality))
            set.forEachRun { numbers.append(contentsOf: $0) }
            form = .numbers(numbers)
        } else {
            let first = bounds.lowerBound
            var bits = [UInt8](repeating: 0, count: Int((bounds.upperBound - first) / 8 + 1))
            set.forEachRun { run in
                Self.fill(Int(run.lowerBound - first)...Int(run.upperBound - first), &bits)
            }
            form = .bits(first: first, bits)
        }
    }

    /// Room that a set takes in memory, in bytes, before any is made.
    static func room(for set: RoaringBitmapArray) -> Int64 {
        guard let bounds = set.bounds else { return 0 }
        let span = bounds.upperBound - bounds.lowerBound + 1
        return isSparse(set.cardinality, in: bounds) ? set.cardinality * 8 : span / 8 + 1
    }

    /// A number takes about twelve characters, six rows of a bitmap one.
    private static func isSparse(_ count: Int64, in bounds: ClosedRange<Int64>) -> Bool {
        count < (bounds.upperBound - bounds.lowerBound + 1) / 72
    }

    private static func fill(_ run: ClosedRange<Int>, _ bits: inout [UInt8]) {
        let (first, last) = (run.lowerBound >> 3, run.upperBound >> 3)
        let head = UInt8.max >> UInt8(run.lowerBound & 7)
        let tail = UInt8.max << UInt8(7 - run.upperBound & 7)
        guard first < last else {
            bits[first] |= head & tail
            return
        }
        bits[first] |= head
        for index in (first + 1)..<last { bits[index] = .max }
        bits[last] |= tail
    }
}
