import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One client's part of a load. It belongs to one thread.
protocol LoadClient: SendableMetatype {
    /// Does the next request and tells how it went; the time is taken around this call.
    mutating func request(_ connection: BlockingConnection) throws -> Answer
    /// Compares a successful answer with what it must be. Not timed.
    /// - Returns: Whether it was looked into.
    mutating func check(_ answer: Answer) throws -> Bool
    /// Looks after the load whether all that was acknowledged is there.
    mutating func finish(_ connection: BlockingConnection) throws
}

/// Thrown by a client that has nothing more to ask.
struct LoadEnded: Error {}

extension LoadClient {
    mutating func check(_ answer: Answer) throws -> Bool { false }
    mutating func finish(_ connection: BlockingConnection) throws {}
}

/// So many clients at once, each a thread with a connection of its own that waits for each answer before its next request.
struct Clients {
    var server: ServerAddress
    var count: Int
    var seconds: Double
    /// What is done before the clock starts.
    var warmUp: Double
    /// Each client stops after so many requests, at the latest.
    var most = Int.max

    /// - Parameter make: Called on each client's thread, before the load begins; prepares what the client needs.
    func run<Client: LoadClient>(
        unitsPerRequest: Double = 1, _ make: @escaping @Sendable (Int, BlockingConnection) throws -> Client
    ) throws -> LoadResult {
        let (ready, go, turn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), NSLock())
        let span = Shared(Mutex((start: ContinuousClock.now, end: ContinuousClock.now)))
        let threads = Threads(count) { number in
            let connection = BlockingConnection(server)
            // One after the other: a server that cannot take all at once fails what is measured, not the preparation.
            let client = turn.withLock { Result { try make(number, connection) } }
            ready.signal()
            go.wait()
            var made = try client.get()
            let (start, end) = span.value.withLock { $0 }
            let tally = try loop(&made, connection, start: start, end: end)
            try turn.withLock { try made.finish(connection) }
            return tally
        }
        for _ in 0..<count { ready.wait() }
        let start = ContinuousClock.now.advanced(by: .seconds(warmUp))
        let end = start.advanced(by: .seconds(seconds))
        span.value.withLock { $0 = (start, end) }
        let processor = Self.processorSeconds()
        for _ in 0..<count { go.signal() }
        let tallies = try threads.join()
        // A load that ended by its number of requests took what the requests took, one after the other.
        let spent = tallies.map { tally in
            tally.latencies.microseconds.reduce(0.0) { $0 + Double($1) } / 1e6
        }
        let taken = most == .max ? seconds : (spent.max() ?? 0)
        return LoadResult(
            tallies, seconds: taken, unitsPerRequest: unitsPerRequest,
            clientCPU: (tallies.map(\.processor).max() ?? processor) - processor)
    }

    private func loop(
        _ client: inout some LoadClient, _ connection: BlockingConnection, start: ContinuousClock.Instant,
        end: ContinuousClock.Instant
    ) throws -> Tally {
        var tally = Tally()
        var done = 0
        while done < most {
            let before = ContinuousClock.now
            if before >= end { break }
            do {
                let answer = try client.request(connection)
                let after = ContinuousClock.now
                let counts = before >= start
                if answer.status == 200 {
                    if counts { tally.latencies.append(after - before) }
                    if counts, after <= end || most != .max { tally.inTime += 1 }
                    if try client.check(answer) { tally.checked += 1 }
                } else {
                    tally.failed += 1
                    tally.firstFailure = tally.firstFailure ?? "status \(answer.status): \(answer.text.prefix(200))"
                }
                if counts { done += 1 }
            } catch is LoadEnded {
                break
            } catch let error as ConnectionError {
                tally.failed += 1
                tally.firstFailure = tally.firstFailure ?? error.description
                // A server that accepts nobody would be asked in a hurry.
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
        tally.processor = Self.processorSeconds()
        return tally
    }

    private static func processorSeconds() -> Double {
        Double(clock()) / Double(CLOCKS_PER_SEC)
    }
}
