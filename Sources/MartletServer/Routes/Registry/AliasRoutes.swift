import Hummingbird
import MartletAPI
import Platform

private typealias Wire = MLflowRegistry

func addAliasRoutes(to group: RouterGroup<MartletContext>, _ registry: Registry) {
    group.answer(.post, "registered-models/alias", Wire.SetAlias.self) { body, context in
        try await registry.setAlias(
            try required(body.alias, "alias"), of: try required(body.name, "name"),
            to: try required(body.version, "version"), by: context.caller)
        return Wire.Empty()
    }
    group.answer(.delete, "registered-models/alias", Wire.SetAlias.self) { body, context in
        try await registry.deleteAlias(
            try required(body.alias, "alias"), of: try required(body.name, "name"), by: context.caller)
        return Wire.Empty()
    }
    group.answer("registered-models/alias") { query, _ in
        Wire.ModelVersionAnswer(
            try await registry.version(
                try required(query["name"], "name"), alias: try required(query["alias"], "alias")))
    }
}
