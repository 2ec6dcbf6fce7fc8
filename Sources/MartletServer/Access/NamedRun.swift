import MartletDomain
import Platform

extension MartletContext {
    /// For a change that says by which run it was made: there is such a run, and the caller may log its inputs. To who may
    /// not see it, one that is not there is as one that is not theirs.
    /// - Throws: `IdentityError` when the caller may not, `TrackingError` when it is not there or was deleted.
    func requireRun(_ id: String?, _ tracking: Tracking) async throws {
        guard let id else { return }
        try await require("tracking.log_inputs", on: .runs([id]))
        try await tracking.requireActiveRun(id)
    }
}
