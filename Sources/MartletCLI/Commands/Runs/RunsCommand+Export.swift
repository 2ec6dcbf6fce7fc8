import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import TerminalText

extension RunsCommand {
    struct Export: AsyncParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable { case csv, jsonl }

        static let configuration = CommandConfiguration(
            abstract:
                "Write runs as CSV (RFC 4180) or JSON lines, in columns that are named as mlflow.search_runs names them.",
            discussion: """
                The columns: run_id, experiment_id, status, artifact_uri, start_time, end_time, then metrics.…, params.… and \
                tags.… by name. Times are ISO 8601 in UTC. However many runs there are, few are in memory at once.

                Example: martlet runs export --experiment flights --output runs.csv
                """)
        @OptionGroup var search: RunSearchOptions
        @Option(help: "csv or jsonl. Default: as the output's name ends, else csv.") var format: Format?
        @Option(help: "The file to write. Default: standard output.") var output: String?
        @Option(help: "How many at most. Default: all.") var limit: Int?
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            if let limit { try requireLimit(limit) }
        }

        func run() async throws {
            let chosen = connection.json ? .jsonl : format ?? (output?.hasSuffix(".jsonl") == true ? .jsonl : .csv)
            let lines = try output.map { try LineWriter(file: URL(fileURLWithPath: $0)) } ?? LineWriter()
            do {
                let count = try await connection.withClient { client in
                    let runs = try await search.runs(of: client)
                    return chosen == .csv ? try await csv(runs, lines) : try await jsonLines(runs, lines)
                }
                try lines.end()
                if let output { notice("Wrote \(count) run\(count == 1 ? "" : "s") to \(output)") }
            } catch {
                lines.discard()
                throw error
            }
        }

        private func jsonLines(_ runs: Paged<MLflowTracking.Run>, _ lines: LineWriter) async throws -> Int {
            var count = 0
            for try await run in runs {
                if count == limit { break }
                try lines.write(json(RunRow(run)) + "\n")
                count += 1
            }
            return count
        }

        /// The columns are known when all runs were seen, so the rows wait in a file meanwhile.
        private func csv(_ runs: Paged<MLflowTracking.Run>, _ lines: LineWriter) async throws -> Int {
            let waiting = try Spool()
            var (columns, count) = (Set<String>(), 0)
            for try await run in runs {
                if count == limit { break }
                let row = RunRow(run)
                columns.formUnion(row.values.keys)
                try waiting.append(row)
                count += 1
            }
            let names = RunRow.attributes + columns.subtracting(RunRow.attributes).sorted(by: RunRow.precedes)
            try lines.write(csvLine(names))
            try waiting.forEach { row in try lines.write(csvLine(names.map { row.values[$0]?.text })) }
            return count
        }
    }
}

/// A run as one row of a table with many columns.
struct RunRow: Codable {
    enum Value: Codable {
        case text(String)
        case number(Double)

        var text: String {
            switch self {
            case .text(let text): text
            case .number(let value): exactNumber(value)
            }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self = try (try? .number(container.decode(Double.self))) ?? .text(container.decode(String.self))
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let value): try container.encode(value)
            }
        }
    }

    static let attributes = ["run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time"]

    var values: [String: Value]

    init(_ run: MLflowTracking.Run) {
        let info = run.info
        values = [
            "run_id": .text(info.run_id), "experiment_id": .text(info.experiment_id), "status": .text(info.status),
            "artifact_uri": .text(info.artifact_uri), "start_time": .text(exact(milliseconds: info.start_time)),
        ]
        values["end_time"] = info.end_time.map { .text(exact(milliseconds: $0)) }
        for metric in run.data.metrics ?? [] {
            values["metrics.\(metric.key ?? "")"] = metric.value.map { .number($0.value) }
        }
        for param in run.data.params ?? [] { values["params.\(param.key ?? "")"] = .text(param.value ?? "") }
        for tag in run.data.tags ?? [] { values["tags.\(tag.key ?? "")"] = .text(tag.value ?? "") }
    }

    init(from decoder: any Decoder) throws { values = try [String: Value](from: decoder) }
    func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }

    /// Metrics before parameters before tags, which is how their names sort.
    static func precedes(_ one: String, _ other: String) -> Bool { one.utf8.lexicographicallyPrecedes(other.utf8) }
}

/// Rows that wait on the disk, in a file that goes away with the program.
private final class Spool {
    private let file: URL
    private let handle: FileHandle

    init() throws {
        file = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID()).rows")
        guard FileManager.default.createFile(atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: file.path]) }
        handle = try FileHandle(forUpdating: file)
    }

    deinit {
        try? handle.close()
        try? FileManager.default.removeItem(at: file)
    }

    func append(_ row: RunRow) throws { try handle.write(contentsOf: Data((json(row) + "\n").utf8)) }

    func forEach(_ body: (RunRow) throws -> Void) throws {
        try handle.seek(toOffset: 0)
        let decoder = JSONDecoder()
        var rest = Data()
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
            rest.append(piece)
            while let end = rest.firstIndex(of: 0x0A) {
                try body(try decoder.decode(RunRow.self, from: rest[rest.startIndex..<end]))
                rest = rest[rest.index(after: end)...]
            }
            rest = Data(rest)
        }
    }
}
