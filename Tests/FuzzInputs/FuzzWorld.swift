package import Foundation

/// What a server holds, so that inputs name things that exist.
package struct FuzzWorld: Sendable {
    var experiments = ["0"]
    var runs = ["R"]
    var loggedModels = ["M"]
    var registeredModels = ["fuzzed"]

    /// For inputs that need nothing to exist.
    package init() {}

    /// Makes experiments, runs, a logged model and registered models with versions.
    /// - Parameter ask: Sends a request, and gives the answer's body if it was a success.
    package init(number: Int, _ ask: (FuzzRequest) async throws -> Data?) async throws {
        func post(_ path: String, _ json: String) async throws -> [String: Any] {
            var request = FuzzRequest("POST", "/api/2.0/mlflow/" + path, body: Array(json.utf8))
            request.headers = [("Content-Type", "application/json")]
            guard let body = try await ask(request),
                let object = try JSONSerialization.jsonObject(with: body) as? [String: Any]
            else { throw Failure(path: path) }
            return object
        }
        self.init()
        (experiments, runs, loggedModels, registeredModels) = ([], [], [], [])
        let suffix = UUID().uuidString.lowercased()
        for index in 0..<2 {
            let answer = try await post("experiments/create", #"{"name": "fuzzed-\#(number)-\#(index)-\#(suffix)"}"#)
            guard let id = answer["experiment_id"] as? String else { throw Failure(path: "experiments/create") }
            experiments.append(id)
            for run in 0..<2 {
                let answer = try await post(
                    "runs/create",
                    #"{"experiment_id": "\#(id)", "run_name": "r\#(run)", "tags": [{"key": "a", "value": "b"}]}"#)
                guard let made = answer["run"] as? [String: Any], let info = made["info"] as? [String: Any],
                    let runID = info["run_id"] as? String
                else { throw Failure(path: "runs/create") }
                runs.append(runID)
                _ = try await post(
                    "runs/log-batch",
                    #"{"run_id": "\#(runID)", "metrics": [{"key": "m0", "value": 0.5, "timestamp": 1, "step": 0}, "#
                        + #"{"key": "m0", "value": 0.7, "timestamp": 2, "step": 1}, "#
                        + #"{"key": "loss", "value": "NaN", "timestamp": 2, "step": 1}], "#
                        + #""params": [{"key": "p0", "value": "v3"}], "tags": [{"key": "k", "value": "v"}]}"#)
            }
        }
        let model = try await post(
            "logged-models",
            #"{"experiment_id": "\#(experiments[0])", "name": "model", "source_run_id": "\#(runs[0])"}"#)
        if let made = model["model"] as? [String: Any], let info = made["info"] as? [String: Any],
            let id = info["model_id"] as? String
        {
            loggedModels.append(id)
        }
        let files = "\(experiments[0])/\(runs[0])/artifacts/model"
        _ = try await ask(
            .init("PUT", "/api/2.0/mlflow-artifacts/artifacts/\(files)/MLmodel", body: Array("flavors: {}\n".utf8)))
        for index in 0..<2 {
            let name = "fuzzed-\(number)-\(index)-\(suffix)"
            _ = try await post("registered-models/create", #"{"name": "\#(name)"}"#)
            for _ in 0..<2 {
                _ = try await post(
                    "model-versions/create",
                    #"{"name": "\#(name)", "source": "mlflow-artifacts:/\#(files)", "run_id": "\#(runs[0])"}"#)
            }
            _ = try await post(
                "registered-models/alias", #"{"name": "\#(name)", "alias": "champion", "version": "1"}"#)
            registeredModels.append(name)
        }
    }

    package struct Failure: Error, CustomStringConvertible {
        package var path: String
        package var description: String { "what the inputs need could not be made: \(path) was refused" }
    }

    /// Something that exists, for a member or parameter of this name in a request to this path.
    func value(for name: String, path: String, _ dice: inout Dice) -> String? {
        switch name {
        case "run_id", "run_uuid", "source_run_id", "run_ids": return dice.pick(runs)
        case "experiment_id", "experiment_ids": return dice.pick(experiments)
        case "model_id", "model_ids": return loggedModels.isEmpty ? nil : dice.pick(loggedModels)
        case "name" where path.contains("registered-models") || path.contains("model-versions"):
            return path.hasSuffix("registered-models/create") ? nil : dice.pick(registeredModels)
        case "model": return dice.pick(registeredModels)
        case "version": return dice.pick(["1", "2"])
        case "alias": return "champion"
        case "metric_key": return dice.pick(["m0", "loss"])
        default: return nil
        }
    }

    /// The path with identifiers of things that exist.
    func path(_ path: String, _ dice: inout Dice) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            if part.hasPrefix("m-") || part == "M" { return dice.pick(loggedModels.isEmpty ? ["M"] : loggedModels) }
            if part == "R" || (part.count == 32 && part.allSatisfy(\.isHexDigit)) { return runs[0] }
            if part == "fuzzed" { return dice.pick(registeredModels) }
            return path.contains("/artifacts/0/") && part == "0" ? experiments[0] : String(part)
        }.joined(separator: "/")
    }
}
