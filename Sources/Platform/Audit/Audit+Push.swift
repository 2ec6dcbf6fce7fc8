import AuditLog
import Foundation
package import MartletDomain
import Metadata

extension Audit {
    /// Carries the newest checkpoint that left to a target. An alarm is told in the log.
    ///
    /// - Parameter text: A folder's path, `git+URL#branch` or `s3://bucket/prefix`.
    @discardableResult
    package func push(to text: String, by caller: Caller) async throws -> CheckpointPush.Outcome {
        let target = try CheckpointTarget(text)
        guard let published = try await newestPublished() else { throw AuditError.notPublished }
        let action = AuditAction("audit", "push_checkpoint", ["target": target.name, "size": "\(published.size)"])
        let push = CheckpointPush(key: verificationKey, environment: environment) { [store] from, to in
            try await store.read { try StoredLog($0).consistencyProof(from: from, to: to) }
        }
        do {
            let outcome = try await push.push(published.note, to: target)
            guard outcome == .pushed else { return outcome }
            try await store.change(action, by: caller) { _ in }
            return outcome
        } catch let alarm as AuditError where alarm.code == .dataLoss {
            let event = RecordedEvent(action, by: caller, at: store.clock.now, refusal: (alarm.code, alarm.message))
            try? await store.record([event])
            throw alarm
        }
    }
}
