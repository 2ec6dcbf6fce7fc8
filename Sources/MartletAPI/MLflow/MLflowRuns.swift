extension MLflowTracking {
    /// `POST runs/create`
    public struct CreateRun: Codable, Sendable {
        public var experiment_id: WireText?
        public var user_id: String?
        public var run_name: String?
        public var start_time: WireInteger?
        public var tags: [Tag]?

        public init(
            experiment_id: WireText? = nil, user_id: String? = nil, run_name: String? = nil,
            start_time: WireInteger? = nil, tags: [Tag]? = nil
        ) {
            (self.experiment_id, self.user_id, self.run_name) = (experiment_id, user_id, run_name)
            (self.start_time, self.tags) = (start_time, tags)
        }

        public struct Response: Codable, Sendable {
            public var run: Run

            public init(run: Run) {
                self.run = run
            }
        }
    }

    /// `POST runs/update`
    public struct UpdateRun: Codable, Sendable {
        public var run_id: String?
        public var run_uuid: String?
        public var status: WireText?
        public var end_time: WireInteger?
        public var run_name: String?

        public init(
            run_id: String? = nil, run_uuid: String? = nil, status: WireText? = nil, end_time: WireInteger? = nil,
            run_name: String? = nil
        ) {
            (self.run_id, self.run_uuid, self.status) = (run_id, run_uuid, status)
            (self.end_time, self.run_name) = (end_time, run_name)
        }

        public struct Response: Codable, Sendable {
            public var run_info: RunInfo

            public init(run_info: RunInfo) {
                self.run_info = run_info
            }
        }
    }

    /// `POST runs/delete` and `runs/restore`
    public struct RunID: Codable, Sendable {
        public var run_id: String?
        public var run_uuid: String?

        public init(run_id: String? = nil) {
            self.run_id = run_id
        }
    }

    /// `POST runs/log-metric`
    public struct LogMetric: Codable, Sendable {
        public var run_id: String?
        public var run_uuid: String?
        public var key: String?
        public var value: WireNumber?
        public var timestamp: WireInteger?
        public var step: WireInteger?
        public var model_id: String?
        public var dataset_name: String?
        public var dataset_digest: String?

        public init(
            run_id: String? = nil, run_uuid: String? = nil, key: String? = nil, value: WireNumber? = nil,
            timestamp: WireInteger? = nil, step: WireInteger? = nil, model_id: String? = nil,
            dataset_name: String? = nil, dataset_digest: String? = nil
        ) {
            (self.run_id, self.run_uuid, self.key) = (run_id, run_uuid, key)
            (self.value, self.timestamp, self.step) = (value, timestamp, step)
            (self.model_id, self.dataset_name, self.dataset_digest) = (model_id, dataset_name, dataset_digest)
        }
    }

    /// `POST runs/log-parameter`, `runs/set-tag` and `runs/delete-tag`
    public struct LogText: Codable, Sendable {
        public var run_id: String?
        public var run_uuid: String?
        public var key: String?
        public var value: String?

        public init(run_id: String? = nil, run_uuid: String? = nil, key: String? = nil, value: String? = nil) {
            (self.run_id, self.run_uuid, self.key) = (run_id, run_uuid, key)
            self.value = value
        }
    }

    /// `POST runs/log-batch`
    public struct LogBatch: Codable, Sendable {
        public var run_id: String?
        public var metrics: [Metric]?
        public var params: [Tag]?
        public var tags: [Tag]?

        public init(run_id: String? = nil, metrics: [Metric]? = nil, params: [Tag]? = nil, tags: [Tag]? = nil) {
            (self.run_id, self.metrics, self.params) = (run_id, metrics, params)
            self.tags = tags
        }
    }

    /// `POST runs/log-model`
    public struct LogModel: Codable, Sendable {
        public var run_id: String?
        public var model_json: String?

        public init(run_id: String? = nil, model_json: String? = nil) {
            (self.run_id, self.model_json) = (run_id, model_json)
        }
    }

    /// `POST runs/log-inputs`
    public struct LogInputs: Codable, Sendable {
        public var run_id: String?
        public var datasets: [DatasetInput]?
        public var models: [ModelInput]?

        public init(run_id: String? = nil, datasets: [DatasetInput]? = nil, models: [ModelInput]? = nil) {
            (self.run_id, self.datasets, self.models) = (run_id, datasets, models)
        }
    }

    /// `POST runs/outputs`
    public struct LogOutputs: Codable, Sendable {
        public var run_id: String?
        public var models: [ModelOutput]?

        public init(run_id: String? = nil, models: [ModelOutput]? = nil) {
            (self.run_id, self.models) = (run_id, models)
        }
    }

    /// `POST runs/search`
    public struct SearchRuns: Codable, Sendable {
        public var experiment_ids: [WireText]?
        public var filter: String?
        public var run_view_type: WireText?
        public var max_results: WireInteger?
        public var order_by: [String]?
        public var page_token: String?

        public init(
            experiment_ids: [WireText]? = nil, filter: String? = nil, run_view_type: WireText? = nil,
            max_results: WireInteger? = nil, order_by: [String]? = nil, page_token: String? = nil
        ) {
            (self.experiment_ids, self.filter, self.run_view_type) = (experiment_ids, filter, run_view_type)
            (self.max_results, self.order_by, self.page_token) = (max_results, order_by, page_token)
        }

        public struct Response: Codable, Sendable {
            public var runs: [Run]?
            public var next_page_token: String?

            public init(runs: [Run]? = nil, next_page_token: String? = nil) {
                self.runs = runs
                self.next_page_token = next_page_token
            }
        }
    }

    /// What `GET metrics/get-history` answers.
    public struct MetricHistory: Codable, Sendable {
        public var metrics: [Metric]?
        public var next_page_token: String?

        public init(metrics: [Metric]? = nil, next_page_token: String? = nil) {
            self.metrics = metrics
            self.next_page_token = next_page_token
        }
    }

    /// What `GET artifacts/list` and `GET mlflow-artifacts/artifacts` answer.
    public struct ArtifactList: Codable, Sendable {
        public var root_uri: String?
        public var files: [FileInfo]?

        public init(root_uri: String? = nil, files: [FileInfo]? = nil) {
            self.root_uri = root_uri
            self.files = files
        }
    }
}
