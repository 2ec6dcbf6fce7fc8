import Foundation
import HTTPTypes
import MartletDomain
import MartletServer
import Platform
import TestKit
import Testing

/// Every route asked as every role. What each may do is written here by hand, verb for verb: a route whose verb is not
/// in this table fails, and so does a table that speaks of verbs that no route has.
struct RouteMatrixTests {
    private static let everyone = Set(Role.allCases)
    private static let makers: Set<Role> = [.contributor]
    private static let deciders: Set<Role> = [.contributor, .reviewer, .programManager]
    private static let runners: Set<Role> = [.contributor, .operator]
    private static let managers: Set<Role> = [.administrator]
    private static let overseers: Set<Role> = [.administrator, .auditor]

    /// Verbs with spaces between, service by service.
    private static let expected: [(service: String, verbs: String, roles: Set<Role>)] = [
        (
            "tracking",
            """
            get_experiment get_logged_model get_metric_history get_run search_datasets search_experiments search_graph
            search_logged_models search_runs
            """, everyone
        ),
        (
            "tracking",
            """
            create_experiment rename_experiment delete_experiment restore_experiment set_experiment_tag
            delete_experiment_tag create_run update_run delete_run restore_run log_metric log_param set_tag delete_tag
            log_batch log_model log_inputs log_outputs create_logged_model finalize_logged_model delete_logged_model
            set_logged_model_tags delete_logged_model_tag log_logged_model_params
            """, makers
        ),
        ("tracking", "purge_runs purge_logged_models purge_experiment", runners),
        ("artifacts", "get_file get_link list_files", everyone),
        ("artifacts", "upload delete begin_multipart complete_multipart abort_multipart", makers),
        (
            "registry",
            """
            get_registered_model get_model_version get_latest_versions get_features get_history get_monitoring_plan
            list_sign_offs list_unmet_gates search_registered_models search_model_versions list_transition_requests
            list_activities list_evidence get_health get_as_of list_policies get_clock get_seal
            get_evidence
            """, everyone
        ),
        (
            "registry",
            """
            create_registered_model update_registered_model rename_registered_model delete_registered_model
            create_model_version update_model_version delete_model_version
            """, makers
        ),
        (
            "registry",
            """
            set_registered_model_tag set_model_version_tag set_registered_model_alias delete_registered_model_alias
            transition_stage sign_off approve_transition_request reject_transition_request break_glass hand_over
            record_evaluation
            """, deciders
        ),
        (
            "registry",
            """
            create_transition_request delete_transition_request decide_transition_request create_comment update_comment
            delete_comment ask_break_glass roll_back record_tests
            """, deciders.union(runners)
        ),
        ("registry", "delete_registered_model_tag delete_model_version_tag", makers),
        ("registry", "set_monitoring_plan", [.contributor, .programManager, .operator]),
        (
            "datasets",
            """
            get_table get_profile get_difference get_history get_lineage get_transaction list_tables list_branches
            list_transactions read_rows
            """, everyone
        ),
        (
            "datasets",
            """
            upload import derive restore delete create_branch fast_forward delete_branch begin_transaction
            add_to_transaction commit_transaction abort_transaction
            """, makers
        ),
        ("datasets", "optimize vacuum", runners),
        (
            "features",
            """
            get_online get_table get_view get_training_set get_packed list_tables list_views list_training_sets
            list_served list_checks list_rejected_pushes get_findings read_training_rows
            """, everyone
        ),
        ("features", "apply create_training_set create_table register_table write_table drop_table tag_table", makers),
        ("features", "serve push materialize materialize_grid recompute", runners),
        ("features", "verify", [.contributor, .operator, .reviewer]),
        ("models", "train", makers),
        ("models", "evaluate_gate", [.contributor, .reviewer]),
        ("models", "evaluate", deciders),
        ("monitoring", "compare_training", deciders.union(runners)),
        ("scoring", "list_predictions get_explanation get_row_scoring", everyone),
        ("scoring", "score_batch score_rows score_served", runners),
        ("monitoring", "check", runners),
        ("quality", "run", [.contributor, .operator, .reviewer]),
        (
            "webhooks", "list_webhooks list_registry_webhooks get_webhook list_deliveries",
            [.contributor, .operator, .auditor]
        ),
        (
            "webhooks",
            """
            create_webhook update_webhook delete_webhook test_webhook create_registry_webhook update_registry_webhook
            delete_registry_webhook test_registry_webhook
            """, runners
        ),
        ("audit", "get_checkpoint verify", everyone),
        (
            "audit",
            """
            list_entries search_entries get_entry get_proof get_consistency_proof get_log list_checkpoints
            publish_checkpoint cosign
            """, overseers
        ),
        ("workspace", "get_interface", everyone),
        ("policy", "reset_clock", managers),
        ("identity", "get_me create_own_token list_own_tokens revoke_own_token set_own_password", everyone),
        ("identity", "list_users list_groups list_roles", overseers),
        (
            "identity",
            "create_user renew_token deactivate_user create_group add_member create_role delete_role grant_role revoke_role",
            managers
        ),
    ]

    private static var table: [Verb: Set<Role>] {
        var table: [Verb: Set<Role>] = [:]
        for (service, verbs, roles) in expected {
            for verb in verbs.split(whereSeparator: \.isWhitespace) { table[Verb(service, String(verb))] = roles }
        }
        return table
    }

    /// Routes whom anybody may ask: a new one is written here on purpose.
    private static let open: Set<String> = [
        "GET /health", "GET /version", "GET /login", "POST /login", "POST /logout",
    ]

    private static func isOpen(_ route: RouteRecord) -> Bool {
        open.contains("\(route.method) \(route.path)") || route.path.hasSuffix("/mlflow/server-info")
            || route.path.hasSuffix("/mlflow-artifacts/linked/**")
            || route.path.hasSuffix("/mlflow-artifacts/mpu/part/:upload/:number")
    }

    @Test func `Each route lets in the roles that the table says, and nobody else`() async throws {
        try await withServer(policy: .governed) { server in
            var tokens: [Role: String] = [:]
            for role in Role.allCases { tokens[role] = try await server.token(role) }
            let (routes, table) = (server.application.routes, Self.table)
            #expect(routes.count > 150)
            var seen: Set<Verb> = []
            for route in routes {
                guard case .verb(let verb, _) = route.need else {
                    #expect(Self.isOpen(route), "\(route.method) \(route.path) is open to anybody")
                    continue
                }
                seen.insert(verb)
                guard let roles = table[verb] else {
                    Issue.record("\(route.method) \(route.path): who may do \(verb) is not in the table")
                    continue
                }
                let nobody = try await ask(server, route, token: nil)
                #expect(nobody == 401, "\(route.method) \(route.path) without a token: \(nobody)")
                for (role, token) in tokens.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    let status = try await ask(server, route, token: token)
                    let isLetIn = ![401, 403].contains(status)
                    #expect(
                        isLetIn == roles.contains(role), "\(route.method) \(route.path) (\(verb)) as \(role): \(status)"
                    )
                }
            }
            #expect(Set(table.keys).subtracting(seen).isEmpty, "verbs of the table that no route has")
        }
    }

    @Test func `Somebody with an account and no role is let do nothing but look after it`() async throws {
        try await withServer(policy: .governed) { server in
            let token = try await server.platform.identity.createUser(
                "robot", roles: [], kind: .serviceAccount, by: .setup)
            for route in server.application.routes {
                guard case .verb = route.need else { continue }
                let status = try await ask(server, route, token: token)
                #expect(status == 403, "\(route.method) \(route.path): \(status)")
            }
        }
    }

    private func ask(_ server: TestServer, _ route: RouteRecord, token: String?) async throws -> Int {
        let path =
            "/"
            + route.path.split(separator: "/").map { $0.hasPrefix(":") || $0 == "**" ? "x" : $0 }
            .joined(separator: "/")
        let method = try #require(HTTPRequest.Method(rawValue: route.method))
        let body = [.get, .delete].contains(method) ? Data() : Data("{}".utf8)
        return try await server.ask(method, path, body: body, token: token).status
    }
}
