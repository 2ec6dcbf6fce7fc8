import MartletDomain
import QueryEngine

/// What of a column can only be asked when its ends, its mean and the size of its set of values are known.
struct ProfileSpread {
    private(set) var expressions: [String] = []
    private var edges: [Double] = []
    private var deviationUnit: Double?
    private var isDistinctCounted = false

    /// - Parameter isFew: Whether the values can all be held. Otherwise those are counted whose hash ends in six zero bits,
    ///   which are one in 64.
    mutating func countDistinct(_ i: String, isFew: Bool) {
        isDistinctCounted = isFew
        expressions.append(
            isFew
                ? "count(DISTINCT x\(i)) AS d\(i)"
                : "64 * count(DISTINCT hash(x\(i))) FILTER (WHERE x\(i) IS NOT NULL AND hash(x\(i)) % 64 = 0) AS d\(i)")
    }

    mutating func count(_ i: String, in edges: [Double]) {
        self.edges = edges
        // The engine's bins hold their upper edges only; below the first one lies what is less than it.
        let bounds = ([edges[0].nextDown] + edges.dropFirst()).map { "'\($0)'::DOUBLE" }
        expressions.append(
            "CAST(map_values(histogram(CAST(f\(i) AS DOUBLE), [\(bounds.joined(separator: ", "))])) AS VARCHAR) AS h\(i)"
        )
    }

    /// The mean square of the distance from the mean, in a unit of which no square leaves the range of a double.
    mutating func measure(_ i: String, around mean: Double, from least: Double, to greatest: Double) {
        // Quarters, because the distance of two finite numbers need not be finite.
        let unit = least < greatest ? max(greatest / 4 - mean / 4, mean / 4 - least / 4) : 0
        deviationUnit = unit
        guard unit > 0 else { return }
        let distance = "((f\(i) * 0.25::DOUBLE - '\(mean / 4)'::DOUBLE) / '\(unit)'::DOUBLE)"
        expressions.append("favg(\(distance) * \(distance)) AS s\(i)")
        expressions.append("count(f\(i)) AS m\(i)")
    }

    func complete(_ profile: inout ColumnProfile, _ found: RecordBatch, _ i: String) {
        if let distinct = found.whole("d\(i)") {
            (profile.distinct, profile.distinctIsExact) = (distinct, isDistinctCounted)
        }
        let counts = found.numbers("h\(i)").map { Int64($0) }
        if edges.count > 1, counts.count >= edges.count {
            profile.histogram = ProfileHistogram(
                edges: edges, counts: Array(counts[1..<edges.count]), below: counts[0],
                above: counts.count > edges.count ? counts[edges.count] : 0)
        }
        guard let unit = deviationUnit else { return }
        guard unit > 0 else {
            // All values are the same.
            profile.standardDeviation = (profile.histogram?.counts.reduce(0, +) ?? 0) > 1 ? 0 : nil
            return
        }
        guard let square = found.number("s\(i)"), let count = found.whole("m\(i)"), count > 1 else { return }
        let deviation = 4 * unit * (square * Double(count) / Double(count - 1)).squareRoot()
        profile.standardDeviation = deviation.isFinite ? deviation : nil
    }
}
