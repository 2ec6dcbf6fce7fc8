import Foundation

/// How well scores tell two classes apart. What is not defined for the data is nil, never a guess.
public struct BinaryClassificationMetrics: Sendable, Hashable, Codable {
    /// Probability that a positive scores above a negative, ties counted half: the area under the ROC curve. Nil with one class.
    public var auc: Double?
    /// Harmonic mean of precision and recall. Nil if there is no positive and none was predicted.
    public var f1: Double?
    /// Nil if nothing was predicted positive.
    public var precision: Double?
    /// Nil if there is no positive.
    public var recall: Double?
    public var accuracy: Double
    /// Mean negative log-likelihood (natural logarithm), probabilities held off 0 and 1 by the spacing of the scores' type.
    /// Nil if a score is outside 0...1.
    public var logLoss: Double?
    /// Mean squared difference of probability and outcome. Nil if a score is outside 0...1.
    public var brierScore: Double?

    /// A score at or above it is a prediction of true.
    public var threshold: Double
    public var truePositives: Int
    public var falsePositives: Int
    public var trueNegatives: Int
    public var falseNegatives: Int

    public var rowCount: Int { truePositives + falsePositives + trueNegatives + falseNegatives }
    public var positiveCount: Int { truePositives + falseNegatives }

    /// - Throws: ``InvalidRequest`` if the counts differ, there are none, or a score is not a number.
    public init<Score: BinaryFloatingPoint>(
        scores: [Score], labels: [Bool], threshold: Double = 0.5
    ) throws(InvalidRequest) {
        guard !threshold.isNaN else { throw InvalidRequest("The threshold is not a number.") }
        let data = try ClassificationScores(scores, labels)
        var (hits, predicted) = (0, 0)
        for (score, label) in zip(data.scores, data.labels) where score >= threshold {
            predicted += 1
            if label { hits += 1 }
        }
        self.threshold = threshold
        truePositives = hits
        falsePositives = predicted - hits
        falseNegatives = data.positives - hits
        trueNegatives = data.negatives - (predicted - hits)
        let count = Double(data.scores.count)
        accuracy = Double(truePositives + trueNegatives) / count
        precision = predicted == 0 ? nil : Double(hits) / Double(predicted)
        recall = data.positives == 0 ? nil : Double(hits) / Double(data.positives)
        let marked = predicted + data.positives
        f1 = marked == 0 ? nil : 2 * Double(hits) / Double(marked)
        auc = Self.auc(data)
        if data.areProbabilities {
            var (logarithms, squares) = (0.0, 0.0)
            for (score, label) in zip(data.scores, data.labels) {
                let clipped = min(max(score, data.epsilon), 1 - data.epsilon)
                logarithms += label ? log(clipped) : log1p(-clipped)
                let difference = score - (label ? 1 : 0)
                squares += difference * difference
            }
            logLoss = -logarithms / count
            brierScore = squares / count
        }
    }

    /// Mann and Whitney's U over the number of pairs, from ranks with ties at their mean. Halves stay exact in integers.
    private static func auc(_ data: ClassificationScores) -> Double? {
        guard data.positives > 0, data.negatives > 0 else { return nil }
        let order = data.descending()
        var (negativesAbove, twiceLost) = (0, 0.0)
        var start = 0
        while start < order.count {
            var (end, positives) = (start, 0)
            while end < order.count, data.scores[order[end]] == data.scores[order[start]] {
                if data.labels[order[end]] { positives += 1 }
                end += 1
            }
            let negatives = end - start - positives
            twiceLost += Double(positives) * Double(2 * negativesAbove + negatives)
            negativesAbove += negatives
            start = end
        }
        return 1 - twiceLost / (2 * Double(data.positives) * Double(data.negatives))
    }
}
