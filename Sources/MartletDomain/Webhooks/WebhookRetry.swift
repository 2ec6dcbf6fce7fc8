/// When an event is told again. As MLflow does it: once and up to three times more, on no answer and on 429, 500, 502,
/// 503 and 504, at once first, then after 2 and 4 seconds, and up to one more at random; a receiver's `Retry-After`
/// counts.
///
/// Source: MLflow 3.18, `webhooks/delivery.py`, and urllib3's `Retry`, which it leaves this to.
public enum WebhookRetry {
    public static let mostAttempts = 4
    /// However long a receiver asks for.
    public static let longestWait: Duration = .seconds(600)

    private static let statuses: Set<Int> = [429, 500, 502, 503, 504]
    private static let politeStatuses: Set<Int> = [413, 429, 503]

    /// How long to wait before the next attempt; nil when there is none.
    /// - Parameters:
    ///   - attempts: How many were made, this one included.
    ///   - jitter: 0 to 1, seconds.
    public static func delay(after answer: WebhookAnswer, attempts: Int, jitter: Double) -> Duration? {
        guard attempts < mostAttempts, !answer.isFinal else { return nil }
        if let status = answer.status {
            let asked = politeStatuses.contains(status) ? answer.retryAfter : nil
            if let asked { return min(asked, longestWait) }
            guard statuses.contains(status) else { return nil }
        }
        return attempts < 2 ? .zero : .seconds(1 << (attempts - 1)) + .seconds(jitter)
    }
}

extension WebhookAnswer {
    public var isSuccess: Bool { status.map { (200..<300).contains($0) } ?? false }

    /// No answer, and none to be had: the address is refused.
    fileprivate var isFinal: Bool { status == nil && isRefusal }

    /// Whether the request was not made, because the address is none that may be asked.
    public var isRefusal: Bool { error?.hasPrefix(Self.refusal) ?? false }
    private static let refusal = "Refused: "

    public static func refused(_ reason: String) -> WebhookAnswer { WebhookAnswer(error: refusal + reason) }
}
