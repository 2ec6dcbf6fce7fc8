import AuditLog
import MartletDomain

/// What a batch logs, as its audit entry keeps it: canonical JSON (RFC 8785), or that text's digest where it is long.
///
/// `{"metrics":[{"key":…,"step":…,"timestamp":…,"value":…}],"params":[{"key":…,"value":…}],"tags":[…]}`, in the order in
/// which they came. A value that is no number JSON can hold is the text `NaN`, `Infinity` or `-Infinity`; whole numbers
/// are texts beyond 2^53 − 1. A metric of a logged model has `model_id`, and `dataset_digest` and `dataset_name` if they
/// were given.
struct BatchRecord {
    var metrics: [Metric]
    var params: [KeyedText]
    var tags: [KeyedText]

    /// It is written straight into bytes: as values of ``CanonicalJSON`` a thousand metrics took as long as storing them.
    var canonicalJSON: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + 80 * metrics.count + 48 * (params.count + tags.count))
        bytes.append(contentsOf: #"{"metrics":"#.utf8)
        Self.write(metrics, to: &bytes, Self.write)
        bytes.append(contentsOf: #","params":"#.utf8)
        Self.write(params, to: &bytes, Self.write)
        bytes.append(contentsOf: #","tags":"#.utf8)
        Self.write(tags, to: &bytes, Self.write)
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write<Element>(
        _ elements: [Element], to bytes: inout [UInt8], _ write: (Element, inout [UInt8]) -> Void
    ) {
        for (index, element) in elements.enumerated() {
            bytes.append(index == 0 ? UInt8(ascii: "[") : UInt8(ascii: ","))
            write(element, &bytes)
        }
        bytes.append(contentsOf: (elements.isEmpty ? "[]" : "]").utf8)
    }

    private static func write(_ metric: Metric, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        if let digest = metric.datasetDigest { write(#""dataset_digest":"#, digest, to: &bytes) }
        if let name = metric.datasetName { write(#""dataset_name":"#, name, to: &bytes) }
        write(#""key":"#, metric.key, to: &bytes)
        if let model = metric.modelID { write(#""model_id":"#, model, to: &bytes) }
        write(#""step":"#, metric.step, to: &bytes)
        write(#""timestamp":"#, metric.timestamp, to: &bytes)
        bytes.append(contentsOf: #""value":"#.utf8)
        do {
            try CanonicalJSON.write(metric.value, to: &bytes)
        } catch {
            let word = metric.isNaN ? "NaN" : metric.value < 0 ? "-Infinity" : "Infinity"
            CanonicalJSON.write(word, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func write(_ text: KeyedText, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        write(#""key":"#, text.key, to: &bytes)
        bytes.append(contentsOf: #""value":"#.utf8)
        CanonicalJSON.write(text.value, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    /// A member and the comma behind it.
    private static func write(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name.utf8)
        CanonicalJSON.write(value, to: &bytes)
        bytes.append(UInt8(ascii: ","))
    }

    private static func write(_ name: String, _ value: Int64, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name.utf8)
        if value.magnitude <= UInt64(CanonicalJSON.largestInteger) {
            bytes.append(contentsOf: String(value).utf8)
        } else {
            CanonicalJSON.write(String(value), to: &bytes)
        }
        bytes.append(UInt8(ascii: ","))
    }
}
