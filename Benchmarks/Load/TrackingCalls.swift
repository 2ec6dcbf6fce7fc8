import Foundation

/// The calls that loads prepare and check themselves with.
struct TrackingCalls {
    var server: ServerAddress
    var connection: BlockingConnection

    static let path = "/api/2.0/mlflow/"

    func get(_ path: String) throws -> Answer {
        try connection.ask(Request("GET", Self.path + path, at: server).bytes).expectSuccess()
    }

    func post(_ path: String, _ json: String) throws -> Answer {
        try connection.ask(Request("POST", Self.path + path, json: json, at: server).bytes).expectSuccess()
    }

    func createExperiment() throws -> String {
        let name = "load-\(UUID().uuidString.lowercased())"
        return try post("experiments/create", #"{"name": "\#(name)"}"#).decoded(MLflowAnswers.Experiment.self)
            .experiment_id
    }

    func createRun(in experiment: String, named name: String, startTime: Int = 1_700_000_000_000) throws -> String {
        try post(
            "runs/create",
            #"{"experiment_id": "\#(experiment)", "run_name": "\#(name)", "start_time": \#(startTime)}"#
        ).decoded(MLflowAnswers.RunAnswer.self).run.info.run_id
    }

    func run(_ id: String) throws -> MLflowAnswers.Run {
        try get("runs/get?run_id=\(id)").decoded(MLflowAnswers.RunAnswer.self).run
    }

    /// The whole history of a metric, page by page.
    func history(of run: String, _ key: String) throws -> [MLflowAnswers.Metric] {
        var (points, token): ([MLflowAnswers.Metric], String?) = ([], nil)
        repeat {
            let page = try get(
                "metrics/get-history?run_id=\(run)&metric_key=\(key)&max_results=25000"
                    + (token.map { "&page_token=\($0)" } ?? "")
            ).decoded(MLflowAnswers.History.self)
            points += page.metrics ?? []
            token = page.next_page_token.flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
        return points
    }
}
