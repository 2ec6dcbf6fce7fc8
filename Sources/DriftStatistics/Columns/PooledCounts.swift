/// How often each distinct value of reference and current together occurs in each of them, values ascending.
/// Every test but the permutation test is a function of this table, so a column is sorted once per data set.
struct PooledCounts<Value: Sendable>: Sendable {
    var values: [Value] = []
    var reference: [Int] = []
    var current: [Int] = []
    var referenceTotal = 0
    var currentTotal = 0

    var total: Int { referenceTotal + currentTotal }
    var distinct: Int { values.count }
    var distinctInReference: Int { reference.reduce(0) { $0 + ($1 > 0 ? 1 : 0) } }

    mutating func append(_ value: Value, reference inReference: Int, current inCurrent: Int) {
        values.append(value)
        reference.append(inReference)
        current.append(inCurrent)
        referenceTotal += inReference
        currentTotal += inCurrent
    }

    var referenceShares: [Double] { reference.map { Double($0) / Double(referenceTotal) } }
    var currentShares: [Double] { current.map { Double($0) / Double(currentTotal) } }
}

extension PooledCounts<Double> {
    /// Counts of two sets of finite numbers, each ascending.
    init(sortedReference: [Double], sortedCurrent: [Double]) {
        self.init()
        values.reserveCapacity(sortedReference.count + sortedCurrent.count)
        var (i, j) = (0, 0)
        while i < sortedReference.count || j < sortedCurrent.count {
            let value: Double
            if j == sortedCurrent.count {
                value = sortedReference[i]
            } else if i == sortedReference.count {
                value = sortedCurrent[j]
            } else {
                value = min(sortedReference[i], sortedCurrent[j])
            }
            let (startI, startJ) = (i, j)
            while i < sortedReference.count, sortedReference[i] == value { i += 1 }
            while j < sortedCurrent.count, sortedCurrent[j] == value { j += 1 }
            append(value, reference: i - startI, current: j - startJ)
        }
    }

    /// Calls `body` for each distinct value with its mid-rank in the pool and the counts at and before it.
    func forEachMidRank(_ body: (_ index: Int, _ midRank: Double, _ before: (reference: Int, current: Int)) -> Void) {
        var before = (reference: 0, current: 0)
        for index in values.indices {
            let ties = reference[index] + current[index]
            let midRank = Double(before.reference + before.current) + Double(ties + 1) / 2
            body(index, midRank, before)
            before.reference += reference[index]
            before.current += current[index]
        }
    }
}
