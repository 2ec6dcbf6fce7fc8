/// How a version came to another stage.
public enum StageMoveWay: String, Sendable, Hashable, CaseIterable {
    /// Somebody moved it, and every gate was met.
    case transition
    /// Somebody asked for it, and others approved.
    case request
    /// Past the gates, by two people.
    case breakGlass = "break_glass"
    case rollback
    /// Another version took its place.
    case replaced
}

/// What receivers are told of the registry that MLflow has no word for, in MLflow's manner.
extension WebhookPayload {
    /// - Parameter replacement: The version that took its place, if one did.
    public static func moved(
        _ id: ModelVersion.ID, from: Stage, to: Stage, way: StageMoveWay, by user: String,
        replacement: ModelVersion.ID? = nil
    ) -> WebhookPayload {
        .init(
            .stageChanged,
            [
                "name": .text(id.name), "version": .text("\(id.version)"), "from_stage": .text(from.rawValue),
                "to_stage": .text(to.rawValue), "way": .text(way.rawValue),
                "replaced_by": .text(replacement.map { "\($0.version)" }), "by": .text(user),
            ])
    }

    /// Nil for an activity that is told of otherwise: a version that moved.
    public init?(_ activity: ModelActivity) {
        let event: WebhookEvent
        switch activity.kind {
        case .requestedTransition: event = .transitionRequested
        case .approvedRequest: event = .transitionApproved
        case .rejectedRequest: event = .transitionRejected
        case .cancelledRequest: event = .transitionCancelled
        case .newComment:
            self.init(
                .commentCreated,
                [
                    "name": .text(activity.version.name), "version": .text("\(activity.version.version)"),
                    "id": .text(activity.id), "comment": .text(activity.comment), "by": .text(activity.user),
                ])
            return
        case .appliedTransition, .systemTransition: return nil
        }
        self.init(
            event,
            [
                "name": .text(activity.version.name), "version": .text("\(activity.version.version)"),
                "from_stage": .text(activity.from?.rawValue), "to_stage": .text(activity.to?.rawValue),
                "comment": .text(activity.comment), "outcome": .text(activity.systemComment),
                "by": .text(activity.user),
            ])
    }

    public static func signedOff(_ signOff: SignOff) -> WebhookPayload {
        .init(
            .signOffGiven,
            [
                "name": .text(signOff.version.name), "version": .text("\(signOff.version.version)"),
                "stage": .text(signOff.stage.rawValue), "role": .text(signOff.role.rawValue),
                "artifact_digest": .text(signOff.artifactDigest), "comment": .text(signOff.comment),
                "by": .text(signOff.user),
            ])
    }

    /// - Parameter unmet: The gates that are to be walked past, a sentence each.
    public static func asked(_ glass: BreakGlass, from: Stage, unmet: [String]) -> WebhookPayload {
        .init(
            .breakGlassAsked,
            [
                "name": .text(glass.version.name), "version": .text("\(glass.version.version)"),
                "from_stage": .text(from.rawValue), "to_stage": .text(glass.alias == nil ? glass.stage.rawValue : nil),
                "alias": .text(glass.alias), "reason": .text(glass.reason), "unmet_gates": .texts(unmet),
                "by": .text(glass.askedBy),
            ])
    }

    public static func done(_ glass: BreakGlass, from: Stage) -> WebhookPayload {
        .init(
            .breakGlassDone,
            [
                "name": .text(glass.version.name), "version": .text("\(glass.version.version)"),
                "from_stage": .text(from.rawValue), "to_stage": .text(glass.alias == nil ? glass.stage.rawValue : nil),
                "alias": .text(glass.alias), "reason": .text(glass.reason), "asked_by": .text(glass.askedBy),
                "by": .text(glass.confirmedBy),
            ])
    }

    /// - Parameters:
    ///   - archived: What was in Production before.
    ///   - aliases: What means the version again.
    public static func rolledBack(
        to id: ModelVersion.ID, archived: [ModelVersion.ID] = [], aliases: [String] = [], reason: String?,
        by user: String
    ) -> WebhookPayload {
        .init(
            .rolledBack,
            [
                "name": .text(id.name), "version": .text("\(id.version)"),
                "archived_versions": .texts(archived.map { "\($0.version)" }),
                "aliases": .texts(aliases), "reason": .text(reason),
                "by": .text(user),
            ])
    }

    public static func deleted(version id: ModelVersion.ID, by user: String) -> WebhookPayload {
        .init(
            .modelVersionDeleted,
            ["name": .text(id.name), "version": .text("\(id.version)"), "by": .text(user)])
    }

    public static func deleted(model name: String, by user: String) -> WebhookPayload {
        .init(.registeredModelDeleted, ["name": .text(name), "by": .text(user)])
    }

    public static func renamed(model name: String, from former: String, by user: String) -> WebhookPayload {
        .init(
            .registeredModelRenamed, ["name": .text(name), "former_name": .text(former), "by": .text(user)])
    }

    public static func turnedRed(_ health: ModelHealth) -> WebhookPayload { of(health, .healthTurnedRed) }

    /// Nobody looked after a model for so long that Martlet asks for its archiving.
    public static func archivingAsked(_ health: ModelHealth) -> WebhookPayload { of(health, .archivingAsked) }

    private static func of(_ health: ModelHealth, _ event: WebhookEvent) -> WebhookPayload {
        .init(
            event,
            [
                "name": .text(health.model), "version": .text(health.version.map { "\($0)" }),
                "status": .text(health.status.rawValue),
                "findings": .texts(health.findings.filter { $0.status == .red }.map(\.text)),
                "owner": .text(health.owner), "owner_group": .text(health.ownerGroup),
                "contacts": .texts(health.escalation?.contacts ?? []),
            ])
    }
}
