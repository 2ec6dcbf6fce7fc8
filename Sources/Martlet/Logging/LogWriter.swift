import MartletDomain

/// Takes one run's entries out of its queue and writes them, one request at a time, so that their order is kept.
///
/// A request whose answer is lost is sent again: see ``Client/write(_:run:)-(LogBatch,_)`` for why that changes
/// nothing.
struct LogWriter: Sendable {
    let client: Client
    let queue: LogQueue
    let options: LoggingOptions

    /// Waits between requests while the server is away.
    private static let pace = RetryPolicy(firstDelay: .milliseconds(500), longestDelay: .seconds(30))

    /// Writes until the queue is closed and empty, or nothing more can be written.
    func run() async {
        while let entries = await queue.next(after: options.interval) {
            do {
                var refusals = Refusals(limit: options.capacity)
                try await write(entries[...], &refusals)
            } catch {
                return queue.giveUp(error)
            }
        }
    }

    /// Writes a batch. A refused one is halved until only what is wrong in itself is left out.
    /// - Throws: What stands in the way of everything that is still to come.
    private func write(_ entries: ArraySlice<LogEntry>, _ refusals: inout Refusals) async throws {
        do {
            try await send(LogBatch(beginningOf: entries))
            queue.settle(entries.count)
        } catch let refusal as ClientError where !refusal.isTransient && !Self.concernsAll(refusal) {
            guard entries.count == 1 else {
                let middle = entries.startIndex + entries.count / 2
                try await write(entries[..<middle], &refusals)
                return try await write(entries[middle...], &refusals)
            }
            try refusals.add(refusal)
            queue.settle(1, refused: refusal)
        }
    }

    private func send(_ batch: LogBatch) async throws {
        let start = ContinuousClock.now
        var failures = 0
        while true {
            do {
                return try await client.write(batch, run: queue.runID)
            } catch let error as ClientError where error.isTransient {
                failures += 1
                guard ContinuousClock.now - start < options.patience else { throw error }
                try await Task.sleep(for: Self.pace.delay(after: failures, randomness: .random(in: 0...1)))
            }
        }
    }

    /// Whether the server refuses whoever asks rather than what is asked.
    private static func concernsAll(_ refusal: ClientError) -> Bool {
        [.permissionDenied, .unauthenticated, .endpointNotFound, .featureDisabled, .notImplemented, .invalidState]
            .contains(refusal.code)
    }
}

/// Counts what the server refuses, to see when there is no point in going on.
private struct Refusals {
    let limit: Int
    private var count = 0
    private var last: ClientError?
    private var repetitions = 0

    init(limit: Int) { self.limit = limit }

    /// - Throws: The refusal, when entry after entry is refused in the very same words: the run is gone, say.
    mutating func add(_ refusal: ClientError) throws {
        repetitions = refusal == last ? repetitions + 1 : 1
        (last, count) = (refusal, count + 1)
        if repetitions > 20 || count > limit { throw refusal }
    }
}
