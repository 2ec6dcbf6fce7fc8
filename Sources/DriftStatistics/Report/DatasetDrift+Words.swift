import ReportPage

extension DatasetDrift {
    /// The verdict in one or two sentences.
    var verdictText: String {
        let limit = NumberText.percent(driftShareThreshold)
        guard columnCount > 0 else {
            return "No verdict: not one of \(NumberText.columns(columns.count)) could be compared."
        }
        let fact =
            "\(NumberText.count(driftedCount)) of \(NumberText.columns(columnCount)) drifted "
            + "(\(NumberText.percent(driftedShare)))"
        let verdict =
            isDrifted
            ? "The data drifted: \(fact), and the limit is \(limit)."
            : "The data did not drift: \(fact), below the limit of \(limit)."
        let left = columns.count - columnCount
        guard left > 0 else { return verdict }
        let are = left == 1 ? "is" : "are"
        return "\(verdict) \(NumberText.columns(left)) could not be compared and \(are) not counted."
    }

    /// How many columns tests would flag by chance alone; nil when no test was used.
    var falseAlarmText: String? {
        let tests = columns.filter { $0.score != nil && $0.scoreKind == .pValue }
        guard !tests.isEmpty else { return nil }
        let expected = tests.reduce(0) { $0 + min(1, max(0, $1.threshold)) }
        let compared =
            tests.count == 1
            ? "One p-value was compared with its limit."
            : "\(NumberText.count(tests.count)) p-values were compared with their limits."
        return "\(compared) Had nothing changed, chance alone would flag about \(NumberText.plain(expected))."
    }
}
