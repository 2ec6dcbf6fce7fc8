/// Logs one metric a request, each at the next step of a run of its own.
struct LogMetricClient: LoadClient {
    private let calls: TrackingCalls
    private let run: String
    private var request: Request
    private var step = firstStep
    private var acknowledged: [Int] = []
    private var doubtful: Set<Int> = []
    private let looksAtAll: Bool

    /// Ten digits from the first to the last, so that the body keeps its length.
    private static let firstStep = 1_000_000_000

    init(_ calls: TrackingCalls, experiment: String, number: Int) throws {
        self.calls = calls
        run = try calls.createRun(in: experiment, named: "client-\(number)")
        request = Request(
            "POST", TrackingCalls.path + "runs/log-metric",
            json: #"{"run_id": "\#(run)", "key": "loss", "value": 0.##########, "timestamp": 170##########, "#
                + #""step": ##########}"#,
            at: calls.server)
        looksAtAll = number < 2
    }

    mutating func request(_ connection: BlockingConnection) throws -> Answer {
        step += 1
        for field in 0..<request.fieldCount { request.set(field, step) }
        doubtful.insert(step)
        let answer = try connection.ask(request.bytes)
        if answer.status == 200 {
            doubtful.remove(step)
            acknowledged.append(step)
        }
        return answer
    }

    /// The newest value must be the run's; for some clients, every acknowledged value must be in the history, and no other.
    mutating func finish(_ connection: BlockingConnection) throws {
        guard let last = acknowledged.last else { return }
        let newest = try calls.run(run).data.metrics?.first { $0.key == "loss" }
        guard let newest, let step = newest.step?.value, step == last || doubtful.contains(step),
            newest.value == Self.value(step)
        else { throw WrongAnswer("step \(last) was acknowledged, but the run says \(String(describing: newest))") }
        guard looksAtAll else { return }
        let found = Set(try calls.history(of: run, "loss").compactMap { $0.step?.value })
        guard found.isSuperset(of: acknowledged), found.subtracting(acknowledged).isSubset(of: doubtful) else {
            throw WrongAnswer("\(acknowledged.count) values were acknowledged, the history holds \(found.count)")
        }
    }

    private static func value(_ step: Int) -> Double { Double(step) / 10_000_000_000 }
}

/// Logs batches of metrics: ten keys at as many steps as fill the batch.
struct LogBatchClient: LoadClient {
    private let calls: TrackingCalls
    private let run: String
    private let steps: Int
    private var request: Request
    private var next = firstStep
    private var acknowledged = 0
    private var failed = false
    private let looksAtAll: Bool

    static let keys = 10
    private static let firstStep = 1_000_000_000

    /// - Parameter batch: Metrics a request: a multiple of ten.
    init(_ calls: TrackingCalls, experiment: String, number: Int, batch: Int) throws {
        self.calls = calls
        steps = batch / Self.keys
        run = try calls.createRun(in: experiment, named: "client-\(number)")
        let metrics = (0..<batch).map {
            #"{"key": "m\#($0 % Self.keys)", "value": 0.##########, "timestamp": 170##########, "step": ##########}"#
        }
        request = Request(
            "POST", TrackingCalls.path + "runs/log-batch",
            json: #"{"run_id": "\#(run)", "metrics": [\#(metrics.joined(separator: ", "))]}"#, at: calls.server)
        looksAtAll = number < 1
    }

    mutating func request(_ connection: BlockingConnection) throws -> Answer {
        for metric in 0..<(steps * Self.keys) {
            let step = next + metric / Self.keys
            for field in 0..<3 { request.set(metric * 3 + field, step) }
        }
        next += steps
        let answer: Answer
        do {
            answer = try connection.ask(request.bytes)
        } catch {
            failed = true
            throw error
        }
        if answer.status == 200 { acknowledged += steps } else { failed = true }
        return answer
    }

    mutating func finish(_ connection: BlockingConnection) throws {
        guard acknowledged > 0, !failed else { return }
        let metrics = try calls.run(run).data.metrics ?? []
        let last = next - 1
        guard metrics.count == Self.keys, metrics.allSatisfy({ $0.step?.value == last }),
            metrics.allSatisfy({ $0.value == Double(last) / 10_000_000_000 })
        else { throw WrongAnswer("step \(last) was acknowledged, but the run says \(metrics)") }
        guard looksAtAll else { return }
        let found = Set(try calls.history(of: run, "m3").compactMap { $0.step?.value })
        guard found == Set(Self.firstStep..<next) else {
            throw WrongAnswer("\(acknowledged) steps were acknowledged, the history holds \(found.count)")
        }
    }
}

/// Creates runs, with a name and a tag.
struct CreateRunClient: LoadClient {
    private let calls: TrackingCalls
    private let request: Request
    private var last: String?

    init(_ calls: TrackingCalls, experiment: String) {
        self.calls = calls
        request = Request(
            "POST", TrackingCalls.path + "runs/create",
            json: #"{"experiment_id": "\#(experiment)", "run_name": "trial", "start_time": 1700000000000, "#
                + #""tags": [{"key": "mlflow.user", "value": "engineer"}]}"#,
            at: calls.server)
    }

    mutating func request(_ connection: BlockingConnection) throws -> Answer { try connection.ask(request.bytes) }

    mutating func check(_ answer: Answer) throws -> Bool {
        let id = try answer.decoded(MLflowAnswers.RunAnswer.self).run.info.run_id
        guard id.count == 32, id != last else { throw WrongAnswer("two runs of the id \(id)") }
        last = id
        return true
    }

    mutating func finish(_ connection: BlockingConnection) throws {
        guard let last else { return }
        guard try calls.run(last).info.run_id == last else { throw WrongAnswer("run \(last) is not there") }
    }
}
