import DriftStatistics
import MartletDomain

/// One look at a model while it is being taken.
struct Look: Sendable {
    var model: String
    var version: ModelVersion
    var plan: MonitoringPlan
    var window: TimeWindow
    /// Outcomes that became known later were not used, microseconds since 1970 UTC.
    var knownAt: Int64
    /// The table that the outcomes were read from.
    var outcomes: TableReference
    var predictions: TableReference
    var drift: DatasetDrift
    var quality: BinaryClassificationMetrics?
    var rowCount: Int
    var retrainingRunID: String?

    /// Whether the plan asks for a new candidate.
    var callsForRetraining: Bool {
        switch plan.retrainingTrigger {
        case .manual: false
        case .onDrift: drift.isDrifted
        case .onPerformance:
            plan.thresholds.minimumAreaUnderROC.map { minimum in (quality?.auc).map { $0 < minimum } ?? false } ?? false
        }
    }

    /// What a tracking run logs of it.
    var metrics: [String: Double] {
        var metrics: [String: Double] = [
            "dataset_drift_detected": drift.isDrifted ? 1 : 0,
            "n_drifted_features": Double(drift.driftedCount),
            "total_features": Double(drift.columnCount),
            "drift_share": drift.driftedShare,
            "rows": Double(rowCount),
            "labelled_rows": Double(quality?.rowCount ?? 0),
        ]
        for column in drift.columns {
            if let score = column.score { metrics["drift.\(column.name).score"] = score }
        }
        return metrics.merging(quality?.named() ?? [:]) { first, _ in first }
    }

    func check(id: String, runID: String, at time: Int64) -> MonitoringCheck {
        MonitoringCheck(
            id: id, model: model, modelVersion: String(version.id.version), window: window, reference: plan.reference,
            predictions: predictions, outcomes: outcomes, outcomesKnownAt: Instant(microseconds: knownAt), runID: runID,
            datasetDrift: drift.isDrifted,
            driftedFeatures: drift.columns.filter(\.isDrifted).map(\.name), featureCount: drift.columnCount,
            driftShare: drift.driftedShare, labelledRows: quality?.rowCount ?? 0, areaUnderROC: quality?.auc,
            f1: quality?.f1, retrainingRunID: retrainingRunID, checkedAt: time)
    }
}
