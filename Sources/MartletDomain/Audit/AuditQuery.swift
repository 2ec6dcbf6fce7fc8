/// Which entries of the log somebody looks for. What is nil lets all through.
public struct AuditQuery: Sendable, Hashable, Codable {
    public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        case done, refused
    }

    public var user: String?
    public var service: String?
    public var action: String?
    /// Milliseconds since 1970 UTC: from this on.
    public var since: Int64?
    /// Milliseconds since 1970 UTC: before this.
    public var until: Int64?
    public var outcome: Outcome?
    /// What it was about: a value of a parameter, such as a model's name, `NAME/VERSION`, a run id, a table, `TABLE@VERSION`.
    public var object: String?

    public init(
        user: String? = nil, service: String? = nil, action: String? = nil, since: Int64? = nil, until: Int64? = nil,
        outcome: Outcome? = nil, object: String? = nil
    ) {
        (self.user, self.service, self.action) = (user, service, action)
        (self.since, self.until, self.outcome, self.object) = (since, until, outcome, object)
    }

    /// Parameters that name what an action is about.
    public static let objectParameters: Set<String> = [
        "name", "model", "model_uri", "run_id", "experiment_id", "table", "view", "alias", "user", "path", "branch",
        "transaction", "webhook_id", "source", "upload", "group", "principal", "id",
    ]
    /// Longer values are not looked for, in UTF-8 bytes.
    public static let longestObject = 256

    /// What an action with these parameters is about.
    public static func objects(of parameters: [String: String]) -> Set<String> {
        var objects: Set<String> = []
        for (key, value) in parameters
        where objectParameters.contains(key) && !value.isEmpty && value.utf8.count <= longestObject {
            objects.insert(value)
            // `models:/churn/Production` and `models:/churn@champion` are about churn, too.
            if value.hasPrefix("models:/") {
                objects.insert(String(value.dropFirst("models:/".count).prefix { $0 != "/" && $0 != "@" }))
            }
            // `flights.training@3` is about flights.training, too.
            if let at = value.lastIndex(of: "@"), at > value.startIndex, Int64(value[value.index(after: at)...]) != nil
            {
                objects.insert(String(value[..<at]))
            }
        }
        if let name = parameters["name"] ?? parameters["model"], let version = parameters["version"],
            name.utf8.count + version.utf8.count < longestObject
        {
            objects.insert("\(name)/\(version)")
        }
        return objects
    }
}
