import ArgumentParser
import Martlet
import MartletAPI
import TerminalText

extension RunsCommand {
    struct Plot: AsyncParsableCommand {
        enum Axis: String, ExpressibleByArgument, CaseIterable { case step, time }

        static let configuration = CommandConfiguration(
            abstract: "Draw the history of a metric in the terminal, several runs over each other.",
            discussion: """
                On a terminal in braille and colours; elsewhere, or with --ascii, in plain characters. NO_COLOR is heeded.

                Example: martlet runs plot RUN RUN --metric loss --log
                """)
        @Argument(help: "Ids of runs.") var runs: [String]
        @Option(help: "The metric.") var metric: String
        @Option(name: .customLong("by"), help: "What is across: step, or time since a run's first value.")
        var axis = Axis.step
        @Flag(name: .customLong("log"), help: "A logarithmic scale; values that are not above zero are left out.")
        var isLogarithmic = false
        @Flag(help: "Plain characters.") var ascii = false
        @Option(help: "In characters. Default: the terminal's width, else 80.") var width: Int?
        @Option(help: "In characters, without axis and legend.") var height = 16
        @OptionGroup var connection: ConnectionOptions

        private struct Drawn: Encodable {
            struct Point: Encodable {
                var x: Double
                var y: Double
            }
            var run_id: String
            var name: String
            var points: [Point]
        }

        func validate() throws {
            guard (1...16).contains(runs.count) else { throw ValidationError("Name from 1 to 16 runs.") }
            guard (4...200).contains(height) else { throw ValidationError("--height takes a number from 4 to 200.") }
            guard (20...1_000).contains(width ?? 80) else {
                throw ValidationError("--width takes a number from 20 to 1,000.")
            }
        }

        func run() async throws {
            let series = try await connection.withClient { client in
                var series: [PlotSeries] = []
                for run in runs { series.append(try await history(of: run, client)) }
                return series
            }
            if connection.json {
                return try printJSON(
                    zip(runs, series).map { run, one in
                        Drawn(run_id: run, name: one.name, points: one.points.map { .init(x: $0.x, y: $0.y) })
                    })
            }
            let (inUnit, unit) = axis == .time ? Self.scaled(series) : (series, "step")
            let plot = MetricPlot(
                metric, inUnit, xTitle: unit, isLogarithmic: isLogarithmic,
                width: width ?? TerminalScreen.width ?? 80, height: height, style: style)
            for line in plot.lines { print(line) }
        }

        /// Without colours several runs could not be told apart in braille.
        private var style: PlotCanvas.Style {
            if ascii || !TerminalScreen.isTerminal { return .plain }
            if TerminalScreen.hasColour { return .braille(inColour: true) }
            return runs.count == 1 ? .braille(inColour: false) : .plain
        }

        private func history(of id: String, _ client: Client) async throws -> PlotSeries {
            let run = try await client.run(id)
            try run.require(metric)
            let isNamed = !run.info.run_name.isEmpty
            var series = PlotSeries(isNamed ? "\(run.info.run_name) (\(id.prefix(8)))" : id)
            var start: Int64?
            for try await value in client.metricHistory(metric, ofRun: id) {
                let at = value.timestamp?.value ?? 0
                let first = start ?? at
                start = first
                let x = axis == .step ? Double(value.step?.value ?? 0) : (Double(at) - Double(first)) / 1_000
                series.add(.init(x, value.value?.value ?? .nan))
            }
            return series
        }

        /// Times in the unit that their span asks for.
        private static func scaled(_ series: [PlotSeries]) -> ([PlotSeries], String) {
            let span = series.compactMap { $0.points.last?.x }.max() ?? 0
            let (unit, seconds): (String, Double) =
                switch span {
                case ..<120: ("seconds", 1)
                case ..<7_200: ("minutes", 60)
                case ..<172_800: ("hours", 3_600)
                default: ("days", 86_400)
                }
            return (series.map { $0.scaled(by: 1 / seconds) }, unit)
        }
    }
}
