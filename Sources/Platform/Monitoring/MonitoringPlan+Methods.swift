import DriftStatistics
import MartletDomain

extension MonitoringPlan {
    /// By column, how it is held against the reference; columns that are not named get the default method of their
    /// kind.
    var driftMethods: [String: DriftMethod] {
        (thresholds.columns ?? [:]).compactMapValues { DriftMethod(name: $0.test, threshold: $0.threshold) }
    }

    /// Tests of the plan that there are not, in words.
    var unknownTests: [String] {
        (thresholds.columns ?? [:]).sorted { $0.key < $1.key }.compactMap { column, asked in
            guard DriftMethod(name: asked.test, threshold: asked.threshold) == nil else { return nil }
            return "The test '\(asked.test)' of \(column) is not known; known are "
                + DriftMethod.names.joined(separator: ", ") + "."
        }
    }
}
