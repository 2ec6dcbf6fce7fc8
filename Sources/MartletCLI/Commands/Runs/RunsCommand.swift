import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Runs: find them, compare them, draw their metrics, take their data elsewhere.",
        discussion: """
            Example: martlet runs list --experiment flights --filter "metrics.auc > 0.8" --metrics auc
            """,
        subcommands: [
            List.self, Show.self, Compare.self, Plot.self, Metrics.self, Export.self, Artifacts.self, Tag.self,
            Delete.self, Restore.self, Purge.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List or search runs, the latest started first unless told otherwise.",
            discussion: """
                Filters know metrics.KEY, params.KEY, tags.KEY, datasets.name and attributes such as status, start_time and \
                run_name.

                Example: martlet runs search --experiment flights --filter "params.depth = '6'" --order "metrics.auc DESC" \
                --metrics auc,loss --params depth
                """,
            aliases: ["search"])
        @OptionGroup var search: RunSearchOptions
        @Option(help: "Metrics to show, with commas between them.") var metrics: String?
        @Option(help: "Parameters to show, with commas between them.") var params: String?
        @Option(help: "Tags to show, with commas between them.") var tags: String?
        @Option(help: "How many at most.") var limit = 50
        @OptionGroup var connection: ConnectionOptions

        func validate() throws { try requireLimit(limit) }

        func run() async throws {
            let (found, hasMore) = try await connection.withClient {
                try await search.runs(of: $0, pageSize: min(limit + 1, 1_000)).first(limit)
            }
            if connection.json { try printJSON(found) } else { printTable(table(found)) }
            if hasMore { notice("There are more: --limit \(min(limit * 2, longestList))") }
        }

        private func table(_ runs: [MLflowTracking.Run]) -> TextTable {
            let (metrics, params, tags) = (names(metrics), names(params), names(tags))
            let asked: [TextTable.Column] = metrics.map { .init($0, .number) } + (params + tags).map { .init($0) }
            return TextTable(
                [.init("RUN", .whole), .init("NAME")] + asked + [
                    .init("STATUS", .whole), .init("STARTED", .whole), .init("TOOK", .whole),
                    .init("EXPERIMENT", .number),
                ],
                runs.map { run in
                    let values = metrics.map { key in run.metric(key).map(shortNumber) ?? "" }
                    let words =
                        params.map { run.data.params.value($0) ?? "" } + tags.map { run.data.tags.value($0) ?? "" }
                    return [run.info.run_id, run.info.run_name] + values + words + [
                        run.state, formatted(milliseconds: run.info.start_time), run.duration, run.info.experiment_id,
                    ]
                })
        }
    }
}

/// Which runs are meant.
struct RunSearchOptions: ParsableArguments {
    @Option(
        name: .customLong("experiment"), parsing: .singleValue,
        help: "An experiment, by id or name. May be given again. Default: all that are not deleted.")
    var experiments: [String] = []
    @OptionGroup var search: SearchOptions
    @Option(help: "active, deleted or all.") var view = SearchOptions.View.active

    func runs(of client: Client, pageSize: Int = 1_000) async throws -> Paged<MLflowTracking.Run> {
        client.searchRuns(
            in: try await client.experimentIDs(experiments), matching: search.filter, orderBy: search.order,
            view: view.type, pageSize: pageSize)
    }
}

extension MLflowTracking.Run {
    func metric(_ key: String) -> Double? { data.metrics?.first { $0.key == key }?.value?.value }

    /// `FINISHED`, or `FINISHED, deleted`.
    var state: String {
        info.status + (info.lifecycle_stage == LifecycleStage.deleted.rawValue ? ", deleted" : "")
    }

    /// Empty while it runs.
    var duration: String {
        info.end_time.map { end in
            let (span, isTooLong) = end.subtractingReportingOverflow(info.start_time)
            return isTooLong ? "" : shortDuration(milliseconds: span)
        } ?? ""
    }

    var subject: Comparison.Subject {
        Comparison.Subject(
            info.run_name.isEmpty ? info.run_id : info.run_name, params: (data.params ?? []).dictionary,
            metrics: Dictionary(
                (data.metrics ?? []).compactMap { metric in metric.value.map { (metric.key ?? "", $0.value) } },
                uniquingKeysWith: { _, last in last }))
    }
}

extension [MLflowTracking.Tag] {
    var dictionary: [String: String] {
        Dictionary(map { ($0.key ?? "", $0.value ?? "") }, uniquingKeysWith: { _, last in last })
    }
}

extension [MLflowTracking.Tag]? {
    func value(_ key: String) -> String? { self?.first { $0.key == key }?.value }
}
