extension Role {
    /// What the role may do where it is given.
    public var verbs: [VerbPattern] {
        switch self {
        case .viewer: Self.looking
        case .contributor: Self.looking + Self.making
        case .reviewer: Self.looking + Self.deciding + ["models.evaluate_gate", "quality.run", "features.verify"]
        case .programManager: Self.looking + Self.deciding + ["registry.set_monitoring_plan"]
        case .operator: Self.looking + Self.running
        case .auditor:
            Self.looking + ["audit.*", "identity.get_*", "identity.list_*", "webhooks.list_*", "webhooks.get_*"]
        case .administrator: Self.looking + ["identity.*", "policy.*", "workspace.*", "audit.*"]
        }
    }

    /// The services whose contents every role may look at where it is given.
    private static let services = [
        "tracking", "artifacts", "registry", "datasets", "features", "models", "scoring", "monitoring", "quality",
        "jobs",
    ]

    private static let looking: [VerbPattern] =
        services.flatMap { service in
            ["get_*", "list_*", "search_*", "read_*"].compactMap { VerbPattern("\(service).\($0)") }
        }
        + ["identity.get_me", "identity.*_own_*", "audit.get_checkpoint", "audit.verify", "workspace.get_*"]

    private static let making: [VerbPattern] = [
        "tracking.*", "artifacts.*", "datasets.*", "features.*", "models.*", "scoring.*", "monitoring.*", "quality.*",
        "webhooks.*", "jobs.*",
        "registry.create_*", "registry.update_*", "registry.set_*", "registry.delete_*", "registry.rename_*",
        "registry.restore_*", "registry.import_*", "registry.transition_stage", "registry.record_*",
        "registry.approve_*", "registry.reject_*", "registry.decide_*", "registry.sign_off", "registry.roll_back",
        "registry.ask_break_glass", "registry.break_glass", "registry.hand_over",
    ]

    private static let deciding: [VerbPattern] = [
        "registry.sign_off", "registry.transition_stage", "registry.create_transition_request",
        "registry.delete_transition_request", "registry.approve_*", "registry.reject_*", "registry.decide_*",
        "registry.*_comment", "registry.record_*", "registry.roll_back", "registry.ask_break_glass",
        "registry.break_glass", "registry.hand_over", "registry.set_registered_model_alias",
        "registry.delete_registered_model_alias", "registry.set_*_tag", "models.evaluate",
        "monitoring.compare_training",
    ]

    private static let running: [VerbPattern] = [
        "jobs.*", "monitoring.*", "webhooks.*", "scoring.*", "quality.*",
        "features.serve", "features.stop_serving", "features.push", "features.materialize*", "features.recompute",
        "features.verify", "datasets.optimize", "datasets.vacuum", "tracking.purge_*", "registry.roll_back",
        "registry.create_transition_request", "registry.delete_transition_request", "registry.decide_*",
        "registry.*_comment", "registry.ask_break_glass", "registry.set_monitoring_plan", "registry.record_tests",
    ]
}

extension Verb {
    /// Verbs that this one comes with: what the server does in other services to carry it out.
    public var consequences: [VerbPattern] {
        switch service {
        case "models": ["tracking.*", "artifacts.*", "registry.*", "datasets.*", "features.*"]
        case "monitoring":
            [
                "tracking.*", "artifacts.*", "registry.*", "models.*", "datasets.*", "features.*", "quality.*",
                "scoring.*",
            ]
        case "scoring", "quality": ["datasets.*", "features.*", "monitoring.*", "scoring.*", "tracking.*"]
        case "features": ["datasets.*", "features.*"]
        case "datasets": ["datasets.*", "tracking.log_inputs"]
        case "tracking": ["tracking.*", "artifacts.*"]
        case "registry": ["registry.*", "artifacts.*", "webhooks.*"]
        case "artifacts": ["artifacts.*"]
        case "webhooks": ["webhooks.*"]
        default: []
        }
    }
}
