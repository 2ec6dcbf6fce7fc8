import ArgumentParser
import Foundation

/// What the audit log costs those who log metrics.
struct AuditCostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-cost",
        abstract: "Durable writes of metrics with and without an audit entry each, in turns.")

    @Argument(help: "A folder on the disk to measure; what is written there is removed at the end.")
    var folder = "."
    @Option(help: "Rounds of each.") var rounds = 5

    func run() async throws {
        let parent = URL(fileURLWithPath: folder, isDirectory: true)
        let folder = parent.appending(path: ".martlet-benchmarks-\(UUID().uuidString.lowercased())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        print("clients  metrics a write   with entries/s  without/s   cost")
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
            let (logged, bare) = (with.sorted()[rounds / 2], without.sorted()[rounds / 2])
            print(
                String(
                    format: "%7d  %15d  %15.0f  %9.0f  %4.1f %%", clients, metrics, logged, bare,
                    100 * (1 - logged / bare)))
        }
    }
}
