import Foundation

/// Creates versions of a registered model of its own, each from the same logged file.
struct CreateVersionClient: LoadClient {
    private let calls: TrackingCalls
    private let name: String
    private let request: Request
    private var last = 0

    init(_ calls: TrackingCalls) throws {
        self.calls = calls
        let model = try RegisteredModel.create(calls)
        name = model.name
        request = Request(
            "POST", TrackingCalls.path + "model-versions/create", json: model.createVersion, at: calls.server)
    }

    mutating func request(_ connection: BlockingConnection) throws -> Answer { try connection.ask(request.bytes) }

    mutating func check(_ answer: Answer) throws -> Bool {
        let version = try answer.decoded(MLflowAnswers.VersionAnswer.self).model_version
        guard version.name == name, let number = Int(version.version), number > last else {
            throw WrongAnswer("version \(version.version) after \(last)")
        }
        last = number
        return true
    }
}

/// Moves a version of a registered model of its own from Staging to Archived and back.
struct TransitionStageClient: LoadClient {
    private let requests: [(stage: String, request: Request)]
    private var next = 0

    init(_ calls: TrackingCalls) throws {
        let model = try RegisteredModel.create(calls)
        _ = try calls.post("model-versions/create", model.createVersion)
        requests = ["Staging", "Archived"].map { stage in
            let body =
                #"{"name": "\#(model.name)", "version": "1", "stage": "\#(stage)", "archive_existing_versions": false}"#
            return (
                stage,
                Request("POST", TrackingCalls.path + "model-versions/transition-stage", json: body, at: calls.server)
            )
        }
    }

    mutating func request(_ connection: BlockingConnection) throws -> Answer {
        next += 1
        return try connection.ask(requests[next % 2].request.bytes)
    }

    mutating func check(_ answer: Answer) throws -> Bool {
        let version = try answer.decoded(MLflowAnswers.VersionAnswer.self).model_version
        guard version.current_stage == requests[next % 2].stage else {
            throw WrongAnswer("the stage is \(version.current_stage ?? "none")")
        }
        return true
    }
}

private struct RegisteredModel {
    var name: String
    /// The body that creates a version.
    var createVersion: String

    /// A registered model, and a run that logged a file to make versions from.
    static func create(_ calls: TrackingCalls) throws -> Self {
        let name = "model-\(UUID().uuidString.lowercased())"
        let experiment = try calls.createExperiment()
        let run = try calls.createRun(in: experiment, named: "training")
        let path = "/api/2.0/mlflow-artifacts/artifacts/\(experiment)/\(run)/artifacts/model/MLmodel"
        let file = Request(
            "PUT", path, body: Array("flavors: {}\n".utf8), type: "application/octet-stream", at: calls.server)
        _ = try calls.connection.ask(file.bytes).expectSuccess()
        _ = try calls.post("registered-models/create", #"{"name": "\#(name)"}"#)
        let source = "mlflow-artifacts:/\(experiment)/\(run)/artifacts/model"
        return Self(name: name, createVersion: #"{"name": "\#(name)", "source": "\#(source)", "run_id": "\#(run)"}"#)
    }
}
