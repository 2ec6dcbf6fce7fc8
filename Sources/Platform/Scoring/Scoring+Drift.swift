import MartletDomain
import Metadata

extension Scoring {
    /// The views that a model takes and that have changed since, if the caller says why that does not matter; else the
    /// refusal, on record. Every door through which a model scores asks this.
    ///
    /// - Parameters:
    ///   - action: What is refused, with the facts that are given.
    ///   - drift: Of the views that the model takes, as they were, from the newest on record.
    /// - Throws: ``PackedFeaturesError/viewsChanged(model:uri:_:)``, ``PackedFeaturesError/reasonMissing``.
    func permitted(
        _ drift: [PackedFeatures.ViewDrift], of model: ModelVersion.ID, uri: String, reason: String?,
        by caller: Caller, _ action: ([String: String?]) -> AuditAction
    ) async throws -> [PackedFeatures.ViewDrift] {
        let reason = reason?.trimmingSpace
        if let reason, reason.isEmpty || reason.utf8.count > 4096 { throw PackedFeaturesError.reasonMissing }
        guard !drift.isEmpty, reason == nil else { return drift }
        let refusal = PackedFeaturesError.viewsChanged(model: model.description, uri: uri, drift)
        let facts = ["model": model.description, "drift": drift.map(\.sentence).joined(separator: "; ")]
        return try await store.change(action(facts), by: caller) { _ in throw refusal }
    }
}

extension String {
    fileprivate var trimmingSpace: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
