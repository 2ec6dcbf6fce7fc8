import ArgumentParser
import Foundation

/// One load on one server, measured.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract:
            "Send one kind of request to a server for a while, check the answers, print what was measured as JSON.",
        discussion: "What the kinds are for and how they are put together is in Benchmarks/Tracking/run.py.")

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case logMetric = "log-metric"
        case logBatch = "log-batch"
        case createRun = "create-run"
        case search, history
        case getRun = "get-run"
        case createVersion = "create-version"
        case transition, upload, download, seed
        case seedHistory = "seed-history"
    }

    @Argument(help: "The kind of request.") var kind: Kind
    @Option(help: "Where the server listens: http://127.0.0.1:PORT.") var server: ServerAddress
    @Option(help: "How many clients ask at once.") var clients = 1
    @Option(help: "How long to measure.") var seconds = 2.0
    @Option(help: "How long to ask before measuring.") var warmUp = 0.3
    @Option(help: "Stop after so many requests a client.") var requests: Int?
    @Option(help: "Metrics a batch (log-batch): a multiple of ten.") var batch = 1000
    @Option(help: "The seeded experiment (search, get-run, seed).") var experiment = ""
    @Option(help: "How many runs the seeded experiment has or gets.") var runs = 0
    @Option(name: .customLong("run"), help: "The run with the history (history).") var historyRun = ""
    @Option(help: "How many points the history has or gets.") var points = 100_000
    @Option(help: "Megabytes of a file (upload, download).") var megabytes = 256

    func run() throws {
        switch kind {
        case .seed: try seed()
        case .seedHistory:
            let calls = TrackingCalls(server: server, connection: BlockingConnection(server))
            print(#"{"run": "\#(try HistoryClient.seed(calls, points: points))"}"#)
        default: print(String(decoding: try JSONEncoder().encode(try load()), as: UTF8.self))
        }
    }

    private func load() throws -> LoadResult {
        let clients = Clients(
            server: server, count: clients, seconds: seconds, warmUp: warmUp, most: requests ?? .max)
        let (server, batch, megabytes, run, points) = (server, batch, megabytes, historyRun, points)
        @Sendable func calls(_ connection: BlockingConnection) -> TrackingCalls {
            TrackingCalls(server: server, connection: connection)
        }
        let first = calls(BlockingConnection(server))
        switch kind {
        case .logMetric:
            let experiment = try first.createExperiment()
            return try clients.run { try LogMetricClient(calls($1), experiment: experiment, number: $0) }
        case .logBatch:
            let experiment = try first.createExperiment()
            return try clients.run(unitsPerRequest: Double(batch)) {
                try LogBatchClient(calls($1), experiment: experiment, number: $0, batch: batch)
            }
        case .createRun:
            let experiment = try first.createExperiment()
            return try clients.run { CreateRunClient(calls($1), experiment: experiment) }
        case .search:
            let questions = SearchClient.questions(experiment: experiment, seeded: runs, server: server)
            return try clients.run { number, _ in SearchClient(questions, number: number) }
        case .history:
            return try clients.run { _, _ in HistoryClient(run: run, points: points, server: server) }
        case .getRun:
            let page = try first.post(
                "runs/search", #"{"experiment_ids": ["\#(experiment)"], "max_results": 500}"#)
            let ids = (try page.decoded(MLflowAnswers.Runs.self).runs ?? []).map(\.info.run_id)
            guard !ids.isEmpty else { throw WrongAnswer("experiment \(experiment) has no runs") }
            return try clients.run { number, _ in GetRunClient(ids, number: number, server: server) }
        case .createVersion: return try clients.run { try CreateVersionClient(calls($1)) }
        case .transition: return try clients.run { try TransitionStageClient(calls($1)) }
        case .upload:
            return try clients.run(unitsPerRequest: Double(megabytes)) {
                try UploadClient(calls($1), megabytes: megabytes)
            }
        case .download:
            return try clients.run(unitsPerRequest: Double(megabytes)) {
                try DownloadClient(calls($1), megabytes: megabytes)
            }
        case .seed, .seedHistory: throw ValidationError("\(kind.rawValue) is not measured")
        }
    }

    private func seed() throws {
        let (server, runs) = (server, runs)
        let first = TrackingCalls(server: server, connection: BlockingConnection(server))
        let experiment = experiment.isEmpty ? try first.createExperiment() : experiment
        let (counter, start) = (SeedClient.Counter(), ContinuousClock.now)
        _ = try Clients(server: server, count: clients, seconds: 86_400, warmUp: 0).run { _, connection in
            SeedClient(
                TrackingCalls(server: server, connection: connection), experiment: experiment, runs: runs, counter)
        }
        let seconds = start.duration(to: .now).seconds
        print(#"{"experiment": "\#(experiment)", "runs": \#(runs), "seconds": \#(seconds)}"#)
    }
}
