extension MLflowTracking {
    /// `POST experiments/create`
    public struct CreateExperiment: Codable, Sendable {
        public var name: String?
        public var artifact_location: String?
        public var tags: [Tag]?

        public init(name: String? = nil, artifact_location: String? = nil, tags: [Tag]? = nil) {
            (self.name, self.artifact_location, self.tags) = (name, artifact_location, tags)
        }

        public struct Response: Codable, Sendable {
            public var experiment_id: String

            public init(experiment_id: String) {
                self.experiment_id = experiment_id
            }
        }
    }

    /// What `GET experiments/get` and `get-by-name` answer.
    public struct GetExperiment: Codable, Sendable {
        public var experiment: Experiment

        public init(experiment: Experiment) {
            self.experiment = experiment
        }
    }

    /// `POST experiments/search`
    public struct SearchExperiments: Codable, Sendable {
        public var max_results: WireInteger?
        public var page_token: String?
        public var filter: String?
        public var order_by: [String]?
        public var view_type: WireText?

        public init(
            max_results: WireInteger? = nil, page_token: String? = nil, filter: String? = nil,
            order_by: [String]? = nil, view_type: WireText? = nil
        ) {
            (self.max_results, self.page_token, self.filter) = (max_results, page_token, filter)
            (self.order_by, self.view_type) = (order_by, view_type)
        }

        public struct Response: Codable, Sendable {
            public var experiments: [Experiment]?
            public var next_page_token: String?

            public init(experiments: [Experiment]? = nil, next_page_token: String? = nil) {
                self.experiments = experiments
                self.next_page_token = next_page_token
            }
        }
    }

    /// `POST experiments/delete` and `experiments/restore`
    public struct ExperimentID: Codable, Sendable {
        public var experiment_id: WireText?

        public init(experiment_id: WireText? = nil) {
            self.experiment_id = experiment_id
        }
    }

    /// `POST experiments/update`
    public struct UpdateExperiment: Codable, Sendable {
        public var experiment_id: WireText?
        public var new_name: String?

        public init(experiment_id: WireText? = nil, new_name: String? = nil) {
            (self.experiment_id, self.new_name) = (experiment_id, new_name)
        }
    }

    /// `POST experiments/set-experiment-tag` and `experiments/delete-experiment-tag`
    public struct ExperimentTag: Codable, Sendable {
        public var experiment_id: WireText?
        public var key: String?
        public var value: String?

        public init(experiment_id: WireText? = nil, key: String? = nil, value: String? = nil) {
            (self.experiment_id, self.key, self.value) = (experiment_id, key, value)
        }
    }
}
