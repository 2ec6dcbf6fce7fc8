/// HyperLogLog with 2¹² registers over stable hashes: an estimate of the number of distinct values with a relative
/// standard error of 1.6 %, a function of the set of values alone.
///
/// P. Flajolet et al., "HyperLogLog" (2007); the estimate is O. Ertl's, "New cardinality estimation algorithms for
/// HyperLogLog sketches", arXiv:1702.01284, which needs no table of corrections. Few values are held as they are hashed,
/// so that a sketch of ten values is not 4 KB.
package struct DistinctSketch: Sendable, Equatable {
    static let precision = 12
    static let registerCount = 1 << precision
    /// The greatest value of a register: the leading zeros of 52 bits, and one.
    static let maximum = 64 - precision + 1
    /// Registers held one by one before all are laid out.
    private static let sparseLimit = 256

    /// `register << 6 | value`, ascending, each register once; empty when `registers` is not.
    private(set) var sparse: [UInt32] = []
    private(set) var registers: [UInt8] = []

    package init() {}

    /// Nil if these are no registers: bytes of others are not trusted.
    init?(sparse: [UInt32], registers: [UInt8]) {
        guard sparse.isEmpty || registers.isEmpty, registers.isEmpty || registers.count == Self.registerCount,
            registers.allSatisfy({ $0 <= Self.maximum }), sparse.count <= Self.sparseLimit,
            sparse.allSatisfy({
                $0 >> 6 < Self.registerCount && (1...UInt32(Self.maximum)).contains($0 & 63)
            }), zip(sparse, sparse.dropFirst()).allSatisfy({ $0 >> 6 < $1 >> 6 })
        else { return nil }
        (self.sparse, self.registers) = (sparse, registers)
    }

    package mutating func add(_ value: CellValue) { add(hash: value.stableHash) }

    package mutating func add(hash: UInt64) {
        let (register, value) = Self.mark(of: hash)
        raise(register, to: value)
    }

    /// The register that a hash falls in and the value that it asks of it.
    package static func mark(of hash: UInt64) -> (register: Int, value: UInt8) {
        let register = Int(hash >> UInt64(64 - precision))
        let rest = hash << UInt64(precision)
        return (register, UInt8(min(rest.leadingZeroBitCount, 64 - precision) + 1))
    }

    private mutating func raise(_ register: Int, to value: UInt8) {
        guard registers.isEmpty else {
            if registers[register] < value { registers[register] = value }
            return
        }
        let mark = UInt32(register) << 6 | UInt32(value)
        var (low, high) = (0, sparse.count)
        while low < high {
            let middle = (low + high) / 2
            if Int(sparse[middle] >> 6) < register { low = middle + 1 } else { high = middle }
        }
        if low < sparse.count, Int(sparse[low] >> 6) == register {
            sparse[low] = max(sparse[low], mark)
        } else if sparse.count < Self.sparseLimit {
            sparse.insert(mark, at: low)
        } else {
            layOut()
            raise(register, to: value)
        }
    }

    private mutating func layOut() {
        registers = [UInt8](repeating: 0, count: Self.registerCount)
        for mark in sparse { registers[Int(mark >> 6)] = UInt8(mark & 63) }
        sparse = []
    }

    package mutating func merge(_ other: DistinctSketch) {
        if other.registers.isEmpty {
            for mark in other.sparse { raise(Int(mark >> 6), to: UInt8(mark & 63)) }
        } else if registers.isEmpty {
            let marks = sparse
            (sparse, registers) = ([], other.registers)
            for mark in marks { raise(Int(mark >> 6), to: UInt8(mark & 63)) }
        } else {
            for (index, value) in other.registers.enumerated() where registers[index] < value {
                registers[index] = value
            }
        }
    }

    /// The estimate, rounded to a whole number.
    package var count: Int64 {
        var histogram = [Int](repeating: 0, count: Self.maximum + 1)
        if registers.isEmpty {
            histogram[0] = Self.registerCount - sparse.count
            for mark in sparse { histogram[Int(mark & 63)] += 1 }
        } else {
            for value in registers { histogram[Int(value)] += 1 }
        }
        return Self.estimate(histogram)
    }

    /// From how many registers have each value.
    package static func estimate(_ histogram: [Int]) -> Int64 {
        let size = Double(registerCount)
        guard histogram[0] < registerCount else { return 0 }
        var sum = size * upper(1 - Double(histogram[maximum]) / size)
        for value in stride(from: maximum - 1, through: 1, by: -1) { sum = 0.5 * (sum + Double(histogram[value])) }
        sum += size * lower(Double(histogram[0]) / size)
        let estimate = size * size / (2 * 0.693_147_180_559_945_3 * sum)
        return Int64(estimate.rounded(.toNearestOrEven))
    }

    /// Ertl's σ, for registers that are 0; x is below 1.
    private static func lower(_ x: Double) -> Double {
        var (power, weight, sum) = (x, 1.0, x)
        while true {
            power *= power
            let before = sum
            sum += power * weight
            weight += weight
            if sum == before { return sum }
        }
    }

    /// Ertl's τ, for registers that are full.
    private static func upper(_ x: Double) -> Double {
        if x == 0 || x == 1 { return 0 }
        var (root, weight, sum) = (x, 1.0, 1 - x)
        while true {
            root = root.squareRoot()
            let before = sum
            weight *= 0.5
            sum -= (1 - root) * (1 - root) * weight
            if sum == before { return sum / 3 }
        }
    }
}

/// A ``DistinctSketch`` that values can leave: how often each register was asked for each value.
package struct SlidingDistinctSketch: Sendable {
    private var marks: [UInt32: Int32] = [:]

    package init() {}

    package mutating func add(_ value: CellValue) { step(value, 1) }

    /// Takes away a value that was added before.
    package mutating func remove(_ value: CellValue) { step(value, -1) }

    private mutating func step(_ value: CellValue, _ step: Int32) {
        let (register, value) = DistinctSketch.mark(of: value.stableHash)
        let mark = UInt32(register) << 6 | UInt32(value)
        let count = (marks[mark] ?? 0) &+ step
        marks[mark] = count == 0 ? nil : count
    }

    /// What ``DistinctSketch/count`` of the same values is.
    package var count: Int64 {
        var highest: [UInt32: UInt32] = [:]
        for mark in marks.keys { highest[mark >> 6] = max(highest[mark >> 6] ?? 0, mark & 63) }
        var histogram = [Int](repeating: 0, count: DistinctSketch.maximum + 1)
        histogram[0] = DistinctSketch.registerCount - highest.count
        for value in highest.values { histogram[Int(value)] += 1 }
        return DistinctSketch.estimate(histogram)
    }
}
