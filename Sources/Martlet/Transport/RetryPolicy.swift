/// How often a request is sent again when the server is busy or the connection breaks, and how long it waits between.
///
/// Sent again are: any request that never reached the server; any that it answered with 429 or 503, which both mean
/// that it did nothing; and, if asking twice does what asking once does, those with a lost answer and those answered
/// with 408, 425, 500, 502 or 504. The wait doubles each time, and a random part of it, up to half, is left out, so
/// that many clients do not come back in step. A `Retry-After` in seconds is kept to, as far as ``longestDelay``.
public struct RetryPolicy: Sendable, Hashable {
    /// How often a request is sent in all.
    public var attempts: Int
    /// How often a connection is tried that the server refuses: nobody waits long to hear that no server is there.
    public var connectionAttempts: Int
    public var firstDelay: Duration
    public var longestDelay: Duration

    public init(
        attempts: Int = 6, connectionAttempts: Int = 2, firstDelay: Duration = .milliseconds(250),
        longestDelay: Duration = .seconds(20)
    ) {
        (self.attempts, self.connectionAttempts) = (attempts, connectionAttempts)
        (self.firstDelay, self.longestDelay) = (firstDelay, longestDelay)
    }

    /// Six attempts within about eight seconds.
    public static let standard = RetryPolicy()
    /// Every request is sent once.
    public static let never = RetryPolicy(attempts: 1, connectionAttempts: 1)

    /// How long to wait after so many failures.
    ///
    /// - Parameters:
    ///   - failures: 1 after the first attempt.
    ///   - asked: What the server asked for; cut to ``longestDelay``.
    ///   - randomness: From 0 to 1.
    package func delay(after failures: Int, asked: Duration? = nil, randomness: Double) -> Duration {
        var delay = firstDelay
        for _ in 1..<max(1, min(failures, 40)) where delay < longestDelay { delay *= 2 }
        let jittered = min(delay, longestDelay) * (1 - randomness / 2)
        return min(longestDelay, max(jittered, asked ?? .zero))
    }

    /// Whether what the server answered means: ask again.
    static func invitesAnother(_ status: Int, _ request: WireRequest) -> Bool {
        switch status {
        case 429, 503: true
        case 408, 425, 500, 502, 504: request.isIdempotent
        default: false
        }
    }

    /// Sends until there is an answer worth having, or no attempt is left.
    func send(
        _ request: WireRequest, over transport: any Transport, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws -> WireResponse {
        var failures = 0
        while true {
            var asked: Duration?
            do {
                let response = try await transport.send(request, progress: progress)
                failures += 1
                guard failures < attempts, Self.invitesAnother(response.status, request) else { return response }
                asked = response.headers["retry-after"].flatMap(Int64.init).map { .seconds(max(0, min($0, 3_600))) }
            } catch let error as ClientError {
                failures += 1
                switch error {
                case .unreachable: guard failures < min(attempts, connectionAttempts) else { throw error }
                case .interrupted, .timedOut:
                    guard failures < attempts, request.isIdempotent else { throw error }
                default: throw error
                }
            }
            try await Task.sleep(for: delay(after: failures, asked: asked, randomness: .random(in: 0...1)))
        }
    }
}
