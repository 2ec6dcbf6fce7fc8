import MartletDomain
import Metadata

extension Tracking {
    /// - Throws: ``TrackingError`` when there is no such run, or it was deleted.
    package func requireActiveRun(_ id: String) async throws {
        try await store.read { _ = try $0.activeRun(id) }
    }
}
