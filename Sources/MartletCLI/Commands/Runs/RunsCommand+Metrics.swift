import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import TerminalText

extension RunsCommand {
    struct Metrics: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the history of a run's metric, by time; without a metric, the last value of each.",
            discussion: """
                CSV has the columns key, value, step and timestamp (milliseconds since 1970 UTC), and is written as it is read, \
                however long the history.

                Example: martlet runs metrics 5d1b2c3e4f5a6b7c8d9e0f1a2b3c4d5e loss --csv > loss.csv
                """)
        @Argument(help: "The run's id.") var run: String
        @Argument(help: "The metric.") var metric: String?
        @Flag(help: "Print CSV.") var csv = false
        @Option(help: "How many at most. Default: 1,000 in a table, all as CSV and JSON.") var limit: Int?
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            if let limit { try requireLimit(limit) }
            if csv && connection.json { throw ValidationError("Choose one of --csv and --json.") }
        }

        func run() async throws {
            try await connection.withClient { client in
                let found = try await client.run(run)
                guard let metric else {
                    let (latest, end) = AsyncStream.makeStream(of: MLflowTracking.Metric.self)
                    for metric in found.data.metrics ?? [] { end.yield(metric) }
                    end.finish()
                    return try await output(latest)
                }
                try found.require(metric)
                try await output(client.metricHistory(metric, ofRun: run))
            }
        }

        private func output<Metrics: AsyncSequence>(_ metrics: Metrics) async throws
        where Metrics.Element == MLflowTracking.Metric {
            let lines = LineWriter()
            if csv { try lines.write(csvLine(["key", "value", "step", "timestamp"])) }
            var rows: [[String]] = []
            var count = 0
            for try await metric in metrics {
                if count == limit ?? (csv || connection.json ? .max : 1_000) {
                    notice("There are more: --limit \(min(count * 10, longestList)), or --csv")
                    break
                }
                if csv {
                    try lines.write(csvLine(metric.fields))
                } else if connection.json {
                    try lines.write((count == 0 ? "[\n" : ",\n") + json(metric))
                } else {
                    rows.append(metric.cells)
                }
                count += 1
            }
            if connection.json { try lines.write(count == 0 ? "[]\n" : "\n]\n") }
            try lines.end()
            guard !csv, !connection.json else { return }
            printTable(
                TextTable(
                    [.init("METRIC"), .init("VALUE", .number), .init("STEP", .number), .init("AT", .whole)], rows))
        }
    }
}

extension MLflowTracking.Metric {
    fileprivate var fields: [String?] {
        [key, value.map { exactNumber($0.value) }, step.map { "\($0.value)" }, timestamp.map { "\($0.value)" }]
    }

    fileprivate var cells: [String] {
        [
            key ?? "", value.map { shortNumber($0.value) } ?? "", step.map { "\($0.value)" } ?? "",
            timestamp.map { exact(milliseconds: $0.value) } ?? "",
        ]
    }
}

extension MLflowTracking.Run {
    /// - Throws: ``CommandRefusal`` that names the metrics there are.
    func require(_ key: String) throws {
        guard metric(key) == nil else { return }
        let known = (data.metrics ?? []).compactMap(\.key).sorted().joined(separator: ", ")
        throw CommandRefusal.notFound(
            "\(info.run_id) has no metric '\(key)'. It has \(known.isEmpty ? "none" : known).")
    }
}
