/// Whether probabilities mean what they say: predicted against observed, by bins of equal width over 0...1.
public struct CalibrationCurve: Sendable, Hashable, Codable {
    public struct Bin: Sendable, Hashable, Codable {
        /// Bounds; a probability that equals a bound between two bins belongs to the lower.
        public var lower: Double
        public var upper: Double
        public var meanPredicted: Double
        /// Share of true labels.
        public var fractionPositive: Double
        public var rowCount: Int
    }

    /// In order, without the empty ones.
    public var bins: [Bin]
    public var rowCount: Int

    /// Mean distance of predicted from observed, weighted by rows (expected calibration error).
    public var expectedError: Double {
        bins.reduce(0) { $0 + abs($1.meanPredicted - $1.fractionPositive) * Double($1.rowCount) } / Double(rowCount)
    }
}

/// The calibration of probabilities.
///
/// - Parameter bins: 1...1000 bins.
/// - Throws: ``InvalidRequest`` if the counts differ, there are none, or a score is outside 0...1.
public func calibrationCurve<Score: BinaryFloatingPoint>(
    scores: [Score], labels: [Bool], bins: Int = 10
) throws(InvalidRequest) -> CalibrationCurve {
    guard (1...1000).contains(bins) else { throw InvalidRequest("\(bins) bins were asked for; it must be 1 to 1000.") }
    let data = try ClassificationScores(scores, labels)
    guard data.areProbabilities else {
        throw InvalidRequest("Calibration is asked of scores that are not probabilities: some are outside 0...1.")
    }
    let width = 1 / Double(bins)
    let edges = (0...bins).map { $0 == bins ? 1 : Double($0) * width }
    var sums = [Double](repeating: 0, count: bins)
    var counts = [Int](repeating: 0, count: bins)
    var positives = [Int](repeating: 0, count: bins)
    for (score, label) in zip(data.scores, data.labels) {
        var bin = min(bins - 1, Int(score * Double(bins)))
        while bin > 0, score <= edges[bin] { bin -= 1 }
        while bin < bins - 1, score > edges[bin + 1] { bin += 1 }
        sums[bin] += score
        counts[bin] += 1
        if label { positives[bin] += 1 }
    }
    let filled = (0..<bins).filter { counts[$0] > 0 }.map { bin in
        CalibrationCurve.Bin(
            lower: edges[bin], upper: edges[bin + 1], meanPredicted: sums[bin] / Double(counts[bin]),
            fractionPositive: Double(positives[bin]) / Double(counts[bin]), rowCount: counts[bin])
    }
    return CalibrationCurve(bins: filled, rowCount: data.scores.count)
}
