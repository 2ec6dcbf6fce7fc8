import MartletDomain
import Metadata

/// What actions change, so that the log has digests of it before and after.
///
/// Model versions digest themselves. The hot path of tracking (runs, metrics, params, tags of runs) has none: its
/// entries hold what was logged, whole or by its own digest, and two more queries a write would cost more than the
/// entry. Uploads and table versions carry the SHA-256 or the version of what was written.
enum AuditedState {
    /// - Parameter isAfter: Whether the action is done; its parameters then hold the facts that it noted.
    static func queries(_ action: AuditAction, isAfter: Bool) -> [StateQuery] {
        switch action.service {
        case "tracking": experiment(action)
        case "registry": registry(action, isAfter: isAfter)
        case "webhooks": webhook(action)
        case "identity": access(action)
        case "policy": [StateQuery("SELECT digest FROM policy_periods ORDER BY number DESC LIMIT 1", [])]
        case "datasets": table(action)
        default: []
        }
    }

    private static func experiment(_ action: AuditAction) -> [StateQuery] {
        guard action.name.contains("_experiment"), let id = action.parameters["experiment_id"].flatMap({ Int64($0) })
        else { return [] }
        return [
            StateQuery("SELECT * FROM experiments WHERE experiment_id = ?", [.integer(id)]),
            StateQuery("SELECT key, value FROM experiment_tags WHERE experiment_id = ? ORDER BY key", [.integer(id)]),
        ]
    }

    private static let ofModels: Set<String> = [
        "create_registered_model", "update_registered_model", "rename_registered_model", "delete_registered_model",
        "set_registered_model_tag", "delete_registered_model_tag", "delete_registered_model_alias",
        "set_monitoring_plan",
    ]
    /// Actions on a version that do not digest it themselves.
    private static let ofVersions: Set<String> = [
        "sign_off", "record_gate_result", "create_transition_request", "reject_transition_request",
        "delete_transition_request", "ask_break_glass", "record_evaluation", "record_tests", "record_training_drift",
        "create_comment",
    ]
    private static let recordsOfVersions = [
        "sign_offs", "gate_results", "transition_requests", "broken_glass", "evaluations", "test_results",
        "model_activities",
    ]

    private static func registry(_ action: AuditAction, isAfter: Bool) -> [StateQuery] {
        if action.name == "hand_over", let from = action.parameters["from"], let to = action.parameters["to"] {
            return [
                StateQuery(
                    "SELECT name, owner FROM registered_models WHERE owner IN (?, ?) ORDER BY number",
                    [.text(from), .text(to)])
            ]
        }
        if let comment = action.parameters["id"], action.name.hasSuffix("_comment") {
            return [StateQuery("SELECT * FROM model_activities WHERE id = ?", [.text(comment)])]
        }
        let renamed = isAfter ? action.parameters["new_name"] : nil
        guard let name = renamed ?? action.parameters["name"] else { return [] }
        let model = "SELECT number FROM registered_models WHERE name = ? AND deleted_at IS NULL"
        if ofModels.contains(action.name) {
            return [
                StateQuery("SELECT * FROM registered_models WHERE number = (\(model))", [.text(name)]),
                StateQuery(
                    "SELECT key, value FROM registered_model_tags WHERE model = (\(model)) ORDER BY key", [.text(name)]),
                StateQuery(
                    "SELECT alias, version FROM registered_model_aliases WHERE model = (\(model)) ORDER BY alias",
                    [.text(name)]),
                StateQuery(
                    "SELECT revision, plan FROM monitoring_plans WHERE model = (\(model)) "
                        + "ORDER BY revision DESC LIMIT 1", [.text(name)]),
            ]
        }
        guard ofVersions.contains(action.name), let version = action.parameters["version"].flatMap({ Int64($0) }) else {
            return []
        }
        let number = "SELECT number FROM model_versions WHERE model = (\(model)) AND version = ?"
        return recordsOfVersions.map {
            StateQuery(
                "SELECT * FROM \($0) WHERE version = (\(number)) ORDER BY number", [.text(name), .integer(version)])
        }
    }

    private static func webhook(_ action: AuditAction) -> [StateQuery] {
        guard let id = action.parameters["webhook_id"] else { return [] }
        return [StateQuery("SELECT * FROM webhooks WHERE webhook_id = ?", [.text(id)])]
    }

    /// An account with what it was given, a group with its members, a role, a token.
    private static func access(_ action: AuditAction) -> [StateQuery] {
        let parameters = action.parameters
        var queries: [StateQuery] = []
        if let name = parameters["name"] ?? parameters["owner"] {
            queries += [
                StateQuery("SELECT * FROM users WHERE name = ?", [.text(name)]),
                StateQuery("SELECT * FROM custom_roles WHERE name = ?", [.text(name)]),
                StateQuery("SELECT * FROM access_tokens WHERE owner = ? ORDER BY id", [.text(name)]),
            ]
        }
        if let group = parameters["group"] ?? parameters["name"] {
            queries += [
                StateQuery("SELECT * FROM principal_groups WHERE name = ?", [.text(group)]),
                StateQuery("SELECT * FROM group_members WHERE group_name = ? ORDER BY member", [.text(group)]),
            ]
        }
        if let member = parameters["member"] ?? parameters["name"].map({ "user:" + $0 }) {
            queries.append(
                StateQuery("SELECT * FROM role_bindings WHERE member = ? ORDER BY role, scope", [.text(member)]))
        }
        if let token = parameters["token_id"] {
            queries.append(StateQuery("SELECT * FROM access_tokens WHERE id = ?", [.text(token)]))
        }
        return queries
    }

    private static func table(_ action: AuditAction) -> [StateQuery] {
        guard let name = action.parameters["table"] else { return [] }
        return [
            StateQuery(
                "SELECT version, operation, row_count FROM dataset_versions WHERE name = ? ORDER BY version DESC LIMIT 1",
                [.text(name)])
        ]
    }
}
