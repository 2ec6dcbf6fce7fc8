import ArgumentParser
import Foundation

/// What the audit log costs those who log metrics.
struct AuditCostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-cost",
        abstract: "What clients log with and without an audit entry each, in turns: served, and in the store alone.")

    @Argument(help: "A folder on the disk to measure; what is written there is removed at the end.")
    var folder = "."
    @Option(help: "Rounds of each.") var rounds = 5

    func run() async throws {
        try measureServer()
        try await measureStore()
    }

    /// By a real server, as clients see it.
    private func measureServer() throws {
        print("requests/s by HTTP\nclients  metrics a request  with entries    without   cost")
        for (clients, metrics) in [(1, 1), (16, 1), (64, 1), (1, 10), (16, 10), (1, 100), (16, 100), (16, 1_000)] {
            let served = ServedLogging(metrics: metrics, clients: clients, seconds: 2)
            var (with, without): ([Double], [Double]) = ([], [])
            for _ in 0..<rounds {
                with.append(try served.measure(isLogged: true))
                without.append(try served.measure(isLogged: false))
            }
            show(clients, metrics, with, without)
        }
    }

    private func show(_ clients: Int, _ metrics: Int, _ with: [Double], _ without: [Double]) {
        let (logged, bare) = (with.sorted()[rounds / 2], without.sorted()[rounds / 2])
        print(
            String(
                format: "%7d  %17d  %12.0f  %9.0f  %4.1f %%", clients, metrics, logged, bare, 100 * (1 - logged / bare))
        )
    }

    /// Durable writes alone, without what it takes to hear of them.
    private func measureStore() async throws {
        let parent = URL(fileURLWithPath: folder, isDirectory: true)
        let folder = parent.appending(path: ".martlet-benchmarks-\(UUID().uuidString.lowercased())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        print("writes/s of the store\nclients  metrics a request  with entries    without   cost")
        for (clients, metrics) in [(1, 1), (64, 1), (1, 50), (64, 50)] {
            var (with, without): ([Double], [Double]) = ([], [])
            for _ in 0..<rounds {
                for isLogged in [true, false] {
                    let measured = try await MetricWrites.measure(
                        folder, clients: clients, largestGroup: 512, metrics: metrics, isLogged: isLogged)
                    if isLogged {
                        with.append(measured.writesPerSecond)
                    } else {
                        without.append(measured.writesPerSecond)
                    }
                }
            }
            show(clients, metrics, with, without)
        }
    }
}
