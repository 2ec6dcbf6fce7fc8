extension SnapshotWriter {
    mutating func put(_ state: AggregateState) {
        switch state {
        case .rows(let count), .values(let count): put(count)
        case .integers(let sum, let count):
            put(sum.low)
            put(sum.high)
            put(count)
        case .doubles(let sum, let count):
            put(sum)
            put(count)
        case .moments(let moments, _):
            put(moments.count)
            put(moments.sum)
            put(moments.squares)
        case .least(let value), .greatest(let value): put(value)
        case .first(let edge), .last(let edge):
            put(UInt8(edge == nil ? 0 : edge?.isAmbiguous == true ? 2 : 1))
            guard let edge else { return }
            put(edge.eventTime)
            put(edge.tieBreak)
            put(edge.value)
        case .distinct(let counts):
            put(count: counts.counts.count)
            for (value, count) in counts.counts {
                put(value)
                put(count)
            }
        case .distinctSketch(let sketch):
            put(count: sketch.sparse.count)
            for mark in sketch.sparse { put(mark) }
            put(sketch.registers)
        case .quantiles(let sketch, _):
            for buckets in [sketch.positive, sketch.negative] {
                put(count: buckets.indices.count)
                for (index, count) in zip(buckets.indices, buckets.counts) {
                    put(index)
                    put(count)
                }
            }
            for count in [
                sketch.zeroCount, sketch.infinityCount, sketch.negativeInfinityCount, sketch.nanCount, sketch.count,
            ] { put(count) }
        }
    }

    private mutating func put(_ sum: ExactSum) {
        put(sum.finite)
        for count in [sum.nanCount, sum.infinityCount, sum.negativeInfinityCount] { put(count) }
    }

    private mutating func put(_ sum: FixedPointSum) {
        let digits = sum.digits
        put(UInt8(digits.isNegative ? 1 : 0))
        put(UInt8(clamping: digits.start))
        put(UInt8(clamping: digits.digits.count))
        for digit in digits.digits { put(digit) }
    }
}

extension SnapshotReader {
    /// - Parameter empty: The state that the rule starts from, which says what follows.
    mutating func state(_ empty: AggregateState) throws(SnapshotError) -> AggregateState {
        switch empty {
        case .rows: return .rows(try integer())
        case .values: return .values(try integer())
        case .integers:
            let sum = ExactIntegerSum(low: try integer(), high: try integer())
            return .integers(sum, count: try integer())
        case .doubles: return .doubles(try exactSum(), count: try integer())
        case .moments(_, let scale):
            let count = try integer(Int64.self)
            return .moments(ExactMoments(count: count, sum: try exactSum(), squares: try fixedPointSum()), scale: scale)
        case .least: return .least(try cell())
        case .greatest: return .greatest(try cell())
        case .first: return .first(try edge())
        case .last: return .last(try edge())
        case .distinct:
            var counts = DistinctCounts<CellValue>()
            for _ in 0..<(try count(ofAtLeast: 9)) { counts.add(try cell(), times: try integer()) }
            return .distinct(counts)
        case .distinctSketch:
            var sparse: [UInt32] = []
            for _ in 0..<(try count(ofAtLeast: 4)) { sparse.append(try integer()) }
            guard let sketch = DistinctSketch(sparse: sparse, registers: try blob()) else {
                throw .damaged("a sketch of distinct values is none")
            }
            return .distinctSketch(sketch)
        case .quantiles(_, let scale):
            let (positive, negative) = (try buckets(), try buckets())
            let sketch = QuantileSketch(
                positive: positive, negative: negative, zeroCount: try integer(), infinityCount: try integer(),
                negativeInfinityCount: try integer(), nanCount: try integer(), count: try integer())
            return .quantiles(sketch, scale: scale)
        }
    }

    private mutating func exactSum() throws(SnapshotError) -> ExactSum {
        ExactSum(
            finite: try fixedPointSum(), nanCount: try integer(), infinityCount: try integer(),
            negativeInfinityCount: try integer())
    }

    private mutating func fixedPointSum() throws(SnapshotError) -> FixedPointSum {
        var digits = FixedPointSum.Digits()
        digits.isNegative = try integer(UInt8.self) == 1
        digits.start = Int(try integer(UInt8.self))
        for _ in 0..<(try integer(UInt8.self)) { digits.digits.append(try integer()) }
        guard let sum = FixedPointSum(digits) else { throw .damaged("a sum has more digits than there can be") }
        return sum
    }

    private mutating func edge() throws(SnapshotError) -> EdgeValue? {
        let word = try integer(UInt8.self)
        guard word > 0 else { return nil }
        let (time, tie) = (try integer(Int64.self), try cell())
        return EdgeValue(try cell(), eventTime: time, tieBreak: tie, isAmbiguous: word == 2)
    }

    private mutating func buckets() throws(SnapshotError) -> QuantileSketch.Buckets {
        var buckets = QuantileSketch.Buckets()
        for _ in 0..<(try count(ofAtLeast: 12)) {
            let index = try integer(Int32.self)
            guard (-80_000...80_000).contains(index), buckets.indices.last.map({ $0 < index }) ?? true else {
                throw .damaged("a sketch of quantiles is none")
            }
            buckets.indices.append(index)
            buckets.counts.append(try integer())
        }
        return buckets
    }
}
