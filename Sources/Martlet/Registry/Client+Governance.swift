import MartletAPI
public import MartletDomain

extension Client {
    /// Vouches for a version's files to stand in a stage, in the caller's roles.
    @discardableResult
    public func signOff(
        _ name: String, version: String, for stage: Stage, comment: String? = nil
    ) async throws -> [SignOff] {
        try await send(SignOffVersion(model: name, version: version, stage: stage, comment: comment)).signOffs
    }

    /// Puts a model's monitoring plan on record.
    @discardableResult
    public func setMonitoringPlan(_ plan: MonitoringPlan) async throws -> MonitoringPlan {
        try await send(SetMonitoringPlan(plan))
    }
}
