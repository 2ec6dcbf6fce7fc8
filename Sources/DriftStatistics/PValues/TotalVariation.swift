extension CodedLevels {
    /// Permutation test of the total variation distance ½Σ|p − q|: the share of 1000 permutations whose distance
    /// is at least the observed one. Distances are compared as integers, so ties count in the same way everywhere;
    /// the generator starts from seed 0, so the result depends on the data and their order only.
    func totalVariationPValue() throws(NotComputable) -> Double {
        let codes = referenceCodes + currentCodes
        guard codes.count < 100_000_000 else {
            throw NotComputable("the permutation test takes up to 100,000,000 rows; there are \(codes.count)")
        }
        let (n1, n2) = (counts.referenceTotal, counts.currentTotal)
        let totals = zip(counts.reference, counts.current).map { $0 + $1 }
        func distance(_ inReference: [Int]) -> Int {
            var sum = 0
            for (level, count) in inReference.enumerated() {
                sum += abs(count * n2 - (totals[level] - count) * n1)
            }
            return sum
        }
        let observed = distance(counts.reference)
        var generator = MersenneTwister(seed: 0)
        var extreme = 0
        let permutations = 1000
        for _ in 0..<permutations {
            var shuffled = codes
            for i in stride(from: shuffled.count - 1, through: 1, by: -1) {
                shuffled.swapAt(i, Int(generator.next(upTo: UInt32(i))))
            }
            var inReference = [Int](repeating: 0, count: totals.count)
            for code in shuffled[0..<n1] { inReference[Int(code)] += 1 }
            if distance(inReference) >= observed { extreme += 1 }
        }
        return Double(extreme) / Double(permutations)
    }
}
