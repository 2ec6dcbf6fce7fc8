import Foundation
import HTTPTypes
import Hummingbird
import MartletDomain

/// What a request that only looks is called: `tracking.get_runs`, `registry.search_model_versions`,
/// `datasets.read_history`.
enum ReadAction {
    private static let services = [
        "experiments": "tracking", "runs": "tracking", "metrics": "tracking", "logged-models": "tracking",
        "artifacts": "artifacts", "mlflow-artifacts": "artifacts", "get-artifact": "artifacts",
        "registered-models": "registry", "model-versions": "registry", "models": "registry", "registry": "registry",
        "webhooks": "webhooks", "data": "datasets", "datasets": "datasets", "tables": "datasets",
        "features": "features", "online": "features", "get-online-features": "features",
        "audit": "audit", "users": "identity", "identity": "identity", "predictions": "scoring", "why": "scoring",
    ]
    /// A POST whose path ends in one of these looks and changes nothing.
    private static let looking: Set<String> = [
        "search", "list", "get", "show", "history", "explain", "why", "profile", "diff", "query", "lineage", "log",
        "event", "proof", "consistency", "checkpoints", "entries", "verify", "read", "get-online-features",
        "get-online",
    ]
    /// What asking for served features is called.
    static let onlineFeatures = "get_online_features"

    /// Nil for a request that may change something, or that asks for no data (pages, health).
    static func of(_ request: Request) -> AuditAction? {
        var words = request.uri.path.split(separator: "/").map(String.init)
        if words.first == "api" || words.first == "ajax-api" {
            // `api/2.0/mlflow/…`, `api/martlet/1.0/…`
            words.removeFirst(min(words.count, words.dropFirst().first == "martlet" ? 3 : 2))
            if words.first == "mlflow" { words.removeFirst() }
        }
        guard let place = words.first, let service = services[place], let last = words.last else { return nil }
        let isLook = request.method == .get || request.method == .head
        guard isLook || (request.method == .post && looking.contains(last)) else { return nil }
        // A link that opens a file by itself is a secret.
        let isSecret = [partsPath, linkedPath].contains(where: request.uri.path.hasPrefix)
        var parameters: [String: String] = isSecret ? [:] : ["path": String(request.uri.path.prefix(512))]
        if let query = request.uri.query, !query.isEmpty, !isSecret { parameters["query"] = String(query.prefix(1_024)) }
        if last.hasPrefix("get-online") { return AuditAction(service, onlineFeatures, parameters) }
        let verb = looking.contains(last) ? last : "get"
        return AuditAction(service, "\(verb)_\(place)".replacingOccurrences(of: "-", with: "_"), parameters)
    }
}
