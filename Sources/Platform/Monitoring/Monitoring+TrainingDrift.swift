import DriftStatistics
package import MartletDomain
import ModelRuntime

extension Monitoring {
    /// Compares what a version was trained on with the reference of the monitoring plan in force, and records it, which
    /// gates of the policy then look for.
    package func compareTraining(of id: ModelVersion.ID, by caller: Caller) async throws -> TrainingDrift {
        let version = try await registry.version(id)
        guard let plan = try await registry.monitoringPlan(id.name) else { throw MonitoringError.noPlan(id.name) }
        let opened = try await models.open(version)
        let inputs = opened.card.inputs
        guard let own = try await models.trainingRecord(of: version)?.table else {
            throw ScoringError.trainingUnknown(model: id.description)
        }
        let training = try await models.rows(of: try await features.trainingSet(own), inputs: inputs)
        let reference = try await models.rows(of: try await features.trainingSet(plan.reference), inputs: inputs)
        let drift = try await offTheCooperativePool {
            datasetDrift(
                reference: reference.matrix.driftColumns, current: training.matrix.driftColumns,
                methods: plan.driftMethods, driftShare: plan.thresholds.driftShare)
        }
        guard drift.columnCount > 0 else {
            throw InvalidRequest("No column of \(own) could be compared with \(plan.reference).")
        }
        return try await registry.record(
            TrainingDrift(
                version: id, training: own, reference: plan.reference, share: drift.driftedShare,
                driftedColumns: drift.columns.filter(\.isDrifted).map(\.name), artifactDigest: version.artifactDigest),
            by: caller)
    }
}
