public import MartletDomain

/// One thing to be written to a run.
public enum LogEntry: Sendable, Hashable {
    case metric(Metric)
    case param(KeyedText)
    case tag(KeyedText)

    /// What it is, in a few words for a person: `metric loss at step 3`.
    var summary: String {
        switch self {
        case .metric(let metric): "metric \(metric.key) at step \(metric.step)"
        case .param(let param): "param \(param.key)"
        case .tag(let tag): "tag \(tag.key)"
        }
    }

    /// Everything that the protocol says is wrong with it, each in a sentence.
    private var problems: [String] {
        switch self {
        case .metric(let metric): TrackingLimits.problems(metrics: [metric], isBatch: false)
        case .param(let param): TrackingLimits.problems(params: [param], isBatch: false)
        case .tag(let tag): TrackingLimits.problems(tags: [tag], isBatch: false)
        }
    }

    /// - Throws: `InvalidRequest` with everything that is wrong with any of them.
    static func check(_ entries: some Sequence<LogEntry>) throws {
        let problems = entries.flatMap(\.problems)
        guard problems.isEmpty else { throw InvalidRequest(problems) }
    }

    /// At least as many bytes as it takes in the JSON of a batch.
    var sizeBound: Int {
        switch self {
        case .metric(let metric):
            200 + Self.escapedSize(metric.key) + Self.escapedSize(metric.datasetName ?? "")
                + Self.escapedSize(metric.datasetDigest ?? "") + Self.escapedSize(metric.modelID ?? "")
        case .param(let text), .tag(let text): 30 + Self.escapedSize(text.key) + Self.escapedSize(text.value)
        }
    }

    private static func escapedSize(_ text: String) -> Int {
        text.utf8.reduce(0) { size, byte in
            switch byte {
            case 0..<0x20, 0x7F: size + 6
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): size + 2
            default: size + 1
            }
        }
    }
}

extension LogEntry {
    /// - Parameter milliseconds: When it was measured, since 1970 UTC.
    static func metrics(
        _ values: [String: Double], step: Int, at milliseconds: Int64, dataset: DatasetInput?, modelID: String?
    ) -> [LogEntry] {
        values.sorted { $0.key < $1.key }.map {
            .metric(
                Metric(
                    $0.key, $0.value, timestamp: milliseconds, step: Int64(step), modelID: modelID,
                    datasetName: dataset?.name, datasetDigest: dataset?.digest))
        }
    }

    static func params(_ values: [String: any CustomStringConvertible]) -> [LogEntry] {
        values.sorted { $0.key < $1.key }.map { .param(KeyedText($0.key, $0.value.description)) }
    }

    static func tags(_ values: [String: String]) -> [LogEntry] {
        values.sorted { $0.key < $1.key }.map { .tag(KeyedText($0.key, $0.value)) }
    }
}
