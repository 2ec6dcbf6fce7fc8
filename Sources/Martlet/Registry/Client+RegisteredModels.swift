public import MartletAPI

extension Client {
    /// Makes a registered model.
    /// - Throws: ``ClientError/refused(_:_:)`` with `resourceAlreadyExists` when the name is taken.
    @discardableResult
    public func createRegisteredModel(
        _ name: String, description: String? = nil, tags: [String: String] = [:]
    ) async throws -> MLflowRegistry.RegisteredModel {
        let answer: MLflowRegistry.RegisteredModelAnswer = try await mlflow(
            "POST", "mlflow/registered-models/create",
            MLflowRegistry.CreateRegisteredModel(name: name, description: description, tags: wireTags(tags)))
        return answer.registered_model
    }

    /// Makes a registered model; one that is there already is left as it is.
    public func ensureRegisteredModel(_ name: String) async throws {
        do {
            try await createRegisteredModel(name)
        } catch ClientError.refused(.resourceAlreadyExists, _) {}
    }

    /// A registered model with its tags, its aliases and the newest version in each stage.
    public func registeredModel(_ name: String) async throws -> MLflowRegistry.RegisteredModel {
        let answer: MLflowRegistry.RegisteredModelAnswer = try await mlflow(
            get: "mlflow/registered-models/get", ["name": name])
        return answer.registered_model
    }

    /// Registered models that a filter lets through, a page at a time.
    ///
    /// - Parameters:
    ///   - filter: In MLflow's grammar: `name LIKE 'flight%' AND tags.team = 'operations'`. Empty lets all through.
    ///   - order: Such as `name ASC` or `last_updated_timestamp DESC`. Empty is by name.
    ///   - pageSize: How many the server is asked for at a time; 1,000 at most.
    public func searchRegisteredModels(
        matching filter: String = "", orderBy order: [String] = [], pageSize: Int = 100
    ) -> Paged<MLflowRegistry.RegisteredModel> {
        Paged { token in
            let answer: MLflowRegistry.RegisteredModelsAnswer = try await mlflow(
                get: "mlflow/registered-models/search",
                items: [("filter", filter.unlessEmpty), ("max_results", "\(pageSize)"), ("page_token", token)]
                    + order.map { ("order_by", $0) })
            return .init(answer.registered_models ?? [], nextToken: answer.next_page_token)
        }
    }

    /// Says what a registered model is, in place of what was said before.
    @discardableResult
    public func updateRegisteredModel(
        _ name: String, description: String
    ) async throws -> MLflowRegistry.RegisteredModel {
        let answer: MLflowRegistry.RegisteredModelAnswer = try await mlflow(
            "PATCH", "mlflow/registered-models/update", MLflowRegistry.NamedModel(name: name, description: description))
        return answer.registered_model
    }

    /// Gives a registered model another name; versions keep their numbers.
    @discardableResult
    public func renameRegisteredModel(_ name: String, to newName: String) async throws -> MLflowRegistry.RegisteredModel
    {
        let answer: MLflowRegistry.RegisteredModelAnswer = try await mlflow(
            "POST", "mlflow/registered-models/rename",
            MLflowRegistry.RenameRegisteredModel(name: name, new_name: newName))
        return answer.registered_model
    }

    /// Deletes a registered model with its versions, for good; their files and history stay.
    public func deleteRegisteredModel(_ name: String) async throws {
        let _: MLflowRegistry.Empty = try await mlflow(
            "DELETE", "mlflow/registered-models/delete", MLflowRegistry.NamedModel(name: name))
    }

    /// Sets a tag, in place of one with the same key.
    public func setTag(_ key: String, _ value: String, ofRegisteredModel name: String) async throws {
        let _: MLflowRegistry.Empty = try await mlflow(
            "POST", "mlflow/registered-models/set-tag", MLflowRegistry.SetTag(name: name, key: key, value: value),
            isIdempotent: true)
    }

    /// Takes a tag away.
    public func deleteTag(_ key: String, ofRegisteredModel name: String) async throws {
        let _: MLflowRegistry.Empty = try await mlflow(
            "DELETE", "mlflow/registered-models/delete-tag", MLflowRegistry.SetTag(name: name, key: key))
    }

    /// Lets callers find a version as `models:/NAME@ALIAS`, if every gate of the workspace's policy is met; another version
    /// that had the alias loses it.
    public func setAlias(_ alias: String, of name: String, toVersion version: String) async throws {
        let _: MLflowRegistry.Empty = try await mlflow(
            "POST", "mlflow/registered-models/alias",
            MLflowRegistry.SetAlias(name: name, alias: alias, version: version))
    }

    /// Takes an alias away.
    public func deleteAlias(_ alias: String, of name: String) async throws {
        let _: MLflowRegistry.Empty = try await mlflow(
            "DELETE", "mlflow/registered-models/alias", MLflowRegistry.SetAlias(name: name, alias: alias))
    }
}
