/// The receiver operating characteristic: what share of each class scores at or above every threshold.
public struct ROCCurve: Sendable, Hashable {
    public struct Point: Sendable, Hashable {
        /// Share of the negatives at or above the threshold.
        public var falsePositiveRate: Double
        /// Share of the positives at or above the threshold.
        public var truePositiveRate: Double
        /// Infinite at the first point, where nothing is predicted positive.
        public var threshold: Double
    }

    /// From (0, 0) to (1, 1).
    public var points: [Point]
    /// The area below.
    public var auc: Double
}

/// The ROC curve with a point a distinct score; nil if only one class is there.
///
/// - Parameter dropsCollinear: Leaves out points on a straight line between their neighbours, which changes no picture.
/// - Throws: ``InvalidRequest`` if the counts differ, there are none, or a score is not a number.
public func rocCurve<Score: BinaryFloatingPoint>(
    scores: [Score], labels: [Bool], dropsCollinear: Bool = false
) throws(InvalidRequest) -> ROCCurve? {
    let data = try ClassificationScores(scores, labels)
    guard data.positives > 0, data.negatives > 0 else { return nil }
    let order = data.descending()
    var counts: [(negatives: Int, positives: Int, threshold: Double)] = [(0, 0, .infinity)]
    var (negatives, positives) = (0, 0)
    for (place, row) in order.enumerated() {
        if data.labels[row] { positives += 1 } else { negatives += 1 }
        let isLastOfEqual = place + 1 == order.count || data.scores[order[place + 1]] != data.scores[row]
        guard isLastOfEqual else { continue }
        if dropsCollinear, counts.count > 1 {
            let (last, before) = (counts[counts.count - 1], counts[counts.count - 2])
            let here = (negatives - last.negatives).multipliedFullWidth(by: last.positives - before.positives)
            let there = (positives - last.positives).multipliedFullWidth(by: last.negatives - before.negatives)
            if here == there { counts.removeLast() }
        }
        counts.append((negatives, positives, data.scores[row]))
    }
    var area = 0.0
    for (before, after) in zip(counts, counts.dropFirst()) {
        area += Double(after.negatives - before.negatives) * Double(after.positives + before.positives) / 2
    }
    let (allNegatives, allPositives) = (Double(data.negatives), Double(data.positives))
    return ROCCurve(
        points: counts.map {
            .init(
                falsePositiveRate: Double($0.negatives) / allNegatives,
                truePositiveRate: Double($0.positives) / allPositives, threshold: $0.threshold)
        },
        auc: area / (allNegatives * allPositives))
}
