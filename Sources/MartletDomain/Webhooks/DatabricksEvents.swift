/// What Databricks' registry webhooks are told. Each body has a sentence for people in `text`, which chat programs
/// show.
///
/// Source: Databricks' documentation of registry webhooks, whose payloads these are field for field where it shows them
/// (stage changes, tags, comments); requests have the fields of stage changes, and what is made has its name.
extension WebhookPayload {
    /// The same event as those who asked for Databricks' events are told of it: by none, one or two names.
    /// - Parameter user: Who did it.
    public func inDatabricksWords(by user: String) -> [WebhookPayload] {
        guard let name = self["name"] else { return [] }
        let version = self["version"] ?? ""
        let of = "version \(version) of '\(name)'"
        switch event {
        case .registeredModelCreated:
            return [
                .init(.registryModelCreated, ["model_name": .text(name), "text": .text("\(user) made '\(name)'.")])
            ]
        case .modelVersionCreated:
            return [
                .init(
                    .registryVersionCreated,
                    [
                        "model_name": .text(name), "version": .text(version),
                        "text": .text("\(user) registered \(of)."),
                    ])
            ]
        case .modelVersionTagSet:
            let tag = KeyedText(self["key"] ?? "", self["value"] ?? "")
            return [
                .init(
                    .registryTagSet,
                    [
                        "model_name": .text(name), "version": .text(version), "tags": .pairs([tag]),
                        "text": .text("\(user) set the tag '\(tag.key)' => '\(tag.value)' of \(of)."),
                    ])
            ]
        case .commentCreated:
            return [
                .init(
                    .registryCommented,
                    [
                        "model_name": .text(name), "version": .text(version), "comment": .text(self["comment"]),
                        "text": .text("\(user) commented on \(of)."),
                    ])
            ]
        case .stageChanged: return between(name, version, .registryTransitioned, "\(user) moved \(of)")
        case .transitionRequested:
            return between(name, version, .registryRequested, "\(user) asked to move \(of)")
        default: return []
        }
    }

    /// The general event, and that of the stage if Databricks has one.
    private func between(
        _ name: String, _ version: String, _ general: WebhookEvent, _ sentence: String
    ) -> [WebhookPayload] {
        let (from, to) = (self["from_stage"] ?? "", self["to_stage"] ?? "")
        let isMove = general == .registryTransitioned
        let special: WebhookEvent? =
            switch to {
            case Stage.staging.rawValue: isMove ? .registryTransitionedToStaging : .registryRequestedStaging
            case Stage.production.rawValue: isMove ? .registryTransitionedToProduction : .registryRequestedProduction
            case Stage.archived.rawValue: isMove ? .registryTransitionedToArchived : .registryRequestedArchived
            default: nil
            }
        return [general, special].compactMap { $0 }.map { event in
            .init(
                event,
                [
                    "model_name": .text(name), "version": .text(version), "to_stage": .text(to),
                    "from_stage": .text(from), "text": .text("\(sentence) from \(from) to \(to)."),
                ])
        }
    }
}
