import Hummingbird
import MartletAPI
import MartletDomain
import Platform

private typealias Wire = MLflowRegistry

func addRegisteredModelRoutes(to group: Routes, _ registry: Registry) {
    group.answer(
        .post, "registered-models/create", Wire.CreateRegisteredModel.self, "registry.create_registered_model",
        of: .model { $0.name }
    ) { body, context in
        Wire.RegisteredModelAnswer(
            try await registry.createModel(
                body.name ?? "", description: body.description, tags: try texts(body.tags, "tags"), by: context.caller))
    }
    group.answer("registered-models/get", "registry.get_registered_model", of: .model { $0["name"] }) { query, _ in
        Wire.RegisteredModelAnswer(try await registry.model(try required(query["name"], "name")))
    }
    group.answer("registered-models/search", "registry.search_registered_models", of: .visible(.registeredModel)) {
        query, context in
        let page = try await registry.searchModels(
            filter: query["filter"] ?? "", orderBy: query.all("order_by"),
            size: try query.integer("max_results") ?? 100, token: query["page_token"],
            visible: context.visible(.registeredModel))
        return Wire.RegisteredModelsAnswer(page.elements, nextToken: page.nextToken)
    }
    group.answer(
        .patch, "registered-models/update", Wire.NamedModel.self, "registry.update_registered_model",
        of: .model { $0.name }
    ) { body, context in
        Wire.RegisteredModelAnswer(
            try await registry.updateModel(
                try required(body.name, "name"), description: body.description, by: context.caller))
    }
    group.answer(
        .post, "registered-models/rename", Wire.RenameRegisteredModel.self, "registry.rename_registered_model",
        of: .all([.registeredModel]) {
            [.registeredModels([$0.name ?? "", $0.new_name ?? ""])]
        }
    ) { body, context in
        Wire.RegisteredModelAnswer(
            try await registry.renameModel(
                try required(body.name, "name"), to: try required(body.new_name, "new_name"), by: context.caller))
    }
    group.answer(
        .delete, "registered-models/delete", Wire.NamedModel.self, "registry.delete_registered_model",
        of: .model { $0.name }
    ) { body, context in
        try await registry.deleteModel(try required(body.name, "name"), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "registered-models/set-tag", Wire.SetTag.self, "registry.set_registered_model_tag",
        of: .model { $0.name }
    ) { body, context in
        let tag = KeyedText(try required(body.key, "key"), body.value ?? "")
        try await registry.setModelTag(tag, of: try required(body.name, "name"), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .delete, "registered-models/delete-tag", Wire.SetTag.self, "registry.delete_registered_model_tag",
        of: .model { $0.name }
    ) { body, context in
        try await registry.deleteModelTag(
            try required(body.key, "key"), of: try required(body.name, "name"), by: context.caller)
        return Wire.Empty()
    }
    @Sendable func latest(_ name: String?, _ words: [String]) async throws -> Wire.ModelVersionsAnswer {
        let versions = try await registry.latestVersions(of: try required(name, "name"), inStagesNamed: words)
        return Wire.ModelVersionsAnswer(versions, withAliases: true)
    }
    group.answer(
        .post, "registered-models/get-latest-versions", Wire.LatestVersions.self, "registry.get_latest_versions",
        of: .model { $0.name }
    ) { body, _ in
        try await latest(body.name, body.stages ?? [])
    }
    group.answer("registered-models/get-latest-versions", "registry.get_latest_versions", of: .model { $0["name"] }) {
        query, _ in
        try await latest(query["name"], query.all("stages"))
    }
}
