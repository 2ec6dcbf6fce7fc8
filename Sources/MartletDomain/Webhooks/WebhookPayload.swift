import Foundation

/// What a receiver is told of an event: a JSON object with the fields that MLflow sends, in its order.
///
/// Source: MLflow 3.18, `webhooks/types.py` and `webhooks/delivery.py`.
public struct WebhookPayload: Sendable, Hashable {
    public enum Value: Sendable, Hashable {
        case text(String?)
        case number(Double)
        case tags([KeyedText])
    }

    public var event: WebhookEvent
    public var fields: [(name: String, value: Value)] { names.indices.map { (names[$0], values[$0]) } }
    private var names: [String]
    private var values: [Value]

    public init(_ event: WebhookEvent, _ fields: KeyValuePairs<String, Value>) {
        self.event = event
        (names, values) = (fields.map(\.key), fields.map(\.value))
    }

    /// The whole body of a request.
    /// - Parameter time: Milliseconds since 1970 UTC.
    public func body(at time: Int64) -> String {
        let data = fields.map { "\(jsonText($0.name)): \($0.value.json)" }.joined(separator: ", ")
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

extension WebhookPayload {
    /// What is sent to try a webhook: the payload that MLflow documents for the event.
    public static func example(of event: WebhookEvent) -> WebhookPayload {
        let tags = Value.tags([KeyedText("example_key", "example_value")])
        let (key, value) = (Value.text("example_key"), Value.text("example_value"))
        let (model, prompt, version) = (Value.text("example_model"), Value.text("example_prompt"), Value.text("1"))
        let alias = Value.text("example_alias")
        return switch event {
        case .registeredModelCreated:
            .init(event, ["name": model, "tags": tags, "description": .text("An example registered model")])
        case .modelVersionCreated:
            .init(
                event,
                [
                    "name": model, "version": version, "source": .text("models:/123"),
                    "run_id": .text("abcd1234abcd5678"), "tags": tags,
                    "description": .text("An example model version"),
                ])
        case .modelVersionTagSet: .init(event, ["name": model, "version": version, "key": key, "value": value])
        case .modelVersionTagDeleted: .init(event, ["name": model, "version": version, "key": key])
        case .modelVersionAliasCreated: .init(event, ["name": model, "alias": alias, "version": version])
        case .modelVersionAliasDeleted: .init(event, ["name": model, "alias": alias])
        case .promptCreated:
            .init(event, ["name": prompt, "tags": tags, "description": .text("An example prompt")])
        case .promptVersionCreated:
            .init(
                event,
                [
                    "name": prompt, "version": version, "template": .text("Hello {{name}}!"), "tags": tags,
                    "description": .text("An example prompt version"),
                ])
        case .promptTagSet: .init(event, ["name": prompt, "key": key, "value": value])
        case .promptTagDeleted: .init(event, ["name": prompt, "key": key])
        case .promptVersionTagSet: .init(event, ["name": prompt, "version": version, "key": key, "value": value])
        case .promptVersionTagDeleted: .init(event, ["name": prompt, "version": version, "key": key])
        case .promptAliasCreated: .init(event, ["name": prompt, "alias": alias, "version": version])
        case .promptAliasDeleted: .init(event, ["name": prompt, "alias": alias])
        case .modelHealthEscalated:
            .init(
                event,
                [
                    "name": model, "version": version, "finding": .text("overdue"),
                    "text": .text("a look was due and has not been made"), "contacts": .text("operations"),
                ])
        case .budgetPolicyExceeded:
            .init(
                event,
                [
                    "budget_policy_id": .text("bp-abc123"), "budget_unit": .text("USD"), "budget_amount": .number(100),
                    "current_spend": .number(105.5), "duration_unit": .text("MONTHS"), "duration_value": .number(1),
                    "target_scope": .text("ENDPOINT"), "workspace": .text("default"),
                    "target_value": .text("ep-abc123"), "window_start": .number(1_704_067_200_000),
                ])
        }
    }
}
