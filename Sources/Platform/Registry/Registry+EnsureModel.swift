package import MartletDomain

extension Registry {
    /// The registered model of that name, made if there is none.
    package func ensureModel(_ name: String, by caller: Caller) async throws {
        do {
            try await createModel(name, by: caller)
        } catch RegistryError.modelExists {
            return
        }
    }

    package func version(_ id: ModelVersion.ID) async throws -> ModelVersion {
        try await version(id.name, "\(id.version)")
    }
}
