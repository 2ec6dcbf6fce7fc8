import MartletAPI
package import MartletDomain

/// Entries that go to the server in one request: written all together, or none of them.
package struct LogBatch {
    package private(set) var metrics: [Metric] = []
    package private(set) var params: [KeyedText] = []
    package private(set) var tags: [KeyedText] = []
    package private(set) var count = 0
    private var size = 200
    private var keys: Set<String> = []

    /// How large a request's body may be, in bytes. MLflow's documentation of `runs/log-batch` says 1 MB.
    package static let sizeLimit = 1_000_000

    /// The longest beginning of `entries` that one request may hold; at least one of them.
    ///
    /// A batch ends where the protocol's counts or ``sizeLimit`` would be passed, or where a parameter or a tag comes a
    /// second time: within one request their order would not be kept.
    package init(beginningOf entries: some Sequence<LogEntry>) {
        for entry in entries {
            guard takes(entry) else { break }
        }
    }

    private mutating func takes(_ entry: LogEntry) -> Bool {
        let size = entry.sizeBound
        guard count == 0 || self.size + size <= Self.sizeLimit, count < TrackingLimits.entitiesPerBatch else {
            return false
        }
        switch entry {
        case .metric(let metric):
            guard metrics.count < TrackingLimits.metricsPerBatch else { return false }
            metrics.append(metric)
        case .param(let param):
            guard params.count < TrackingLimits.paramsPerBatch, keys.insert("p" + param.key).inserted else {
                return false
            }
            params.append(param)
        case .tag(let tag):
            guard tags.count < TrackingLimits.tagsPerBatch, keys.insert("t" + tag.key).inserted else { return false }
            tags.append(tag)
        }
        self.size += size
        count += 1
        return true
    }

    func request(run id: String) -> MLflowTracking.LogBatch {
        MLflowTracking.LogBatch(
            run_id: id,
            metrics: metrics.isEmpty ? nil : metrics.map(MLflowTracking.Metric.init(sending:)),
            params: params.isEmpty ? nil : params.map(MLflowTracking.Tag.init),
            tags: tags.isEmpty ? nil : tags.map(MLflowTracking.Tag.init))
    }
}

extension MLflowTracking.Metric {
    /// A measurement as it was made: an infinity stays one.
    fileprivate init(sending metric: Metric) {
        self.init(
            key: metric.key, value: metric.value, timestamp: metric.timestamp, step: metric.step,
            dataset_name: metric.datasetName, dataset_digest: metric.datasetDigest, model_id: metric.modelID)
    }
}

extension Client {
    /// Writes one batch. Asking twice does what asking once does: the server leaves a measurement alone that it has
    /// already (same key, step, time and value), a parameter with the same value, and a tag is set to the same text.
    func write(_ batch: LogBatch, run id: String) async throws {
        let _: MLflowTracking.Empty = try await mlflow(
            "POST", "mlflow/runs/log-batch", batch.request(run: id), isIdempotent: true)
    }

    /// Writes entries in order, in as many requests as the protocol's limits ask for.
    func write(_ entries: [LogEntry], run id: String) async throws {
        try LogEntry.check(entries)
        var rest = entries[...]
        while !rest.isEmpty {
            let batch = LogBatch(beginningOf: rest)
            try await write(batch, run: id)
            rest = rest.dropFirst(batch.count)
        }
    }
}
