import Foundation

/// What a receiver is told of an event: a JSON object with the fields that MLflow or Databricks sends, in its order.
///
/// Source: MLflow 3.18, `webhooks/types.py` and `webhooks/delivery.py`; Databricks' documentation of registry webhooks.
public struct WebhookPayload: Sendable, Hashable {
    public enum Value: Sendable, Hashable {
        case text(String?)
        case number(Double)
        case tags([KeyedText])
        case texts([String])
        /// Keys and values as objects of their own, as Databricks has tags.
        case pairs([KeyedText])
    }

    public var event: WebhookEvent
    public var fields: [(name: String, value: Value)] { names.indices.map { (names[$0], values[$0]) } }
    private var names: [String]
    private var values: [Value]

    public init(_ event: WebhookEvent, _ fields: KeyValuePairs<String, Value>) {
        self.event = event
        (names, values) = (fields.map(\.key), fields.map(\.value))
    }

    /// A field that is a text; nil when there is none of that name.
    public subscript(name: String) -> String? {
        guard let place = names.firstIndex(of: name), case .text(let text) = values[place] else { return nil }
        return text
    }

    /// The whole body of a request.
    /// - Parameters:
    ///   - time: Milliseconds since 1970 UTC.
    ///   - webhook: The id of the webhook that is told, which Databricks' bodies hold.
    public func body(at time: Int64, to webhook: String = "") -> String {
        let data = fields.map { "\(jsonText($0.name)): \($0.value.json)" }.joined(separator: ", ")
        if event.dialect == .databricks {
            return "{\"event\": \(jsonText(event.rawValue)), \"webhook_id\": \(jsonText(webhook)), "
                + "\"event_timestamp\": \(time), \(data)}"
        }
        return "{\"entity\": \(jsonText(event.entity)), \"action\": \(jsonText(event.action)), "
            + "\"timestamp\": \(jsonText(Self.timestamp(time))), \"data\": {\(data)}}"
    }

    /// `2026-01-31T09:30:00.123000+00:00`, as Python writes it.
    private static func timestamp(_ time: Int64) -> String {
        let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000)
        let text = Date(timeIntervalSince1970: Double(seconds)).formatted(Date.ISO8601FormatStyle())
        let digits = String(1_000 + max(0, rest)).dropFirst()
        return text.replacing("Z", with: ".\(digits)000+00:00")
    }
}

extension WebhookPayload.Value {
    fileprivate var json: String {
        switch self {
        case .text(let text): text.map(jsonText) ?? "null"
        case .number(let number): number == number.rounded() ? "\(Int64(number))" : "\(number)"
        case .texts(let texts): "[" + texts.map { jsonText($0) }.joined(separator: ", ") + "]"
        case .pairs(let pairs):
            "["
                + pairs.map { "{\"key\": \(jsonText($0.key)), \"value\": \(jsonText($0.value))}" }
                .joined(separator: ", ") + "]"
        case .tags(let tags):
            // Of equal keys the last counts, where the first stood.
            "{"
                + Dictionary(grouping: tags.enumerated(), by: \.element.key).values
                .sorted { ($0.first?.offset ?? 0) < ($1.first?.offset ?? 0) }
                .compactMap(\.last?.element).map { "\(jsonText($0.key)): \(jsonText($0.value))" }
                .joined(separator: ", ") + "}"
        }
    }
}

private func jsonText(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
}
