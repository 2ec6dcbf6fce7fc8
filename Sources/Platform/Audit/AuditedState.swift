import MartletDomain
import Metadata

/// What actions change, so that the log has digests of it before and after.
///
/// Model versions digest themselves. The hot path of tracking (runs, metrics, params, tags of runs) has none: its entries
/// hold what was logged, whole or by its own digest, and two more queries a write would cost more than the entry. Uploads and
/// table versions carry the SHA-256 or the version of what was written.
enum AuditedState {
    /// - Parameter isAfter: Whether the action is done; its parameters then hold the facts that it noted.
    static func queries(_ action: AuditAction, isAfter: Bool) -> [StateQuery] {
        switch action.service {
        case "tracking": experiment(action)
        case "registry": registry(action, isAfter: isAfter)
        case "webhooks": webhook(action)
        case "identity": user(action)
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
    private static let ofVersions: Set<String> = ["sign_off", "record_gate_result"]

    private static func registry(_ action: AuditAction, isAfter: Bool) -> [StateQuery] {
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
        return ["sign_offs", "gate_results"].map {
            StateQuery(
                "SELECT * FROM \($0) WHERE version = (\(number)) ORDER BY number", [.text(name), .integer(version)])
        }
    }

    private static func webhook(_ action: AuditAction) -> [StateQuery] {
        guard let id = action.parameters["webhook_id"] else { return [] }
        return [StateQuery("SELECT * FROM webhooks WHERE webhook_id = ?", [.text(id)])]
    }

    private static func user(_ action: AuditAction) -> [StateQuery] {
        guard let name = action.parameters["name"] else { return [] }
        return [StateQuery("SELECT * FROM users WHERE name = ?", [.text(name)])]
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
