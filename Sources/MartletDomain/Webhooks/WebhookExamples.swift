extension WebhookPayload {
    /// What is sent to try a webhook: as it would be told, of things that are none.
    public static func example(of event: WebhookEvent) -> WebhookPayload {
        if event.isMartlets { return martletExample(of: event) }
        if event.dialect == .databricks { return databricksExample(of: event) }
        return mlflowExample(of: event)
    }

    /// The payload that MLflow documents for the event.
    private static func mlflowExample(of event: WebhookEvent) -> WebhookPayload {
        let tags = Value.tags([KeyedText("example_key", "example_value")])
        let (key, value) = (Value.text("example_key"), Value.text("example_value"))
        let (model, prompt, version) = (Value.text("example_model"), Value.text("example_prompt"), Value.text("1"))
        let alias = Value.text("example_alias")
        return switch event {
        case .registeredModelCreated:
            .init(event, ["name": model, "tags": tags, "description": .text("An example registered model")])
        case .modelVersionCreated:
            .init(
                event,
                [
                    "name": model, "version": version, "source": .text("models:/123"),
                    "run_id": .text("abcd1234abcd5678"), "tags": tags,
                    "description": .text("An example model version"),
                ])
        case .modelVersionTagSet: .init(event, ["name": model, "version": version, "key": key, "value": value])
        case .modelVersionTagDeleted: .init(event, ["name": model, "version": version, "key": key])
        case .modelVersionAliasCreated: .init(event, ["name": model, "alias": alias, "version": version])
        case .modelVersionAliasDeleted: .init(event, ["name": model, "alias": alias])
        case .promptCreated:
            .init(event, ["name": prompt, "tags": tags, "description": .text("An example prompt")])
        case .promptVersionCreated:
            .init(
                event,
                [
                    "name": prompt, "version": version, "template": .text("Hello {{name}}!"), "tags": tags,
                    "description": .text("An example prompt version"),
                ])
        case .promptTagSet: .init(event, ["name": prompt, "key": key, "value": value])
        case .promptTagDeleted: .init(event, ["name": prompt, "key": key])
        case .promptVersionTagSet: .init(event, ["name": prompt, "version": version, "key": key, "value": value])
        case .promptVersionTagDeleted: .init(event, ["name": prompt, "version": version, "key": key])
        case .promptAliasCreated: .init(event, ["name": prompt, "alias": alias, "version": version])
        case .promptAliasDeleted: .init(event, ["name": prompt, "alias": alias])
        case .budgetPolicyExceeded:
            .init(
                event,
                [
                    "budget_policy_id": .text("bp-abc123"), "budget_unit": .text("USD"), "budget_amount": .number(100),
                    "current_spend": .number(105.5), "duration_unit": .text("MONTHS"), "duration_value": .number(1),
                    "target_scope": .text("ENDPOINT"), "workspace": .text("default"),
                    "target_value": .text("ep-abc123"), "window_start": .number(1_704_067_200_000),
                ])
        default: .init(event, [:])
        }
    }

    private static func martletExample(of event: WebhookEvent) -> WebhookPayload {
        let id = ModelVersion.ID(name: "example_model", version: 1)
        func activity(_ kind: ModelActivity.Kind) -> WebhookPayload {
            WebhookPayload(
                ModelActivity(
                    id: "example", version: id, kind: kind, user: "example_user", comment: "An example comment",
                    from: .staging, to: .production, createdAt: 0, updatedAt: 0)) ?? .init(event, [:])
        }
        let glass = BreakGlass(
            id: "example", version: id, stage: .production, reason: "An example reason", askedBy: "example_user",
            askedAt: 0, confirmedBy: "another_user", confirmedAt: 0, status: .done, artifactDigest: "abcd1234")
        let health = ModelHealth(
            model: id.name, version: 1, owner: "example_user",
            findings: [.init(.overdue, .red, "An example finding", since: 0)])
        return switch event {
        case .modelVersionDeleted: .deleted(version: id, by: "example_user")
        case .registeredModelRenamed: .renamed(model: "example_model", from: "former_name", by: "example_user")
        case .registeredModelDeleted: .deleted(model: "example_model", by: "example_user")
        case .rolledBack: .rolledBack(to: id, reason: "An example reason", by: "example_user")
        case .transitionRequested: activity(.requestedTransition)
        case .transitionApproved: activity(.approvedRequest)
        case .transitionRejected: activity(.rejectedRequest)
        case .transitionCancelled: activity(.cancelledRequest)
        case .commentCreated: activity(.newComment)
        case .signOffGiven:
            .signedOff(
                SignOff(
                    version: id, stage: .production, role: .reviewer, user: "example_user", comment: nil,
                    artifactDigest: "abcd1234", at: 0, auditPosition: nil))
        case .breakGlassAsked: .asked(glass, from: .staging, unmet: ["An example gate"])
        case .breakGlassDone: .done(glass, from: .staging)
        case .healthTurnedRed: .turnedRed(health)
        case .modelHealthEscalated:
            .escalated(
                .init(.overdue, .red, "An example finding", since: 0), of: health, contacts: "example_user")
        case .archivingAsked: .archivingAsked(health)
        default: .moved(id, from: .staging, to: .production, way: .transition, by: "example_user")
        }
    }

    private static func databricksExample(of event: WebhookEvent) -> WebhookPayload {
        let id = ModelVersion.ID(name: "example_model", version: 1)
        let (tag, user) = (KeyedText("example_key", "example_value"), "example_user")
        func request(_ stage: Stage) -> WebhookPayload? {
            WebhookPayload(
                ModelActivity(
                    id: "example", version: id, kind: .requestedTransition, user: user, from: Stage.unstaged, to: stage,
                    createdAt: 0, updatedAt: 0))
        }
        func move(_ stage: Stage) -> WebhookPayload {
            .moved(id, from: .unstaged, to: stage, way: .transition, by: user)
        }
        let told: WebhookPayload? =
            switch event {
            case .registryModelCreated: .created(model: id.name, tags: [], description: nil)
            case .registryVersionCreated:
                .created(version: id, source: "", runID: nil, tags: [], description: "")
            case .registryTagSet: .tag(tag.key, tag.value, of: id.name, "1", isPrompt: false)
            case .registryTransitionedToStaging: move(.staging)
            case .registryTransitionedToArchived: move(.archived)
            case .registryRequested, .registryRequestedProduction: request(.production)
            case .registryRequestedStaging: request(.staging)
            case .registryRequestedArchived: request(.archived)
            case .registryCommented:
                WebhookPayload(
                    ModelActivity(
                        id: "example", version: id, kind: .newComment, user: user, comment: "An example comment",
                        createdAt: 0, updatedAt: 0))
            default: move(.production)
            }
        return told?.inDatabricksWords(by: user).first { $0.event == event } ?? .init(event, [:])
    }
}
