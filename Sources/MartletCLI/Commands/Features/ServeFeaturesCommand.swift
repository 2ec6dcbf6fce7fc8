import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct ServeFeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answer for a feature view or a feature table by key, from memory.",
        discussion: """
            Without a name it lists what is served. The newest version of the view is meant; a changed view is served after \
            another call.

            Example: martlet features serve vendor_performance
            """)

    @Argument(help: "The view, or the feature table.") var name: String?
    @Flag(help: "Stop serving it.") var off = false
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        guard let name else { return try await list() }
        let answer = try await connection.withClient { try await $0.send(ServeFeatures(name: name, off: off)) }
        if connection.json { return try printJSON(answer) }
        guard let progress = answer.progress else { return print("\(name) is no longer served.") }
        print(
            "Serving \(name) (\(answer.features.planHash.prefix(12))): \(progress.keys) keys"
                + (answer.features.source.map { " of \($0)" } ?? "")
                + (progress.tableVersion.map { "@\($0)" } ?? ""))
    }

    private func list() async throws {
        let served = try await connection.withClient { try await $0.send(ListServedFeatures()) }
        if connection.json { return try printJSON(served) }
        printTable(
            ["NAME", "KIND", "PLAN", "SOURCE", "SINCE", "BY"],
            served.features.map {
                [
                    $0.name, $0.kind.rawValue, String($0.planHash.prefix(12)), $0.source?.description ?? "",
                    formatted(milliseconds: $0.servedAt), $0.servedBy,
                ]
            })
        if served.droppedAnswers > 0 {
            print("\(served.droppedAnswers) answers were not kept to be computed again: there was no room for them.")
        }
    }
}

struct MaterializeFeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "materialize",
        abstract: "Bring what is served up to its table, or compute a view into a table.",
        discussion: """
            Without --into, what is served takes in the newest version of its table, late rows too, and pushed rows are \
            written to the table. With --into, the view is computed for all its keys at each instant of a grid.

            Examples:
              martlet features materialize vendor_performance
              martlet features materialize vendor_performance --into risk.vendors_daily --from 2024-01-01 --to 2024-02-01 \
            --every P1D
            """)

    @Argument(help: "What is served, or the view.") var name: String
    @Flag(help: "Compute everything anew.") var full = false
    @Option(help: "The feature table to write.") var into: String?
    @Option(help: "The first instant of the grid.") var from: String?
    @Option(help: "The end of the grid, which is not part of it.") var to: String?
    @Option(help: "The distance of the grid's instants: P1D, PT1H.") var every: String = "P1D"
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        guard let into else {
            let progress = try await connection.withClient {
                try await $0.send(MaterializeOnline(name: name, full: full))
            }
            if connection.json { return try printJSON(progress) }
            return print(
                "\(name): \(progress.isRebuilt ? "computed anew" : "\(progress.rowsAdded) rows taken in"), "
                    + "\(progress.keys) keys" + (progress.tableVersion.map { ", table version \($0)" } ?? ""))
        }
        guard let from, let to else { throw ValidationError("--into takes --from and --to.") }
        let request = MaterializeFeatures(
            view: name, into: try TableName(into), from: try Instant(from), to: try Instant(to), every: every,
            full: full)
        let answer = try await connection.withClient { try await $0.send(request) }
        if connection.json { return try printJSON(answer) }
        print("\(answer.table): \(answer.rows) rows computed, \(answer.instants) instants were new")
    }
}
