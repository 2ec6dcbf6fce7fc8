/// What receivers are told of changes in the registry. A model that is marked as a prompt is a prompt's.
extension WebhookPayload {
    private static let marks: Set<String> = ["mlflow.prompt.is_prompt", "_mlflow_prompt_type"]
    private static let promptText = "mlflow.prompt.text"

    public static func created(model name: String, tags: [KeyedText], description: String?) -> WebhookPayload {
        let isPrompt = tags.markPrompt
        let shown = isPrompt ? tags.filter { !marks.contains($0.key) } : tags
        return .init(
            isPrompt ? .promptCreated : .registeredModelCreated,
            ["name": .text(name), "tags": .tags(shown), "description": .text(description ?? "")])
    }

    /// - Parameters:
    ///   - runID: As who registers it said, or as the version says that it was copied from.
    public static func created(
        version id: ModelVersion.ID, source: String, runID: String?, tags: [KeyedText], description: String
    ) -> WebhookPayload {
        let (name, version) = (Value.text(id.name), Value.text("\(id.version)"))
        let text = Value.text(description.isEmpty ? nil : description)
        guard tags.markPrompt else {
            return .init(
                .modelVersionCreated,
                [
                    "name": name, "version": version, "source": .text(source), "run_id": .text(runID),
                    "tags": .tags(tags), "description": text,
                ])
        }
        let shown = tags.filter { !marks.contains($0.key) && $0.key != promptText }
        return .init(
            .promptVersionCreated,
            [
                "name": name, "version": version, "template": .text(tags.last { $0.key == promptText }?.value),
                "tags": .tags(shown), "description": text,
            ])
    }

    /// A tag of a registered model: only that of a prompt is an event.
    public static func tag(_ key: String, _ value: String?, ofPrompt name: String) -> WebhookPayload {
        guard let value else { return .init(.promptTagDeleted, ["name": .text(name), "key": .text(key)]) }
        return .init(.promptTagSet, ["name": .text(name), "key": .text(key), "value": .text(value)])
    }

    /// - Parameter value: Nil when the tag was taken away.
    public static func tag(
        _ key: String, _ value: String?, of name: String, _ version: String, isPrompt: Bool
    ) -> WebhookPayload {
        guard let value else {
            return .init(
                isPrompt ? .promptVersionTagDeleted : .modelVersionTagDeleted,
                ["name": .text(name), "version": .text(version), "key": .text(key)])
        }
        return .init(
            isPrompt ? .promptVersionTagSet : .modelVersionTagSet,
            ["name": .text(name), "version": .text(version), "key": .text(key), "value": .text(value)])
    }

    /// - Parameter contacts: Who is to be told, by name.
    public static func escalated(
        _ finding: ModelHealth.Finding, of health: ModelHealth, contacts: String
    ) -> WebhookPayload {
        .init(
            .modelHealthEscalated,
            [
                "name": .text(health.model), "version": .text(health.version.map { "\($0)" }),
                "finding": .text(finding.kind.rawValue), "text": .text(finding.text), "contacts": .text(contacts),
            ])
    }

    /// - Parameter version: Nil when the alias was taken away.
    public static func alias(_ alias: String, of name: String, _ version: String?, isPrompt: Bool) -> WebhookPayload {
        guard let version else {
            return .init(
                isPrompt ? .promptAliasDeleted : .modelVersionAliasDeleted,
                ["name": .text(name), "alias": .text(alias)])
        }
        return .init(
            isPrompt ? .promptAliasCreated : .modelVersionAliasCreated,
            ["name": .text(name), "alias": .text(alias), "version": .text(version)])
    }
}
