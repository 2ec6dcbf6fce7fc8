/// How much one request may log, and what names may look like. The numbers are MLflow's.
///
/// Source: MLflow's public validation rules (`mlflow/utils/validation.py`, 3.x). Lengths are in Unicode scalars.
public enum TrackingLimits {
    public static let metricsPerBatch = 1_000
    public static let paramsPerBatch = 100
    public static let tagsPerBatch = 100
    public static let entitiesPerBatch = 1_000
    public static let keyLength = 250
    /// A longer value is cut to this, as MLflow does it, and the audit entry says which ones were.
    public static let paramValueLength = 6_000
    /// A longer value is cut to this, as MLflow does it, and the audit entry says which ones were.
    public static let tagValueLength = 8_000
    public static let experimentNameLength = 500
    public static let experimentTagValueLength = 20_000
    public static let datasetNameLength = 500
    public static let datasetDigestLength = 36
    public static let datasetSourceLength = 65_535
    public static let datasetSchemaLength = 1_048_575
    public static let datasetProfileLength = 16_777_215
    /// MLflow sets no limit here; this one keeps a single change from holding the store for long.
    public static let datasetsPerRequest = 10_000
    public static let inputTagKeyLength = 255
    public static let inputTagValueLength = 500
    public static let runsPerPage = 50_000

    /// Everything that is wrong with a batch, each in a sentence; empty when nothing is.
    public static func problems(
        metrics: [Metric] = [], params: [KeyedText] = [], tags: [KeyedText] = [], isBatch: Bool
    ) -> [String] {
        var problems: [String] = []
        func path(_ list: String, _ index: Int, _ field: String) -> String {
            isBatch ? "\(list)[\(index)].\(field)" : field
        }
        if isBatch {
            tooMany(metrics.count, metricsPerBatch, "metrics", &problems)
            tooMany(params.count, paramsPerBatch, "params", &problems)
            tooMany(tags.count, tagsPerBatch, "tags", &problems)
            tooMany(
                metrics.count + params.count + tags.count, entitiesPerBatch, "metrics, params, and tags", &problems)
            guard problems.isEmpty else { return problems }
        }
        for (index, metric) in metrics.enumerated() {
            checkName(metric.key, at: path("metrics", index, "name"), &problems)
            checkLength(metric.key, keyLength, "Metric name", &problems)
            if metric.timestamp < 0 {
                problems.append(
                    "Invalid value \(metric.timestamp) for parameter '\(path("metrics", index, "timestamp"))' supplied: "
                        + "metric '\(metric.key)' (value=\(metric.value)). "
                        + "Timestamp must be a nonnegative long (64-bit integer)")
            }
            if (metric.datasetName == nil) != (metric.datasetDigest == nil) {
                problems.append("Both dataset_name and dataset_digest must be provided if one is provided")
            }
        }
        for (index, param) in params.enumerated() {
            checkName(param.key, at: path("params", index, "key"), &problems)
            checkLength(param.key, keyLength, "Param key", &problems)
        }
        for (index, tag) in tags.enumerated() {
            checkName(tag.key, at: path("tags", index, "key"), &problems)
            checkLength(tag.key, keyLength, path("tags", index, "key"), &problems)
        }
        let repeated = repeatedKeys(in: params)
        if !repeated.isEmpty {
            problems.append(
                "Duplicate parameter keys have been submitted: [\(repeated.map { "'\($0)'" }.joined(separator: ", "))]. "
                    + "Please ensure the request contains only one param value per param key.")
        }
        return problems
    }

    /// Everything that is wrong with a name and tags for an experiment.
    public static func problems(experimentName name: String, tags: [KeyedText]) -> [String] {
        var problems: [String] = []
        if name.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
            problems.append("Invalid experiment name: '\(cut(name, to: experimentNameLength))'")
        }
        checkLength(name, experimentNameLength, "name", &problems)
        for tag in tags { checkExperimentTag(tag, &problems) }
        return problems
    }

    /// Everything that is wrong with an experiment's tag.
    public static func problems(experimentTag tag: KeyedText) -> [String] {
        var problems: [String] = []
        checkExperimentTag(tag, &problems)
        return problems
    }

    /// Everything that is wrong with the datasets of a run.
    public static func problems(datasets: [DatasetInput]) -> [String] {
        var problems: [String] = []
        tooMany(datasets.count, datasetsPerRequest, "datasets", &problems)
        for dataset in datasets {
            checkLength(dataset.name, datasetNameLength, "name", &problems)
            checkLength(dataset.digest, datasetDigestLength, "digest", &problems)
            checkLength(dataset.source, datasetSourceLength, "source", &problems)
            checkLength(dataset.schema ?? "", datasetSchemaLength, "schema", &problems)
            checkLength(dataset.profile ?? "", datasetProfileLength, "profile", &problems)
            for tag in dataset.tags {
                checkLength(tag.key, inputTagKeyLength, "key", &problems)
                checkLength(tag.value, inputTagValueLength, "value", &problems)
            }
        }
        return problems
    }

    /// What is wrong with the tags of a new run. Their names may be any, as MLflow has it, and as many as one likes.
    public static func problems(newRunTags tags: [KeyedText]) -> [String] {
        var problems: [String] = []
        for (index, tag) in tags.enumerated() { checkLength(tag.key, keyLength, "tags[\(index)].key", &problems) }
        return problems
    }

    /// What is wrong with a run's id in requests that check it: letters, digits, `_` and `-`, the first none of the latter.
    public static func problems(runID id: String) -> [String] {
        func isWord(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar {
            case "_", "0"..."9", "a"..."z", "A"..."Z": true
            default: !scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            }
        }
        let first = id.unicodeScalars.first.map { $0.isASCII && $0 != "_" && isWord($0) } ?? false
        guard first, id.unicodeScalars.count <= 256, id.unicodeScalars.allSatisfy({ $0 == "-" || isWord($0) }) else {
            return ["Invalid value \"\(cut(id, to: 300))\" for parameter 'run_id' supplied."]
        }
        return []
    }

    /// Keys that stand in `texts` more than once.
    public static func repeatedKeys(in texts: [KeyedText]) -> [String] {
        var seen: Set<ExactText> = []
        return texts.map(\.key).filter { !seen.insert(ExactText($0)).inserted }
    }

    /// Whether a logged model may be called this.
    public static func problems(loggedModelName name: String) -> [String] {
        var problems: [String] = []
        checkLength(name, experimentNameLength, "name", &problems)
        let refused: Set<Unicode.Scalar> = ["/", ":", ".", "%", "\"", "'"]
        guard name.isEmpty || name.unicodeScalars.contains(where: refused.contains) else { return problems }
        return problems + [
            "Invalid model name ('\(name)') provided. Model name must be a non-empty string and cannot contain the "
                + "following characters: ('/', ':', '.', '%', '\"', \"'\")"
        ]
    }

    /// The first `length` scalars of `text`.
    public static func cut(_ text: String, to length: Int) -> String {
        isLonger(text, than: length) ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(length))) : text
    }

    private static func checkExperimentTag(_ tag: KeyedText, _ problems: inout [String]) {
        checkName(tag.key, at: "key", &problems)
        checkLength(tag.key, keyLength, "key", &problems)
        checkLength(tag.value, experimentTagValueLength, "value", &problems)
    }

    private static func tooMany(_ count: Int, _ limit: Int, _ what: String, _ problems: inout [String]) {
        guard count > limit else { return }
        problems.append(
            "A batch logging request can contain at most \(limit) \(what). Got \(count) \(what). "
                + "Please split up \(what) across multiple requests and try again.")
    }

    private static func isLonger(_ text: String, than limit: Int) -> Bool {
        text.utf8.count > limit && text.unicodeScalars.count > limit
    }

    private static func checkLength(_ text: String, _ limit: Int, _ what: String, _ problems: inout [String]) {
        guard isLonger(text, than: limit) else { return }
        problems.append("'\(what)' exceeds the maximum length of \(limit) characters")
    }

    private static func checkName(_ name: String, at path: String, _ problems: inout [String]) {
        func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar {
            case "/", "_", ".", "-", " ", ":", "0"..."9", "a"..."z", "A"..."Z": true
            default: !scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            }
        }
        func invalid(_ reason: String) {
            let shown = cut(name, to: 500).map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
            problems.append("Invalid value \"\(shown)\" for parameter '\(path)' supplied: \(reason)")
        }
        if !name.unicodeScalars.allSatisfy(isAllowed) {
            invalid(
                "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) "
                    + "and slashes (/).")
        } else if let other = resolved(name) {
            invalid(
                "Names may be treated as files in certain cases, and must not resolve to other names when treated as "
                    + "such. This name would resolve to '\(other)'")
        }
    }

    /// What `name` means as a POSIX path, when that is not the name itself or lies outside.
    private static func resolved(_ name: String) -> String? {
        let segments = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = segments.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        if isPlain && !name.hasPrefix("..") { return nil }
        var kept: [Substring] = []
        for segment in segments where !segment.isEmpty && segment != "." {
            if segment == "..", let last = kept.last, last != ".." { kept.removeLast() } else { kept.append(segment) }
        }
        let path = (name.hasPrefix("/") ? "/" : "") + kept.joined(separator: "/")
        return path.isEmpty ? "." : path
    }
}
