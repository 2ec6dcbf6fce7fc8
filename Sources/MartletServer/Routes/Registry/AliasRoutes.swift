import Hummingbird
import MartletAPI
import MartletDomain
import Platform

private typealias Wire = MLflowRegistry

func addAliasRoutes(to group: Routes, _ registry: Registry) {
    group.answer(
        .post, "registered-models/alias", Wire.SetAlias.self, "registry.set_registered_model_alias",
        of: .model { $0.name }
    ) { body, context in
        try await registry.setAlias(
            try required(body.alias, "alias"), of: try required(body.name, "name"),
            to: try required(body.version, "version"), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .delete, "registered-models/alias", Wire.SetAlias.self, "registry.delete_registered_model_alias",
        of: .model { $0.name }
    ) { body, context in
        try await registry.deleteAlias(
            try required(body.alias, "alias"), of: try required(body.name, "name"), by: context.caller)
        return Wire.Empty()
    }
    group.answer("registered-models/alias", "registry.get_model_version", of: .model { $0["name"] }) { query, _ in
        let (name, alias) = (try required(query["name"], "name"), try required(query["alias"], "alias"))
        do {
            return Wire.ModelVersionAnswer(try await registry.version(name, alias: alias))
        } catch let error as RegistryError {
            guard case .aliasMissing = error else { throw error }
            throw InvalidRequest(error.message)
        }
    }
}
