import Foundation

/// Searches a seeded experiment: a filter of a metric and a param, ordered by another metric, a hundred runs.
///
/// Each search has other bounds than the one before. Every answer is compared, run by run, with the answer that follows
/// from the formulas of the seeding.
struct SearchClient: LoadClient {
    static let pageSize = 100

    /// A search and the runs that it must find, in order.
    struct Question: Sendable {
        var request: Request
        var expected: [String]
    }

    private let questions: [Question]
    private var next: Int

    init(_ questions: [Question], number: Int) { (self.questions, next) = (questions, number * 3) }

    mutating func request(_ connection: BlockingConnection) throws -> Answer {
        next += 1
        return try connection.ask(questions[next % questions.count].request.bytes)
    }

    mutating func check(_ answer: Answer) throws -> Bool {
        let runs = try answer.decoded(MLflowAnswers.Runs.self).runs ?? []
        let (found, expected) = (runs.map { $0.info.run_name ?? "" }, questions[next % questions.count].expected)
        guard found == expected else {
            throw WrongAnswer(
                "searched for \(expected.count) runs from \(expected.first ?? "none"), "
                    + "found \(found.count) from \(found.first ?? "none")")
        }
        guard
            runs.allSatisfy({
                $0.data.metrics?.count == SeededRun.keys && $0.data.params?.count == SeededRun.keys
            })
        else { throw WrongAnswer("runs without their metrics or params") }
        return true
    }

    /// - Parameter seeded: How many runs the experiment holds.
    static func questions(experiment: String, seeded: Int, server: ServerAddress, count: Int = 20) -> [Question] {
        (0..<count).map { number in
            let (bound, value) = (Double(50 + number * 2) / 100, "v\(number % 10)")
            let (metric, param, order) = (number % 3, number % 2, 3 + number % 4)
            let isDescending = number % 2 == 0
            var matches = (0..<seeded).map(SeededRun.init).filter {
                $0.param(param) == value && $0.metric(metric) > bound
            }.map { (name: $0.name, key: $0.metric(order)) }
            matches.sort { isDescending ? $0.key > $1.key : $0.key < $1.key }
            let body =
                #"{"experiment_ids": ["\#(experiment)"], "#
                + #""filter": "metrics.m\#(metric) > \#(bound) and params.p\#(param) = '\#(value)'", "#
                + #""order_by": ["metrics.m\#(order) \#(isDescending ? "DESC" : "ASC")"], "#
                + #""max_results": \#(pageSize), "run_view_type": "ACTIVE_ONLY"}"#
            return Question(
                request: Request("POST", TrackingCalls.path + "runs/search", json: body, at: server),
                expected: matches.prefix(pageSize).map(\.name))
        }
    }
}

/// Reads a whole history in one answer.
struct HistoryClient: LoadClient {
    private let request: Request
    private let points: Int

    init(run: String, points: Int, server: ServerAddress) {
        request = Request(
            "GET", TrackingCalls.path + "metrics/get-history?run_id=\(run)&metric_key=m0", at: server)
        self.points = points
    }

    mutating func request(_ connection: BlockingConnection) throws -> Answer { try connection.ask(request.bytes) }

    mutating func check(_ answer: Answer) throws -> Bool {
        let steps = (try answer.decoded(MLflowAnswers.History.self).metrics ?? []).compactMap { $0.step?.value }
        guard steps.count == points, Set(steps).count == points, steps.max() == points - 1 else {
            throw WrongAnswer("a history of \(points) points came as \(steps.count)")
        }
        return true
    }

    /// Logs a history of so many points, a multiple of a thousand. - Returns: The run's id.
    static func seed(_ calls: TrackingCalls, points: Int) throws -> String {
        let run = try calls.createRun(in: try calls.createExperiment(), named: "history")
        for batch in 0..<(points / 1000) {
            let metrics = (0..<1000).map { index in
                let step = batch * 1000 + index
                let value = Double(step * 387_161 % SeededRun.modulus) / Double(SeededRun.modulus)
                return
                    #"{"key": "m0", "value": \#(value), "timestamp": \#(1_700_000_000_000 + step), "step": \#(step)}"#
            }
            _ = try calls.post(
                "runs/log-batch", #"{"run_id": "\#(run)", "metrics": [\#(metrics.joined(separator: ", "))]}"#)
        }
        return run
    }
}

/// Gets runs of a seeded experiment, one after the other.
struct GetRunClient: LoadClient {
    private let runs: [(id: String, request: Request)]
    private var next: Int

    init(_ ids: [String], number: Int, server: ServerAddress) {
        runs = ids.map { ($0, Request("GET", TrackingCalls.path + "runs/get?run_id=\($0)", at: server)) }
        next = number * 7
    }

    mutating func request(_ connection: BlockingConnection) throws -> Answer {
        next += 1
        return try connection.ask(runs[next % runs.count].request.bytes)
    }

    mutating func check(_ answer: Answer) throws -> Bool {
        guard next % 16 == 0 else { return false }
        let run = try answer.decoded(MLflowAnswers.RunAnswer.self).run
        guard run.info.run_id == runs[next % runs.count].id, run.data.metrics?.count == SeededRun.keys,
            run.data.params?.count == SeededRun.keys, let name = run.info.run_name,
            let index = Int(name.dropFirst("run-".count)),
            run.data.metrics?.first(where: { $0.key == "m4" })?.value == SeededRun(index: index).metric(4)
        else {
            throw WrongAnswer("run \(runs[next % runs.count].id) is not as it was seeded: \(answer.text.prefix(300))")
        }
        return true
    }
}
