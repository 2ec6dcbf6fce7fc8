import Foundation
import Synchronization

/// One connection's part of a load by the clock.
protocol FixedRateClient: SendableMetatype {
    /// Asks, waits for the answer, and throws if it is not what it must be.
    mutating func ask() throws
}

/// Requests at fixed moments, spread over connections; each time is taken from when its request was due.
struct FixedRate: Sendable {
    var rate: Double
    var clients: Int
    var seconds: Double

    struct Result: Sendable {
        var latencies: Latencies
        var seconds: Double

        var words: String {
            let parts = [0.5, 0.99, 0.999].map { share in
                "p\(share == 0.5 ? "50" : share == 0.99 ? "99" : "99.9") "
                    + String(format: "%.3f ms", latencies.quantile(share))
            }
            return parts.joined(separator: "  ") + "  (\(Int(Double(latencies.count) / seconds)) requests/s)"
        }
    }

    func run<Client: FixedRateClient>(_ make: @escaping @Sendable (Int) -> Client) throws -> Result {
        let warmUp = 1.0
        let (rate, clients, seconds) = (rate, clients, seconds)
        let start = ContinuousClock.now.advanced(by: .milliseconds(200))
        let threads = Threads(clients) { number in
            var client = make(number)
            var latencies = Latencies()
            let interval = Duration.seconds(Double(clients) / rate)
            var due = start.advanced(by: .seconds(Double(number) / rate))
            let (counted, end) = (
                start.advanced(by: .seconds(warmUp)), start.advanced(by: .seconds(warmUp + seconds))
            )
            while due < end {
                let wait = ContinuousClock.now.duration(to: due)
                if wait > .zero { Thread.sleep(forTimeInterval: wait / .seconds(1)) }
                try client.ask()
                if due >= counted { latencies.append(due.duration(to: .now)) }
                due = due.advanced(by: interval)
            }
            return latencies
        }
        var all = Latencies()
        for one in try threads.join() { all.append(one) }
        all.sort()
        return Result(latencies: all, seconds: seconds)
    }
}

/// Requests to served features over HTTP, rendered beforehand.
struct OnlineRequests: Sendable {
    private let requests: [[UInt8]]
    private let address: ServerAddress

    init(view: String, keys: Int, batch: Int, address: ServerAddress) {
        self.address = address
        var random = SplitMix(seed: 7)
        requests = (0..<2_000).map { _ in
            let names = (0..<batch).map { _ in "\"\(OnlineWorld.name(Int(random.next() % UInt64(keys))))\"" }
            let body = "{\"features\": [\"\(view)\"], \"entities\": {\"key\": [\(names.joined(separator: ", "))]}}"
            return Request("POST", "/get-online-features", json: body, at: address).bytes
        }
    }

    func client(_ number: Int) -> Client {
        Client(requests: requests, place: number * 131, connection: BlockingConnection(address))
    }

    struct Client: FixedRateClient {
        let requests: [[UInt8]]
        var place: Int
        let connection: BlockingConnection

        mutating func ask() throws {
            place = (place + 1) % requests.count
            let answer = try connection.ask(requests[place])
            guard answer.status == 200, answer.body.count > 200 else {
                throw WrongAnswer("status \(answer.status): \(answer.text.prefix(200))")
            }
        }
    }
}
