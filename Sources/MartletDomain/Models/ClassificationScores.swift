/// Scores and labels of a binary classifier, checked once: as many of each, at least one, none of them `NaN`.
struct ClassificationScores {
    let scores: [Double]
    let labels: [Bool]
    let positives: Int
    /// The spacing of the caller's numbers at 1, which keeps a logarithm finite.
    let epsilon: Double

    var negatives: Int { labels.count - positives }

    init<Score: BinaryFloatingPoint>(_ scores: [Score], _ labels: [Bool]) throws(InvalidRequest) {
        var problems: [String] = []
        if scores.count != labels.count {
            problems.append("There are \(scores.count) scores and \(labels.count) labels.")
        }
        if scores.isEmpty { problems.append("There is nothing to measure: no scores.") }
        if let row = scores.firstIndex(where: \.isNaN) { problems.append("The score of row \(row) is not a number.") }
        guard problems.isEmpty else { throw InvalidRequest(problems) }
        (self.scores, self.labels) = (scores.map { Double($0) }, labels)
        positives = labels.reduce(0) { $0 + ($1 ? 1 : 0) }
        epsilon = Double(Score.ulpOfOne)
    }

    var areProbabilities: Bool { scores.allSatisfy { (0...1).contains($0) } }

    /// Positions by score, highest first; equal scores by position.
    func descending() -> [Int] {
        scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    }
}
