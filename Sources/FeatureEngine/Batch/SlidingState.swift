import MartletDomain

/// What the events of one key within a window amount to, as events come and go.
///
/// Exact, so that what is left after others have gone is what those left alone would make.
protocol SlidingState {
    mutating func add(_ event: Int)
    mutating func remove(_ event: Int)
    mutating func reset()
    /// The state as the rule of its aggregate reads it.
    func answer(_ rule: AggregateRule) -> AggregateRule.Answer
}

struct SlidingCount: SlidingState {
    let isRows: Bool
    private var count: Int64 = 0

    init(isRows: Bool) { self.isRows = isRows }

    mutating func add(_ event: Int) { count += 1 }
    mutating func remove(_ event: Int) { count -= 1 }
    mutating func reset() { count = 0 }
    func answer(_ rule: AggregateRule) -> AggregateRule.Answer { .value(.long(count)) }
}

struct SlidingLongs: SlidingState {
    let values: UnsafePointer<Int64>
    private var sum = ExactIntegerSum()
    private var count: Int64 = 0

    init(_ values: UnsafePointer<Int64>) { self.values = values }

    mutating func add(_ event: Int) {
        sum.add(values[event])
        count += 1
    }
    mutating func remove(_ event: Int) {
        sum.remove(values[event])
        count -= 1
    }
    mutating func reset() { (sum, count) = (ExactIntegerSum(), 0) }
    func answer(_ rule: AggregateRule) -> AggregateRule.Answer { rule.answer(.integers(sum, count: count)) }
}

struct SlidingDecimals: SlidingState {
    let values: UnsafePointer<Int128>
    private var sum = ExactIntegerSum()
    private var count: Int64 = 0

    init(_ values: UnsafePointer<Int128>) { self.values = values }

    mutating func add(_ event: Int) {
        sum.add(values[event])
        count += 1
    }
    mutating func remove(_ event: Int) {
        sum.remove(values[event])
        count -= 1
    }
    mutating func reset() { (sum, count) = (ExactIntegerSum(), 0) }
    func answer(_ rule: AggregateRule) -> AggregateRule.Answer { rule.answer(.integers(sum, count: count)) }
}

struct SlidingDoubles: SlidingState {
    let values: UnsafePointer<Double>
    private var sum = ExactSum()
    private var count: Int64 = 0

    init(_ values: UnsafePointer<Double>) { self.values = values }

    mutating func add(_ event: Int) {
        sum.add(values[event])
        count += 1
    }
    mutating func remove(_ event: Int) {
        sum.remove(values[event])
        count -= 1
    }
    mutating func reset() { (sum, count) = (ExactSum(), 0) }
    func answer(_ rule: AggregateRule) -> AggregateRule.Answer { rule.answer(.doubles(sum, count: count)) }
}

struct SlidingMoments: SlidingState {
    let values: UnsafePointer<Double>
    private var moments = ExactMoments()

    init(_ values: UnsafePointer<Double>) { self.values = values }

    mutating func add(_ event: Int) { moments.add(values[event]) }
    mutating func remove(_ event: Int) { moments.remove(values[event]) }
    mutating func reset() { moments = ExactMoments() }
    func answer(_ rule: AggregateRule) -> AggregateRule.Answer { rule.answer(.moments(moments, scale: 0)) }
}

struct SlidingQuantiles: SlidingState {
    let values: UnsafePointer<Double>
    private var sketch = QuantileSketch()

    init(_ values: UnsafePointer<Double>) { self.values = values }

    mutating func add(_ event: Int) { sketch.add(values[event]) }
    mutating func remove(_ event: Int) { sketch.remove(values[event]) }
    mutating func reset() { sketch = QuantileSketch() }
    func answer(_ rule: AggregateRule) -> AggregateRule.Answer { rule.answer(.quantiles(sketch, scale: 0)) }
}

struct SlidingDistinct: SlidingState {
    let values: UnsafePointer<CellValue>
    private var counts = DistinctCounts<CellValue>()

    init(_ values: UnsafePointer<CellValue>) { self.values = values }

    mutating func add(_ event: Int) { counts.add(values[event]) }
    mutating func remove(_ event: Int) { counts.remove(values[event]) }
    mutating func reset() { counts = DistinctCounts() }
    func answer(_ rule: AggregateRule) -> AggregateRule.Answer { .value(.long(counts.count)) }
}

struct SlidingSketch: SlidingState {
    let values: UnsafePointer<CellValue>
    private var sketch = SlidingDistinctSketch()

    init(_ values: UnsafePointer<CellValue>) { self.values = values }

    mutating func add(_ event: Int) { sketch.add(values[event]) }
    mutating func remove(_ event: Int) { sketch.remove(values[event]) }
    mutating func reset() { sketch = SlidingDistinctSketch() }
    func answer(_ rule: AggregateRule) -> AggregateRule.Answer { .value(.long(sketch.count)) }
}
