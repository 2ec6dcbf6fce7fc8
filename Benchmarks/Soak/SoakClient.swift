import Foundation
import FuzzInputs

/// The kinds of requests of a soak.
enum SoakKind: String, CaseIterable, Sendable {
    case createRun = "create run"
    case logMetric = "log-metric"
    case logBatch = "log-batch of 100"
    case setTag = "set-tag"
    case search = "runs/search"
    case nextPage = "runs/search, next page"
    case getRun = "get run"
    case history = "get-history"
    case upload = "artifact up, 64 KiB"
    case download = "artifact down, 64 KiB"
    case list = "list artifacts"
    case createVersion = "create version"
    case transition = "transition stage"
    case alias = "set alias"
    case latest = "latest versions"
    case searchVersions = "search versions"
    case deleteAndRestore = "delete and restore run"

    /// How often, among all.
    fileprivate var weight: Int {
        switch self {
        case .logMetric: 30
        case .logBatch, .search, .getRun: 10
        case .createRun, .setTag, .history: 5
        case .upload, .download: 3
        default: 2
        }
    }

    fileprivate static let lots = allCases.flatMap { Array(repeating: $0, count: $0.weight) }
}

/// One client that does all kinds of things, all of them right.
struct SoakClient {
    private let calls: TrackingCalls
    private var dice: Dice
    private let experiment: String
    private let model: String
    private var runs: [String] = []
    private var step = 0
    private var versions = 0
    private var pageToken: (body: String, token: String)?
    private(set) var tallies: [SoakKind: Tally] = [:]

    private static let file = [UInt8](repeating: 0x61, count: 64 << 10)
    private static let pages = 500

    init(server: ServerAddress, dice: Dice, number: Int) throws {
        calls = TrackingCalls(server: server, connection: BlockingConnection(server, patience: 60))
        self.dice = dice
        experiment = try calls.createExperiment()
        model = "soak-\(UUID().uuidString.lowercased())"
        _ = try calls.post("registered-models/create", #"{"name": "\#(model)"}"#)
        let run = try calls.createRun(in: experiment, named: "first")
        runs = [run]
        _ = try put("\(run)/artifacts/model/MLmodel", Array("flavors: {}\n".utf8)).expectSuccess()
        _ = try put("\(run)/artifacts/file", Self.file).expectSuccess()
        _ = try calls.post("runs/log-batch", batch(run))
        _ = try calls.post("model-versions/create", version(run))
        versions = 1
    }

    /// Does one thing and counts it.
    mutating func ask() {
        let kind = dice.pick(SoakKind.lots)
        let start = ContinuousClock.now
        var tally = tallies[kind] ?? Tally()
        do {
            try ask(kind)
            tally.latencies.append(start.duration(to: .now))
        } catch {
            tally.failed += 1
            tally.firstFailure = tally.firstFailure ?? "\(error)"
            Thread.sleep(forTimeInterval: 0.05)
        }
        tallies[kind] = tally
    }

    private mutating func ask(_ kind: SoakKind) throws {
        let run = dice.pick(runs)
        switch kind {
        case .createRun:
            let made = try calls.createRun(in: experiment, named: "run \(runs.count)")
            // Of more than these, the oldest are left alone. The first one has the files.
            if runs.count > 50 { runs.remove(at: 1) }
            runs.append(made)
        case .logMetric:
            step += 1
            let value = Double(dice.below(1_000_000)) / 1_000_000
            _ = try calls.post(
                "runs/log-metric",
                #"{"run_id": "\#(run)", "key": "m\#(dice.below(10))", "value": \#(value), "timestamp": 1, "step": \#(step)}"#
            )
        case .logBatch: _ = try calls.post("runs/log-batch", batch(run))
        case .setTag:
            _ = try calls.post(
                "runs/set-tag", #"{"run_id": "\#(run)", "key": "t\#(dice.below(9))", "value": "\#(step)"}"#)
        case .search: try search()
        case .nextPage:
            guard let (body, token) = pageToken else { return try search() }
            let page = try calls.post("runs/search", body + #", "page_token": "\#(token)"}"#).decoded(
                MLflowAnswers.Runs.self)
            pageToken = page.next_page_token.flatMap { $0.isEmpty ? nil : (body, $0) }
        case .getRun:
            guard try calls.run(run).info.run_id == run else { throw WrongAnswer("another run than \(run)") }
        case .history:
            _ = try calls.get(
                "metrics/get-history?run_id=\(run)&metric_key=m\(dice.below(10))&max_results=\(Self.pages)")
        case .upload: _ = try put("\(runs[0])/artifacts/files/\(dice.below(50))", Self.file).expectSuccess()
        case .download:
            let path = "/api/2.0/mlflow-artifacts/artifacts/\(experiment)/\(runs[0])/artifacts/file"
            let answer = try calls.connection.ask(Request("GET", path, at: calls.server).bytes).expectSuccess()
            guard answer.body == Self.file else { throw WrongAnswer("\(answer.body.count) bytes of the file") }
        case .list: _ = try calls.get("artifacts/list?run_id=\(runs[0])")
        case .deleteAndRestore:
            _ = try calls.post("runs/delete", #"{"run_id": "\#(run)"}"#)
            _ = try calls.post("runs/restore", #"{"run_id": "\#(run)"}"#)
        default: try askRegistry(kind)
        }
    }

    private mutating func askRegistry(_ kind: SoakKind) throws {
        let number = 1 + dice.below(versions)
        switch kind {
        case .createVersion:
            _ = try calls.post("model-versions/create", version(runs[0]))
            versions += 1
        case .transition:
            _ = try calls.post(
                "model-versions/transition-stage",
                #"{"name": "\#(model)", "version": "\#(number)", "stage": "\#(dice.pick(["Staging", "Archived", "None"]))", "#
                    + #""archive_existing_versions": false}"#)
        case .alias:
            _ = try calls.post(
                "registered-models/alias",
                #"{"name": "\#(model)", "alias": "a\#(dice.below(5))", "version": "\#(number)"}"#)
        case .latest: _ = try calls.post("registered-models/get-latest-versions", #"{"name": "\#(model)"}"#)
        default: _ = try calls.get("model-versions/search?filter=name%3D%27\(model)%27&max_results=20")
        }
    }

    private mutating func search() throws {
        let metric = "metrics.m\(dice.below(10))"
        let comparisons = [
            "\(metric) \(dice.pick([">", "<", ">=", "!="])) 0.\(dice.below(10))",
            "params.p\(dice.below(4)) = 'v\(dice.below(4))'",
            "params.p1 LIKE 'v%'", "tags.t\(dice.below(9)) != 'x'", "attributes.status = 'RUNNING'",
            "run_name LIKE 'run%'",
            "metrics.missing > 1",
        ]
        let filter = (0...dice.below(3)).map { _ in dice.pick(comparisons) }.joined(separator: " AND ")
        let order = dice.pick(["\(metric) DESC", "start_time ASC", "params.p0", "tags.t1 DESC"])
        let body =
            #"{"experiment_ids": ["\#(experiment)"], "filter": "\#(filter)", "order_by": ["\#(order)"], "max_results": 20"#
        let page = try calls.post("runs/search", body + "}").decoded(MLflowAnswers.Runs.self)
        if let token = page.next_page_token, !token.isEmpty { pageToken = (body, token) }
    }

    private mutating func batch(_ run: String) -> String {
        let metrics = (0..<100).map { index in
            step += 1
            return #"{"key": "m\#(index % 10)", "value": 0.\#(dice.below(1000)), "timestamp": 1, "step": \#(step)}"#
        }
        let params = (0..<4).map { #"{"key": "p\#($0)", "value": "v\#($0)"}"# }
        return #"{"run_id": "\#(run)", "metrics": [\#(metrics.joined(separator: ", "))], "#
            + #""params": [\#(params.joined(separator: ", "))]}"#
    }

    private func version(_ run: String) -> String {
        let source = "mlflow-artifacts:/\(experiment)/\(run)/artifacts/model"
        return #"{"name": "\#(model)", "source": "\#(source)", "run_id": "\#(run)"}"#
    }

    private func put(_ path: String, _ bytes: [UInt8]) throws -> Answer {
        let request = Request(
            "PUT", "/api/2.0/mlflow-artifacts/artifacts/\(experiment)/\(path)", body: bytes,
            type: "application/octet-stream", at: calls.server)
        return try calls.connection.ask(request.bytes)
    }
}
