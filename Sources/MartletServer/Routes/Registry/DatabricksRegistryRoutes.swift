import HTTPTypes
import HummingbirdCore
import MartletAPI
import MartletDomain
import Platform

private typealias Wire = DatabricksRegistry

/// Databricks' registry API, relative to `…/mlflow/`: transition requests, comments, models with permissions.
func addDatabricksRegistryRoutes(to group: Routes, _ registry: Registry) {
    addTransitionRequestRoutes(to: group, registry)
    addDecisionRoutes(to: group, registry)
    addCommentRoutes(to: group, registry)
    addDatabricksModelRoutes(to: group, registry)
}

/// A transition as it came, with its stage as the model's policy knows it.
private struct Meant {
    var name: String
    var version: String
    var stage: Stage

    init(_ body: DatabricksRegistry.Transition, _ registry: Registry) throws {
        try self.init(body.name, body.version, body.stage, registry)
    }

    init(_ name: String?, _ version: String?, _ stage: String?, _ registry: Registry) throws {
        self.name = try required(name, "name")
        self.version = try required(version, "version")
        self.stage = try registry.stage(named: try required(stage, "stage"), of: self.name)
    }
}

private func addTransitionRequestRoutes(to group: Routes, _ registry: Registry) {
    group.answer(
        .post, "transition-requests/create", Wire.Transition.self, "registry.create_transition_request",
        of: .model { $0.name }
    ) { body, context in
        let meant = try Meant(body, registry)
        let request = try await registry.requestTransition(
            of: meant.name, meant.version, to: meant.stage, comment: body.comment.unlessEmpty, by: context.caller)
        let actions = request.actions(for: context.user, under: registry.policy(for: meant.name))
        return Wire.RequestAnswer(request: .init(request, from: nil, actions: actions))
    }
    group.answer(
        "transition-requests/list", "registry.list_transition_requests", of: .model { $0["name"] }
    ) { query, context in
        let open = try await registry.openRequests(
            of: try required(query["name"], "name"), try required(query["version"], "version"), by: context.caller)
        return Wire.RequestsAnswer(requests: open.map { .init($0.request, from: $0.from, actions: $0.actions) })
    }
    group.answer(
        "transition-requests/delete", by: .delete, "registry.delete_transition_request", of: .model { $0["name"] }
    ) { query, context in
        let meant = try Meant(query["name"], query["version"], query["stage"], registry)
        let activity = try await registry.cancelTransition(
            of: meant.name, meant.version, to: meant.stage, creator: try required(query["creator"], "creator"),
            comment: query["comment"].unlessEmpty, by: context.caller)
        return Wire.ActivityAnswer(activity: .init(activity))
    }
}

private func addDecisionRoutes(to group: Routes, _ registry: Registry) {
    group.answer(
        .post, "transition-requests/approve", Wire.Transition.self, "registry.approve_transition_request",
        of: .model { $0.name }
    ) { body, context in
        let meant = try Meant(body, registry)
        let done = try await registry.approveTransition(
            of: meant.name, meant.version, to: meant.stage,
            archiveExisting: body.archive_existing_versions?.value ?? false, comment: body.comment.unlessEmpty,
            by: context.caller)
        return Wire.ActivityAnswer(activity: .init(done.activity))
    }
    group.answer(
        .post, "transition-requests/reject", Wire.Transition.self, "registry.reject_transition_request",
        of: .model { $0.name }
    ) { body, context in
        let meant = try Meant(body, registry)
        let activity = try await registry.rejectTransition(
            of: meant.name, meant.version, to: meant.stage, comment: body.comment.unlessEmpty, by: context.caller)
        return Wire.ActivityAnswer(activity: .init(activity))
    }
}

private func addCommentRoutes(to group: Routes, _ registry: Registry) {
    let own: [ModelActivity.Action] = [.editComment, .deleteComment]
    group.answer(
        .post, "comments/create", Wire.Comment.self, "registry.create_comment", of: .model { $0.name }
    ) { body, context in
        let comment = try await registry.comment(
            try required(body.comment, "comment"), on: try required(body.name, "name"),
            try required(body.version, "version"), by: context.caller)
        return Wire.CommentAnswer(comment: .init(comment, actions: own))
    }
    group.answer(
        .patch, "comments/update", Wire.Comment.self, "registry.update_comment", of: .comment { $0.id }
    ) { body, context in
        let comment = try await registry.updateComment(
            try required(body.id, "id"), to: try required(body.comment, "comment"), by: context.caller)
        return Wire.CommentAnswer(comment: .init(comment, actions: own))
    }
    group.answer("comments/delete", by: .delete, "registry.delete_comment", of: .comment { $0["id"] }) {
        query, context in
        try await registry.deleteComment(try required(query["id"], "id"), by: context.caller)
        return MLflowRegistry.Empty()
    }
}

private func addDatabricksModelRoutes(to group: Routes, _ registry: Registry) {
    group.answer(
        .post, "databricks/model-versions/transition-stage", Wire.Transition.self, "registry.transition_stage",
        of: .model { $0.name }
    ) { body, context in
        let meant = try Meant(body, registry)
        let version = try await registry.transition(
            meant.name, meant.version, to: meant.stage,
            archiveExisting: body.archive_existing_versions?.value ?? false, comment: body.comment.unlessEmpty,
            by: context.caller)
        let open = try await registry.openRequests(of: meant.name, meant.version, by: context.caller)
        return Wire.ModelVersionAnswer(
            .init(
                version, permissionLevel: context.user.databricksPermissionLevel(forModel: meant.name),
                openRequests: open.map { .init($0.request, from: $0.from, actions: $0.actions) }))
    }
    group.answer(
        "databricks/registered-models/get", "registry.get_registered_model", of: .model { $0["name"] }
    ) { query, context in
        let name = try required(query["name"], "name")
        let (model, owner) = try await registry.modelWithOwner(name)
        let policy = registry.policy(for: name)
        let decides = policy.order.contains { $0.isInService && context.user.mayDecide($0, of: name, under: policy) }
        let actions: [ModelActivity.Action] =
            (decides ? [.approve, .reject] : [])
            + (context.user.may("registry.delete_transition_request", on: .registeredModel(name)) ? [.cancel] : [])
        return Wire.RegisteredModelAnswer(
            .init(
                model, owner: owner, permissionLevel: context.user.databricksPermissionLevel(forModel: name),
                actions: actions))
    }
}
