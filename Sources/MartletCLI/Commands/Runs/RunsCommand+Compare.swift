import ArgumentParser
import Martlet
import MartletAPI
import TerminalText

extension RunsCommand {
    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare runs: the parameters that differ, and all metrics with the best value marked.",
            discussion: """
                More is better, but of losses, errors and times less, going by a metric's name; --lower and --higher say \
                otherwise.

                Example: martlet runs compare RUN RUN --lower wait
                """)
        @Argument(help: "Ids of two or more runs.") var runs: [String]
        @OptionGroup var options: ComparisonOptions
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            guard (2...100).contains(runs.count) else { throw ValidationError("Name from 2 to 100 runs.") }
        }

        func run() async throws {
            let found = try await connection.withClient { client in
                var found: [MLflowTracking.Run] = []
                for run in runs { found.append(try await client.run(run)) }
                return found
            }
            try options.show(found, named: found.map(\.subject.name), connection)
        }
    }
}

/// How runs, or versions of a model, are compared.
struct ComparisonOptions: ParsableArguments {
    @Flag(help: "Show parameters that are the same everywhere, too.") var all = false
    @Option(help: "Metrics of which less is better, with commas between them.") var lower: String?
    @Option(help: "Metrics of which more is better, with commas between them.") var higher: String?

    private struct Compared: Encodable {
        struct Param: Encodable {
            var key: String
            var values: [String?]
            var differs: Bool
        }
        struct Metric: Encodable {
            var key: String
            var values: [Double?]
            var better: Comparison.Direction
            /// Places in `runs`, from 0.
            var best: [Int]
        }
        var names: [String]
        var runs: [String]
        var params: [Param]
        var metrics: [Metric]
    }

    func show(_ runs: [MLflowTracking.Run], named names: [String], _ connection: ConnectionOptions) throws {
        let subjects = zip(runs, names).map { run, name in
            var subject = run.subject
            subject.name = name
            return subject
        }
        let comparison = Comparison(
            subjects, lower: Set(MartletCLI.names(lower)), higher: Set(MartletCLI.names(higher)))
        let params = comparison.params.filter { all || $0.differs }
        if connection.json {
            return try printJSON(
                Compared(
                    names: names, runs: runs.map(\.info.run_id),
                    params: params.map { .init(key: $0.key, values: $0.values, differs: $0.differs) },
                    metrics: comparison.metrics.map {
                        .init(key: $0.key, values: $0.values, better: $0.direction, best: $0.best)
                    }))
        }
        printTable(
            TextTable(
                [
                    .init("NAME"), .init("RUN", .whole), .init("STATUS", .whole), .init("STARTED", .whole),
                    .init("TOOK"),
                ],
                zip(runs, names).map { run, name in
                    [
                        name, run.info.run_id, run.state, formatted(milliseconds: run.info.start_time), run.duration,
                    ]
                }))
        printParams(params, comparison, names)
        printMetrics(comparison.metrics, names)
    }

    private func printParams(_ rows: [Comparison.ParamRow], _ comparison: Comparison, _ names: [String]) {
        let same = comparison.params.count - rows.count
        let remark = same > 0 ? "\(same) the same everywhere: --all shows them, too" : ""
        if rows.isEmpty {
            if !remark.isEmpty { print("\nNo parameter differs (\(remark))") }
            return
        }
        print("")
        printTable(
            TextTable(
                [.init("PARAMETER")] + names.map { .init($0) }, rows.map { [$0.key] + $0.values.map { $0 ?? "" } }))
        if !remark.isEmpty { print(remark) }
    }

    private func printMetrics(_ rows: [Comparison.MetricRow], _ names: [String]) {
        guard !rows.isEmpty else { return }
        print("")
        printTable(
            TextTable(
                [.init("METRIC")] + names.map { .init($0, .number) } + [.init("BETTER")],
                rows.map { row in
                    let values = row.values.enumerated().map { place, value in
                        (row.best.contains(place) ? "*" : "") + (value.map(shortNumber) ?? "")
                    }
                    return [row.key] + values + [row.direction.rawValue]
                }))
        if rows.contains(where: { !$0.best.isEmpty }) { print("* the best") }
    }
}
