package import MartletDomain

extension Tracking {
    /// The experiment of that name, made if there is none.
    package func experimentID(named name: String, by caller: Caller) async throws -> String {
        do {
            return try await experiment(named: name).id
        } catch let error as TrackingError where error.code == .resourceDoesNotExist {
            do {
                return try await createExperiment(name: name, by: caller)
            } catch let error as TrackingError where error.code == .resourceAlreadyExists {
                return try await experiment(named: name).id
            }
        }
    }
}
