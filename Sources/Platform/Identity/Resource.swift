package import MartletDomain
import Metadata

/// What a request is about, as the request names it.
package enum Resource: Sendable, Hashable {
    /// Nothing smaller than the workspace.
    case workspace
    /// Whatever the caller may see: the answer holds nothing else.
    case visible
    /// The caller's account.
    case account
    case experiments([String])
    case experimentNamed(String)
    case runs([String])
    case loggedModels([String])
    case registeredModels([String])
    /// A comment on a version of a model, by its id.
    case comment(String)
    /// `models:/churn/Production`, `models:/m-…`, `runs:/…`
    case modelURI(String)
    /// Tables and feature views by name, with or without a branch.
    case tables([String])
    /// The table of predictions that a model's monitoring plan names.
    case plannedTable(model: String)
    /// A transaction on a table, by its id.
    case transaction(String)
    /// A file that is looked at: it may be an experiment's, or a registered version's.
    case file(ArtifactPath)
    /// A file that is changed.
    case changedFile(ArtifactPath)
    /// All of these.
    case all([Resource])
}

extension Identity {
    /// Whether `user` may do `verb` on `resource`.
    ///
    /// What is not there is refused as what somebody else has is, to whoever may not see everything.
    package func may(_ user: User, _ verb: Verb, on resource: Resource) async throws -> Bool {
        if user.may(verb, on: .workspace) { return true }
        guard user.mayAnywhere(verb) else { return false }
        if resource == .visible { return true }
        if resource == .account { return user.access?.limits?.scopes.isEmpty ?? true }
        let ways = try await store.read { try $0.scopes(of: resource) }
        return ways.contains { way in !way.isEmpty && way.allSatisfy { user.may(verb, on: $0) } }
    }

    /// Refuses a request, and says so in the log if it would have changed something.
    package func refuse(_ verb: Verb, by caller: Caller) async throws -> Never {
        let refusal = IdentityError.refusal(of: verb, to: caller.user)
        if !verb.isReading {
            try await store.change(AuditAction(verb.service, verb.action), by: caller) { _ in throw refusal }
        }
        throw refusal
    }
}

extension Snapshot {
    /// The things that a resource is part of: whoever may do something on all that one of the ways names may do it.
    fileprivate func scopes(of resource: Resource) throws -> [[Scope]] {
        switch resource {
        case .workspace, .visible, .account: return [[.workspace]]
        case .experiments(let ids): return [ids.map { .experiment($0) }]
        case .experimentNamed(let name):
            return [
                try ids("SELECT experiment_id AS id FROM experiments WHERE name = ?", [name]).map { .experiment($0) }
            ]
        case .runs(let ids):
            return try owners(of: ids, "SELECT experiment_id AS id FROM runs WHERE run_id = ?")
        case .loggedModels(let ids):
            return try owners(of: ids, "SELECT experiment_id AS id FROM logged_models WHERE model_id = ?")
        case .registeredModels(let names): return [names.map { .registeredModel($0) }]
        case .comment(let id):
            return [
                try ids(
                    "SELECT m.name AS id FROM model_activities a JOIN model_versions v ON v.number = a.version "
                        + "JOIN registered_models m ON m.number = v.model WHERE a.id = ?", [id]
                ).map { .registeredModel($0) }
            ]
        case .modelURI(let uri): return try scopes(ofModel: uri)
        case .tables(let names):
            return [names.map { .featureTable(String($0.prefix { $0 != ":" && $0 != "@" })) }]
        case .plannedTable(let name):
            // A model that is not there is refused as one that has no plan.
            guard let model = try? registeredModel(name),
                let selection = try monitoringPlan(ofModel: model)?.selection
            else { return [] }
            return try scopes(of: .tables([selection.table]))
        case .transaction(let id):
            return [
                try ids("SELECT name AS id FROM dataset_transactions WHERE id = ?", [id]).map {
                    .featureTable(String($0.prefix { $0 != ":" }))
                }
            ]
        case .file(let path):
            let versions = try ids(
                "SELECT DISTINCT m.name AS id FROM model_versions v JOIN registered_models m ON m.number = v.model "
                    + "WHERE v.deleted_at IS NULL AND v.artifact_path = ?", path.andAbove)
            return [try experiments(holding: path)] + versions.map { [.registeredModel($0)] }
        case .changedFile(let path): return [try experiments(holding: path)]
        case .all(let resources):
            // Each in any of its ways; there is more than one only for files.
            return try resources.filter { $0 != .tables([]) }.reduce([[]]) { ways, resource in
                let next = try scopes(of: resource)
                return ways.flatMap { way in next.filter { !$0.isEmpty }.map { way + $0 } }
            }
        }
    }

    private func scopes(ofModel uri: String) throws -> [[Scope]] {
        if let rest = uri.dropping(prefix: "mlflow-artifacts:/") {
            guard let path = try? ArtifactPath(rest) else { return [] }
            return try scopes(of: .file(path))
        }
        if let rest = uri.dropping(prefix: "runs:/") {
            return try scopes(of: .runs([String(rest.prefix { $0 != "/" })]))
        }
        guard let rest = uri.dropping(prefix: "models:/") else { return [] }
        // As `ModelURI` reads it: a name may hold an @.
        guard let end = rest.firstIndex(of: "/") ?? rest.lastIndex(of: "@") else {
            return try scopes(of: .loggedModels([rest]))
        }
        return [[.registeredModel(String(rest[..<end]))]]
    }

    /// The experiments of all of these; nothing if one of them is not there.
    private func owners(of ids: [String], _ sql: String) throws -> [[Scope]] {
        var found: Set<String> = []
        for id in Set(ids).prefix(10_000) {
            let owners = try self.ids(sql, [id])
            guard !owners.isEmpty else { return [] }
            found.formUnion(owners)
        }
        return [found.map { .experiment($0) }]
    }

    /// The experiments whose files lie at or above a path.
    private func experiments(holding path: ArtifactPath) throws -> [Scope] {
        try ids(
            "SELECT experiment_id AS id FROM experiments WHERE artifact_location = ?",
            path.andAbove.map { "mlflow-artifacts:/" + $0 }
        ).map { .experiment($0) }
    }

    private func ids(_ sql: String, _ arguments: [String]) throws -> [String] {
        try Set(
            arguments.flatMap { argument in
                try rows(sql, [.text(argument)]).map { row in
                    switch try row.value("id") {
                    case .integer(let number): "\(number)"
                    default: try row.text("id")
                    }
                }
            }
        ).sorted()
    }
}

extension ArtifactPath {
    /// This path and those above it, without the root: `1`, `1/run`, `1/run/artifacts`.
    fileprivate var andAbove: [String] {
        names.indices.prefix(64).map { names[...$0].joined(separator: "/") }
    }
}
