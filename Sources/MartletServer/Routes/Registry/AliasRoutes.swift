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
        return try await namingAliasesLikeMLflow {
            Wire.ModelVersionAnswer(try await registry.version(name, alias: alias))
        }
    }
}

/// An alias that nothing has is a parameter that makes no sense, to MLflow.
func namingAliasesLikeMLflow<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    do {
        return try await body()
    } catch let error as RegistryError {
        guard case .aliasMissing = error else { throw error }
        throw InvalidRequest(error.message)
    }
}
