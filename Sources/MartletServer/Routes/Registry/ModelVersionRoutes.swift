import Hummingbird
import MartletAPI
import MartletDomain
import Platform

private typealias Wire = MLflowRegistry

func addModelVersionRoutes(to group: Routes, _ registry: Registry) {
    group.answer(
        .post, "model-versions/create", Wire.CreateModelVersion.self, "registry.create_model_version",
        of: .model { $0.name }
    ) { body, context in
        // Whoever registers files makes them seen by those who see the model.
        try await context.require("artifacts.get_file", on: .modelURI(body.source ?? ""))
        return try await namingAliasesLikeMLflow {
            Wire.ModelVersionAnswer(
                try await registry.createVersion(
                    of: try required(body.name, "name"), source: try required(body.source, "source"),
                    claim: SourceClaim(runID: body.run_id, modelID: body.model_id), runLink: body.run_link.unlessEmpty,
                    description: body.description ?? "", tags: try texts(body.tags, "tags"), by: context.caller))
        }
    }
    group.answer("model-versions/get", "registry.get_model_version", of: .model { $0["name"] }) { query, _ in
        Wire.ModelVersionAnswer(
            try await registry.version(try required(query["name"], "name"), try required(query["version"], "version")))
    }
    group.answer("model-versions/get-download-uri", "registry.get_model_version", of: .model { $0["name"] }) {
        query, _ in
        Wire.DownloadURIAnswer(
            artifact_uri: try await registry.downloadURI(
                try required(query["name"], "name"), try required(query["version"], "version")))
    }
    group.answer("model-versions/search", "registry.search_model_versions", of: .visible(.registeredModel)) {
        query, context in
        let page = try await registry.searchVersions(
            filter: query["filter"] ?? "", orderBy: query.all("order_by"),
            size: try query.integer("max_results") ?? 10_000, token: query["page_token"],
            visible: context.visible(.registeredModel))
        return Wire.ModelVersionsAnswer(page.elements, withAliases: false, nextToken: page.nextToken)
    }
    group.answer(
        .patch, "model-versions/update", Wire.NamedVersion.self, "registry.update_model_version",
        of: .model { $0.name }
    ) { body, context in
        Wire.ModelVersionAnswer(
            try await registry.updateVersion(
                try required(body.name, "name"), try required(body.version, "version"),
                description: body.description ?? "", by: context.caller))
    }
    group.answer(
        .delete, "model-versions/delete", Wire.NamedVersion.self, "registry.delete_model_version",
        of: .model { $0.name }
    ) { body, context in
        try await registry.deleteVersion(
            try required(body.name, "name"), try required(body.version, "version"), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "model-versions/set-tag", Wire.SetTag.self, "registry.set_model_version_tag",
        of: .model { $0.name }
    ) { body, context in
        let tag = KeyedText(try required(body.key, "key"), body.value ?? "")
        try await registry.setVersionTag(
            tag, of: try required(body.name, "name"), try required(body.version, "version"), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .delete, "model-versions/delete-tag", Wire.SetTag.self, "registry.delete_model_version_tag",
        of: .model { $0.name }
    ) { body, context in
        try await registry.deleteVersionTag(
            try required(body.key, "key"), of: try required(body.name, "name"),
            try required(body.version, "version"), by: context.caller)
        return Wire.Empty()
    }
}
