import ReportPage

/// What a column's result says, in sentences. Nothing here is escaped yet.
extension ColumnDrift {
    var verdictWord: String {
        if !isComputed { return "Not computable" }
        if score == nil { return "No score" }
        return isDrifted ? "Drifted" : "No drift"
    }

    /// The same verdict as a shape, for those who do not see the colour.
    var verdictShape: String {
        if score == nil { return "–" }
        return isDrifted ? "▲" : "○"
    }

    var scoreText: String {
        guard let score else { return "–" }
        return scoreKind == .pValue ? NumberText.pValue(score) : NumberText.plain(score)
    }

    /// When it would be drift, as `≤ 0.05`.
    var limitText: String { "\(driftOperator) \(NumberText.plain(threshold))" }

    /// Why the column is listed among the worst: score against limit, and what changed most.
    package var whyText: String {
        if case .notComputable(let reason) = status { return "Not computable: \(reason)." }
        return ([scoreSentence] + changeSentences).joined(separator: " ")
    }

    package var scoreSentence: String {
        guard let score else { return "\(displayName) has no score for these values." }
        let head = "\(displayName) \(scoreText); drift is \(limitText)"
        guard scoreKind == .distance, threshold > 0, isDrifted else { return "\(head)." }
        return "\(head), and this is \(NumberText.plain(score / threshold)) times that."
    }

    var changeSentences: [String] {
        var sentences: [String] = []
        if let reference = referenceSummary, let current = currentSummary {
            sentences.append(meanSentence(reference, current))
        }
        if let levels { sentences += levelSentences(levels) }
        if abs(currentMissingShare - referenceMissingShare) >= 0.01 {
            sentences.append(
                "Missing values went from \(NumberText.percent(referenceMissingShare)) to "
                    + "\(NumberText.percent(currentMissingShare)).")
        }
        return sentences
    }

    private func meanSentence(_ reference: NumericSummary, _ current: NumericSummary) -> String {
        guard let before = reference.mean, let after = current.mean else {
            guard reference.q50 != current.q50 else {
                return "The median stayed at \(NumberText.plain(reference.q50))."
            }
            let median = NumberText.apart(reference.q50, current.q50)
            return "The median went from \(median.first) to \(median.second)."
        }
        guard after != before else { return "The mean stayed at \(NumberText.plain(before))." }
        let verb = after > before ? "rose" : "fell"
        let mean = NumberText.apart(before, after)
        let change = "The mean \(verb) from \(mean.first) to \(mean.second)"
        guard let deviation = reference.standardDeviation, deviation > 0 else { return "\(change)." }
        let size = NumberText.plain(abs(after - before) / deviation)
        return "\(change), \(size) standard deviations of the reference."
    }

    private func levelSentences(_ levels: LevelCounts) -> [String] {
        func change(_ level: LevelCounts.LevelCount) -> Double {
            share(level.current, of: currentCount) - share(level.reference, of: referenceCount)
        }
        var sentences: [String] = []
        if let most = levels.top.max(by: { abs(change($0)) < abs(change($1)) }), change(most) != 0 {
            sentences.append(
                "“\(most.level)” went from \(NumberText.percent(share(most.reference, of: referenceCount))) to "
                    + "\(NumberText.percent(share(most.current, of: currentCount))).")
        }
        if levels.newCount > 0 {
            sentences.append(list("new level", levels.newCount, levels.newLevels))
        }
        if levels.lostCount > 0 {
            sentences.append(list("lost level", levels.lostCount, levels.lostLevels))
        }
        return sentences
    }

    private func list(_ what: String, _ count: Int, _ names: [String]) -> String {
        let shown = names.map { "“\($0)”" }.joined(separator: ", ")
        let more = count > names.count ? " and \(NumberText.count(count - names.count)) more" : ""
        return "\(NumberText.count(count)) \(what)\(count == 1 ? "" : "s"): \(shown)\(more)."
    }
}
