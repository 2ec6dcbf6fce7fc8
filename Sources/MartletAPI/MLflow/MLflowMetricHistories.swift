extension MLflowTracking {
    /// A measurement that says which run it is of.
    public struct RunMetric: Codable, Sendable, Hashable {
        public var key: String
        public var value: WireNumber
        public var timestamp: Int64
        public var step: Int64
        public var run_id: String

        public init(key: String, value: Double, timestamp: Int64, step: Int64, run_id: String) {
            (self.key, self.value, self.timestamp) = (key, WireNumber(value), timestamp)
            (self.step, self.run_id) = (step, run_id)
        }
    }

    /// What `GET metrics/get-history-bulk` answers: an empty list is there.
    public struct MetricHistories: Codable, Sendable {
        public var metrics: [RunMetric]

        public init(metrics: [RunMetric]) { self.metrics = metrics }
    }

    /// `POST experiments/search-datasets`
    public struct SearchDatasets: Codable, Sendable {
        public var experiment_ids: [WireText]?

        public init(experiment_ids: [String]) { self.experiment_ids = experiment_ids.map { WireText($0) } }

        public struct Response: Codable, Sendable {
            public var dataset_summaries: [DatasetSummary]?

            public init(dataset_summaries: [DatasetSummary]) {
                self.dataset_summaries = dataset_summaries.isEmpty ? nil : dataset_summaries
            }
        }
    }

    public struct DatasetSummary: Codable, Sendable, Hashable {
        public var experiment_id: String
        public var name: String
        public var digest: String
        public var context: String?

        public init(experiment_id: String, name: String, digest: String, context: String?) {
            (self.experiment_id, self.name) = (experiment_id, name)
            (self.digest, self.context) = (digest, context)
        }
    }
}
