/// What happened to what. Raw values are the names that receivers know: MLflow's, Martlet's own in MLflow's manner, and
/// Databricks'.
public enum WebhookEvent: String, Sendable, Hashable, CaseIterable {
    // MLflow's.
    case registeredModelCreated = "registered_model.created"
    case modelVersionCreated = "model_version.created"
    case modelVersionTagSet = "model_version_tag.set"
    case modelVersionTagDeleted = "model_version_tag.deleted"
    case modelVersionAliasCreated = "model_version_alias.created"
    case modelVersionAliasDeleted = "model_version_alias.deleted"
    case promptCreated = "prompt.created"
    case promptVersionCreated = "prompt_version.created"
    case promptTagSet = "prompt_tag.set"
    case promptTagDeleted = "prompt_tag.deleted"
    case promptVersionTagSet = "prompt_version_tag.set"
    case promptVersionTagDeleted = "prompt_version_tag.deleted"
    case promptAliasCreated = "prompt_alias.created"
    case promptAliasDeleted = "prompt_alias.deleted"
    /// Of MLflow's gateway: it can be asked for, and never happens here.
    case budgetPolicyExceeded = "budget_policy.exceeded"

    // Martlet's own.
    case stageChanged = "model_version.stage_changed"
    case modelVersionDeleted = "model_version.deleted"
    case registeredModelRenamed = "registered_model.renamed"
    case registeredModelDeleted = "registered_model.deleted"
    case rolledBack = "registered_model.rolled_back"
    case transitionRequested = "transition_request.created"
    case transitionApproved = "transition_request.approved"
    case transitionRejected = "transition_request.rejected"
    case transitionCancelled = "transition_request.cancelled"
    case commentCreated = "comment.created"
    case signOffGiven = "sign_off.given"
    case breakGlassAsked = "break_glass.asked"
    case breakGlassDone = "break_glass.done"
    case healthTurnedRed = "model_health.turned_red"
    /// A monitoring plan says who is to be told that something is wrong.
    case modelHealthEscalated = "model_health.escalated"
    case archivingAsked = "model_health.archiving_asked"

    // Databricks'.
    case registryModelCreated = "REGISTERED_MODEL_CREATED"
    case registryVersionCreated = "MODEL_VERSION_CREATED"
    case registryTagSet = "MODEL_VERSION_TAG_SET"
    case registryTransitioned = "MODEL_VERSION_TRANSITIONED_STAGE"
    case registryTransitionedToStaging = "MODEL_VERSION_TRANSITIONED_TO_STAGING"
    case registryTransitionedToProduction = "MODEL_VERSION_TRANSITIONED_TO_PRODUCTION"
    case registryTransitionedToArchived = "MODEL_VERSION_TRANSITIONED_TO_ARCHIVED"
    case registryRequested = "TRANSITION_REQUEST_CREATED"
    case registryRequestedStaging = "TRANSITION_REQUEST_TO_STAGING_CREATED"
    case registryRequestedProduction = "TRANSITION_REQUEST_TO_PRODUCTION_CREATED"
    case registryRequestedArchived = "TRANSITION_REQUEST_TO_ARCHIVED_CREATED"
    case registryCommented = "COMMENT_CREATED"

    /// `model_version`; of Databricks' events, the whole word.
    public var entity: String { String(rawValue.prefix { $0 != "." }) }
    /// `created`
    public var action: String { String(rawValue.drop { $0 != "." }.dropFirst()) }

    public var dialect: WebhookDialect { rawValue.contains(".") ? .mlflow : .databricks }
    /// Whether it is in MLflow's manner, and MLflow does not know it.
    public var isMartlets: Bool { Self.martlets.contains(self) }

    private static let martlets: Set<WebhookEvent> = [
        .stageChanged, .modelVersionDeleted, .registeredModelRenamed, .registeredModelDeleted, .rolledBack,
        .transitionRequested, .transitionApproved, .transitionRejected, .transitionCancelled, .commentCreated,
        .signOffGiven, .breakGlassAsked, .breakGlassDone, .healthTurnedRed, .modelHealthEscalated,
        .archivingAsked,
    ]
}

/// How receivers are told: the shape of a request's body, and its signature.
public enum WebhookDialect: String, Sendable, Hashable, CaseIterable, Codable {
    /// MLflow's, in which Martlet's own events are told, too.
    case mlflow
    /// That of Databricks' registry webhooks.
    case databricks
}

/// By whose API webhooks are looked at and changed. Each shows what its clients understand: MLflow's break on a webhook
/// with an event that they do not know.
public enum WebhookAPI: Sendable, Hashable {
    case mlflow, databricks
    /// All of them.
    case martlet

    public func knows(_ event: WebhookEvent) -> Bool {
        switch self {
        case .mlflow: event.dialect == .mlflow && !event.isMartlets
        case .databricks: event.dialect == .databricks
        case .martlet: true
        }
    }

    public var events: [WebhookEvent] { WebhookEvent.allCases.filter(knows) }

    /// An event by its name.
    /// - Throws: ``WebhookError/invalid(_:)`` that names the events there are.
    public func event(named word: String) throws(WebhookError) -> WebhookEvent {
        guard let event = WebhookEvent(rawValue: word), knows(event) else {
            let known = events.map(\.rawValue).joined(separator: ", ")
            throw .invalid(["'\(word.prefix(100))' is no event of a webhook. Events are: \(known)"])
        }
        return event
    }
}
