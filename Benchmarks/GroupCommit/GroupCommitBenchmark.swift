import Foundation

/// Durable writes of one metric a request, by 1 and by 64 clients at once: committed in groups, and beside it in the same
/// run by the same code with groups of one.
struct GroupCommitBenchmark {
    static let clients = [1, 64]
    static let rounds = 3
    static let secondsEach = 1.2

    let folder: URL

    func run() async throws {
        print("Group commit: writes of one metric, each durable and in the audit log before it is acknowledged")
        print("(median of \(Self.rounds) rounds of \(Self.secondsEach) s)\n")
        print("The disk alone: \(rounded(try syncsPerSecond())) writes of 4 KiB with fsync a second\n")
        print(row(["clients", "commits", "writes/s", "commits/s", "writes a commit", "ratio"]))
        for clients in Self.clients {
            // Alternating, so that a disk that changes its mind does so to both.
            var (single, grouped): ([MetricWrites], [MetricWrites]) = ([], [])
            for _ in 0..<Self.rounds {
                single.append(try await MetricWrites.measure(folder, clients: clients, largestGroup: 1))
                grouped.append(try await MetricWrites.measure(folder, clients: clients, largestGroup: 512))
            }
            let (one, group) = (median(single), median(grouped))
            print(row(cells(clients, "one each", one, ratio: 1)))
            print(row(cells(clients, "grouped", group, ratio: group.writesPerSecond / one.writesPerSecond)))
        }
    }

    private func cells(_ clients: Int, _ kind: String, _ measured: MetricWrites, ratio: Double) -> [String] {
        [
            "\(clients)", kind, rounded(measured.writesPerSecond), rounded(measured.commitsPerSecond),
            String(format: "%.1f", measured.writesPerSecond / measured.commitsPerSecond), String(format: "%.1f", ratio),
        ]
    }

    private func row(_ cells: [String]) -> String {
        zip(cells, [7, 9, 9, 10, 16, 7]).map { cell, width in
            String(repeating: " ", count: max(0, width - cell.count)) + cell
        }.joined(separator: "  ")
    }

    private func median(_ measured: [MetricWrites]) -> MetricWrites {
        measured.sorted { $0.writesPerSecond < $1.writesPerSecond }[measured.count / 2]
    }

    private func rounded(_ value: Double) -> String { String(format: "%.0f", value) }

    /// What no transaction can be faster than.
    private func syncsPerSecond() throws -> Double {
        let file = folder.appending(path: "syncs")
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        let (page, start) = (Data(repeating: 1, count: 4096), ContinuousClock.now)
        var count = 0
        while start.duration(to: .now) < .seconds(1) {
            try handle.write(contentsOf: page)
            try handle.synchronize()
            count += 1
        }
        return Double(count) / start.duration(to: .now).seconds
    }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}
