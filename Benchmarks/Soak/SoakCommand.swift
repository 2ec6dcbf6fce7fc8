import ArgumentParser
import Foundation
import FuzzInputs

/// Reads and writes of all kinds at once, for a long time.
struct SoakCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Read and write for minutes; fail if a request fails, or if the server's memory grows.")

    @Option(help: "Where the server listens: http://127.0.0.1:PORT.") var server: ServerAddress
    @Option(help: "How many clients ask at once.") var clients = 64
    @Option(help: "How long.") var minutes = 10.0
    @Option(help: "The server's process, to watch its memory.") var pid: Int32?
    @Option(help: "What the requests follow from. Default: chance.") var seed: UInt64?

    func run() throws {
        let seed = seed ?? .random(in: 0...UInt64(UInt32.max))
        print("seed \(seed), \(clients) clients, \(minutes) minutes")
        let (server, end) = (server, ContinuousClock.now.advanced(by: .seconds(minutes * 60)))
        let preparing = NSLock()
        let memory = pid.map { process in Threads(1) { _ in MemoryWatch.samples(of: process, until: end) } }
        let threads = Threads(clients) { number in
            var client = try preparing.withLock {
                try SoakClient(server: server, dice: Dice(seed: seed, index: number), number: number)
            }
            while ContinuousClock.now < end { client.ask() }
            return client.tallies
        }
        var tallies: [SoakKind: Tally] = [:]
        for part in try threads.join() {
            for (kind, tally) in part { tallies[kind, default: Tally()].add(tally) }
        }
        print(Self.table(tallies, seconds: minutes * 60))
        var isGood = tallies.values.allSatisfy { $0.failed == 0 }
        for (kind, tally) in tallies { if let first = tally.firstFailure { print("\(kind.rawValue): \(first)") } }
        if let samples = try memory?.join().first {
            let watch = MemoryWatch(samples: samples)
            print(watch.described)
            isGood = isGood && watch.isFlat
        }
        print(isGood ? "Good: no request failed." + (pid == nil ? "" : " Memory is flat.") : "Not good.")
        if !isGood { throw ExitCode.failure }
    }

    private static func table(_ tallies: [SoakKind: Tally], seconds: Double) -> String {
        let rows = SoakKind.allCases.compactMap { kind in
            tallies[kind].map { tally in
                var latencies = tally.latencies
                latencies.sort()
                let times = [0.5, 0.99, 1].map { String(format: "%.1f", latencies.quantile($0)) }
                return "| \(kind.rawValue) | \(latencies.count) | \(tally.failed) | \(times.joined(separator: " | ")) |"
            }
        }
        let total = tallies.values.reduce(0) { $0 + $1.latencies.count }
        return
            ([
                "| request | answered | failed | median ms | 99th percentile ms | longest ms |",
                "|:--|--:|--:|--:|--:|--:|",
            ]
            + rows + ["", "\(total) requests, \(Int(Double(total) / seconds)) a second"]).joined(separator: "\n")
    }
}

extension Tally {
    fileprivate mutating func add(_ other: Tally) {
        latencies.append(other.latencies)
        failed += other.failed
        firstFailure = firstFailure ?? other.firstFailure
    }
}
