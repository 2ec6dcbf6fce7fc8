import Foundation
import HTTPTypes
import MartletDomain
import Platform
import TestKit

extension TestServer {
    /// Posts JSON to MLflow's API and expects success.
    @discardableResult
    func post(_ path: String, _ body: JSON) async throws -> JSON {
        let answer = try await ask(.post, "/api/2.0/mlflow/" + path, body: try body.data())
        guard answer.status == 200 else { throw Refused(answer: answer.text) }
        return try answer.json()
    }

    struct Refused: Error { var answer: String }

    /// Logs a model of one file in an experiment of its own, the store's first.
    /// - Returns: What to register it by, `models:/m-ID`.
    func logModel() async throws -> String {
        let tracking = platform.tracking
        let experiment = try await tracking.experimentID(named: "logged", by: .setup)
        let model = try await tracking.createLoggedModel(in: experiment, name: "model", by: .setup)
        try await platform.artifacts.write(Data("model".utf8), to: model.artifactURI + "/MLmodel", by: .setup)
        return "models:/\(model.id)"
    }
}
