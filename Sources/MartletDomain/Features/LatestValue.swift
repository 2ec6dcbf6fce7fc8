extension EventTimeline {
    /// The newest row at or before each label time, of those known by then: event time ≤ t and available at ≤ t.
    ///
    /// - Parameter lookback: Microseconds; a newest row that is older, `t − event time > lookback`, gives nil. An
    ///   older row is never taken in its place.
    public func latest(at labels: LabelTimes, lookback: Int64?) -> [Edge?] {
        let known = events.map { max($0.eventTime, $0.availableAt) }
        let order = events.indices.sorted { (known[$0], $0) < (known[$1], $1) }
        var (next, newest) = (0, -1)
        var answers: [Edge?] = []
        answers.reserveCapacity(labels.times.count)
        for time in labels.times {
            while next < order.count, known[order[next]] <= time {
                newest = max(newest, order[next])
                next += 1
            }
            answers.append(newest < 0 ? nil : edge(newest, time, lookback))
        }
        return labels.spread(answers)
    }

    private func edge(_ position: Int, _ time: Int64, _ lookback: Int64?) -> Edge? {
        if let lookback {
            let (age, overflow) = time.subtractingReportingOverflow(events[position].eventTime)
            if overflow || age > lookback { return nil }
        }
        return Edge(
            row: events[position].row, isAmbiguous: isAmbiguous(at: position, knownBy: time, included: { _ in true }))
    }
}
