import HTTPTypes
import Hummingbird
import MartletDomain

/// A path of MLflow's API that was asked by another method than it has: 405, as MLflow's server answers, so that
/// nobody looks for a spelling mistake in the path.
enum WrongMethod {
    /// Nil when the path is none of these.
    static func answer(_ method: HTTPRequest.Method, _ path: String) throws -> Response? {
        let parts = path.split(separator: "/").map(String.init)
        guard method != .options, parts.count > 3, parts.count <= 16, ["api", "ajax-api"].contains(parts[0]),
            parts[1] == "2.0", parts[2] == "mlflow", let allowed = allowed(Array(parts[3...])),
            !allowed.contains(method == .head ? .get : method)
        else { return nil }
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        var response = try errorResponse(
            .badRequest, "\(path) is not asked by \(method), but by \(names).", status: .methodNotAllowed)
        response.headers[.allow] = names
        return response
    }

    private static func allowed(_ parts: [String]) -> [HTTPRequest.Method]? {
        if parts[0] == "logged-models", parts.count > 1, parts[1] != "search" {
            switch parts.dropFirst(2) {
            case []: return [.get, .patch, .delete]
            case ["tags"]: return [.patch]
            case ["params"]: return [.post]
            case ["artifacts", "directories"]: return [.get]
            default: return parts.count == 4 && parts[2] == "tags" ? [.delete] : nil
            }
        }
        if parts[0] == "webhooks", parts.count > 1 {
            return parts.count == 2 ? [.get, .patch, .delete] : parts.count == 3 && parts[2] == "test" ? [.post] : nil
        }
        return table[parts.joined(separator: "/")]
    }

    private static let table: [String: [HTTPRequest.Method]] = {
        var table: [String: [HTTPRequest.Method]] = ["logged-models": [.post], "logged-models/search": [.post]]
        for verb in [
            "create", "delete", "restore", "update", "set-experiment-tag", "delete-experiment-tag", "search-datasets",
        ] { table["experiments/" + verb] = [.post] }
        for verb in [
            "create", "update", "delete", "restore", "search", "log-metric", "log-parameter", "set-tag", "delete-tag",
            "log-batch", "log-model", "log-inputs", "outputs",
        ] { table["runs/" + verb] = [.post] }
        for path in ["experiments/get", "experiments/get-by-name", "runs/get", "metrics/get-history", "artifacts/list"]
        {
            table[path] = [.get]
        }
        table["experiments/search"] = [.get, .post]
        for verb in ["create", "rename", "set-tag"] { table["registered-models/" + verb] = [.post] }
        for verb in ["create", "transition-stage", "set-tag"] { table["model-versions/" + verb] = [.post] }
        table["model-versions/get-download-uri"] = [.get]
        for entity in ["registered-models/", "model-versions/"] {
            for verb in ["get", "search"] { table[entity + verb] = [.get] }
            table[entity + "update"] = [.patch]
            for verb in ["delete", "delete-tag"] { table[entity + verb] = [.delete] }
        }
        table["registered-models/get-latest-versions"] = [.get, .post]
        table["registered-models/alias"] = [.get, .post, .delete]
        table["webhooks"] = [.get, .post]
        return table
    }()
}
