extension MLflowTracking {
    /// `POST logged-models`
    public struct CreateLoggedModel: Codable, Sendable {
        public var experiment_id: WireText?
        public var name: String?
        public var model_type: String?
        public var source_run_id: String?
        public var params: [Tag]?
        public var tags: [Tag]?

        public init(
            experiment_id: WireText? = nil, name: String? = nil, model_type: String? = nil,
            source_run_id: String? = nil, params: [Tag]? = nil, tags: [Tag]? = nil
        ) {
            (self.experiment_id, self.name, self.model_type) = (experiment_id, name, model_type)
            (self.source_run_id, self.params, self.tags) = (source_run_id, params, tags)
        }

        public struct Response: Codable, Sendable {
            public var model: LoggedModel

            public init(model: LoggedModel) {
                self.model = model
            }
        }
    }

    /// `PATCH logged-models/{model_id}`
    public struct FinalizeLoggedModel: Codable, Sendable {
        public var model_id: String?
        public var status: WireText?

        public init(model_id: String? = nil, status: WireText? = nil) {
            (self.model_id, self.status) = (model_id, status)
        }
    }

    /// `PATCH logged-models/{model_id}/tags`
    public struct LoggedModelTags: Codable, Sendable {
        public var tags: [Tag]?

        public init(tags: [Tag]? = nil) {
            self.tags = tags
        }
    }

    /// `POST logged-models/{model_id}/params`
    public struct LoggedModelParams: Codable, Sendable {
        public var model_id: String?
        public var params: [Tag]?

        public init(model_id: String? = nil, params: [Tag]? = nil) {
            (self.model_id, self.params) = (model_id, params)
        }
    }

    /// A dataset in a search for logged models.
    public struct LoggedModelDataset: Codable, Sendable {
        public var dataset_name: String?
        public var dataset_digest: String?

        public init(dataset_name: String? = nil, dataset_digest: String? = nil) {
            (self.dataset_name, self.dataset_digest) = (dataset_name, dataset_digest)
        }
    }

    /// An order in a search for logged models.
    public struct LoggedModelOrder: Codable, Sendable {
        public var field_name: String?
        public var ascending: Bool?
        public var dataset_name: String?
        public var dataset_digest: String?

        public init(
            field_name: String? = nil, ascending: Bool? = nil, dataset_name: String? = nil,
            dataset_digest: String? = nil
        ) {
            (self.field_name, self.ascending, self.dataset_name) = (field_name, ascending, dataset_name)
            self.dataset_digest = dataset_digest
        }
    }

    /// `POST logged-models/search`
    public struct SearchLoggedModels: Codable, Sendable {
        public var experiment_ids: [WireText]?
        public var filter: String?
        public var datasets: [LoggedModelDataset]?
        public var max_results: WireInteger?
        public var order_by: [LoggedModelOrder]?
        public var page_token: String?

        public init(
            experiment_ids: [WireText]? = nil, filter: String? = nil, datasets: [LoggedModelDataset]? = nil,
            max_results: WireInteger? = nil, order_by: [LoggedModelOrder]? = nil, page_token: String? = nil
        ) {
            (self.experiment_ids, self.filter, self.datasets) = (experiment_ids, filter, datasets)
            (self.max_results, self.order_by, self.page_token) = (max_results, order_by, page_token)
        }

        public struct Response: Codable, Sendable {
            public var models: [LoggedModel]?
            public var next_page_token: String?

            public init(models: [LoggedModel]? = nil, next_page_token: String? = nil) {
                self.models = models
                self.next_page_token = next_page_token
            }
        }
    }
}
