/// How a run's ``RunLogger`` queues, sends and gives up.
public struct LoggingOptions: Sendable, Hashable {
    /// How many entries may wait to be written, those on their way included. Whoever logs more waits.
    public var capacity: Int
    /// How long an entry waits for others to share a request with. A full request goes at once.
    public var interval: Duration
    /// How long one request is tried while the server is away or busy, before everything that waits is given up.
    public var patience: Duration
    /// How long a cancelled run goes on writing what waits.
    public var cancellationGrace: Duration

    public init(
        capacity: Int = 10_000, interval: Duration = .milliseconds(500), patience: Duration = .seconds(600),
        cancellationGrace: Duration = .seconds(10)
    ) {
        (self.capacity, self.interval) = (max(1, capacity), interval)
        (self.patience, self.cancellationGrace) = (patience, cancellationGrace)
    }
}
