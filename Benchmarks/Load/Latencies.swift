/// How long each of many requests took.
struct Latencies: Sendable {
    private(set) var microseconds: [UInt32] = []

    var count: Int { microseconds.count }

    mutating func append(_ duration: Duration) {
        microseconds.append(UInt32(clamping: Int(duration / .microseconds(1))))
    }

    mutating func append(_ others: Latencies) { microseconds += others.microseconds }

    mutating func sort() { microseconds.sort() }

    /// In milliseconds: the smallest that at least this share of the requests did not exceed. To be asked once sorted.
    func quantile(_ share: Double) -> Double {
        guard !microseconds.isEmpty else { return 0 }
        let rank = Int((share * Double(count)).rounded(.up)) - 1
        return Double(microseconds[min(max(rank, 0), count - 1)]) / 1000
    }
}
