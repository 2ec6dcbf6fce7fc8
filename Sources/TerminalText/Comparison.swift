/// Several runs, or versions of a model, side by side.
package struct Comparison: Sendable, Equatable {
    /// One of those that are compared.
    package struct Subject: Sendable, Equatable {
        package var name: String
        package var params: [String: String]
        package var metrics: [String: Double]

        package init(_ name: String, params: [String: String], metrics: [String: Double]) {
            (self.name, self.params, self.metrics) = (name, params, metrics)
        }
    }

    package enum Direction: String, Sendable, Equatable, Codable { case higher, lower }

    package struct ParamRow: Sendable, Equatable {
        package var key: String
        /// One for each subject; nil where it has none.
        package var values: [String?]
        package var differs: Bool
    }

    package struct MetricRow: Sendable, Equatable {
        package var key: String
        package var values: [Double?]
        package var direction: Direction
        /// Places of the subjects with the best value: all that share it; none when fewer than two have a value, or all
        /// have the same.
        package var best: [Int]
    }

    package var subjects: [Subject]
    package var params: [ParamRow]
    package var metrics: [MetricRow]

    /// - Parameters:
    ///   - lower: Metrics of which less is better.
    ///   - higher: Metrics of which more is better. What is in neither goes by its name: see ``likelyDirection(of:)``.
    package init(_ subjects: [Subject], lower: Set<String> = [], higher: Set<String> = []) {
        self.subjects = subjects
        params = Set(subjects.flatMap(\.params.keys)).sorted().map { key in
            let values = subjects.map { $0.params[key] }
            return ParamRow(key: key, values: values, differs: Set(values).count > 1)
        }
        metrics = Set(subjects.flatMap(\.metrics.keys)).sorted().map { key in
            let values = subjects.map { $0.metrics[key] }
            let direction: Direction =
                lower.contains(key) ? .lower : higher.contains(key) ? .higher : Self.likelyDirection(of: key)
            return MetricRow(key: key, values: values, direction: direction, best: Self.best(of: values, direction))
        }
    }

    private static func best(of values: [Double?], _ direction: Direction) -> [Int] {
        let known = values.compactMap { $0 }.filter { !$0.isNaN }
        guard known.count > 1, let least = known.min(), let greatest = known.max(), least < greatest else { return [] }
        let best = direction == .lower ? least : greatest
        return values.indices.filter { values[$0] == best }
    }

    /// Losses, errors and spans of time are better when less; all else when more.
    package static func likelyDirection(of metric: String) -> Direction {
        let words = metric.lowercased().split { !$0.isLetter && !$0.isNumber }
        let lower: Set<Substring> = [
            "loss", "logloss", "error", "err", "mae", "mse", "rmse", "mape", "smape", "rmsle", "perplexity", "brier",
            "deviance", "aic", "bic", "latency", "duration", "seconds", "time", "ms", "wer", "cer", "eer",
        ]
        return words.contains(where: { lower.contains($0) || $0.hasSuffix("loss") || $0.hasSuffix("error") })
            ? .lower : .higher
    }
}
