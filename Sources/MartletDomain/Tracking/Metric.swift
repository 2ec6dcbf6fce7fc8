/// One measurement of a run.
public struct Metric: Sendable, Hashable {
    public var key: String
    /// May be NaN or infinite; see ``storedValue``.
    public var value: Double
    /// Milliseconds since 1970 UTC.
    public var timestamp: Int64
    public var step: Int64
    /// The logged model that was measured, if one was.
    public var modelID: String?
    public var datasetName: String?
    public var datasetDigest: String?
    /// Set on what a logged model reports; a run's own metrics leave it out.
    public var runID: String?

    public init(
        _ key: String, _ value: Double, timestamp: Int64, step: Int64 = 0, modelID: String? = nil,
        datasetName: String? = nil, datasetDigest: String? = nil, runID: String? = nil
    ) {
        (self.key, self.value, self.timestamp, self.step) = (key, value, timestamp, step)
        (self.modelID, self.datasetName, self.datasetDigest) = (modelID, datasetName, datasetDigest)
        self.runID = runID
    }

    public var isNaN: Bool { value.isNaN }

    /// The value as the store keeps it: zero for NaN (which ``isNaN`` remembers), and the greatest finite number of the
    /// same sign for an infinity. MLflow's servers answer infinities that way, so clients read the same from both.
    public var storedValue: Double {
        if value.isNaN { return 0 }
        if value.isInfinite { return value < 0 ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude }
        return value
    }

    /// Whether this measurement replaces `other` as the run's latest: the greater step wins, then the later time, then the
    /// greater stored value.
    public func isLater(than other: Metric) -> Bool {
        (step, timestamp, storedValue) > (other.step, other.timestamp, other.storedValue)
    }

    /// The latest of each key, in the order in which the keys first appear.
    public static func latest(of metrics: some Sequence<Metric>) -> [Metric] {
        var places: [ExactText: Int] = [:]
        var latest: [Metric] = []
        for metric in metrics {
            let key = ExactText(metric.key)
            if let place = places[key] {
                if metric.isLater(than: latest[place]) { latest[place] = metric }
            } else {
                places[key] = latest.count
                latest.append(metric)
            }
        }
        return latest
    }
}
