import Foundation

/// What to record of the machine while a run is under way, under MLflow's names: `system/cpu_utilization_percentage`,
/// `system/system_memory_usage_megabytes`, `system/disk_available_megabytes`, `system/network_receive_megabytes`, …
///
/// Every ``interval`` the machine is looked at; every ``samplesBeforeLogging`` looks, their mean is logged, with steps
/// counted from 0 (from where it stopped, when a run is resumed). Megabytes are 1,000,000 bytes.
public struct SystemMetricsOptions: Sendable, Hashable {
    /// Between two looks.
    public var interval: Duration
    /// How many looks make one measurement.
    public var samplesBeforeLogging: Int
    /// Which machine of several this is; stands in the names, as in `system/node-0/cpu_utilization_percentage`. A sign
    /// that no metric's name may have is `_` there.
    public var node: String?

    public init(interval: Duration = .seconds(10), samplesBeforeLogging: Int = 1, node: String? = nil) {
        self.interval = max(.milliseconds(1), interval)
        (self.samplesBeforeLogging, self.node) = (max(1, samplesBeforeLogging), node)
    }

    /// As MLflow's environment variables have it: nil unless `MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING` is `true` or `1`;
    /// `MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL` in seconds, `MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING`,
    /// `MLFLOW_SYSTEM_METRICS_NODE_ID`.
    public static var fromEnvironment: SystemMetricsOptions? {
        SystemMetricsOptions(ProcessInfo.processInfo.environment)
    }

    package init?(_ environment: [String: String]) {
        guard ["true", "1"].contains(environment["MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"]?.lowercased()) else {
            return nil
        }
        let seconds = environment["MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL"].flatMap(Double.init)
        let samples = environment["MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING"].flatMap(Int.init)
        let node = environment["MLFLOW_SYSTEM_METRICS_NODE_ID"]
        self.init(
            interval: seconds.flatMap { $0 > 0 && $0 < 1e9 ? .seconds($0) : nil } ?? .seconds(10),
            samplesBeforeLogging: samples.flatMap { $0 > 0 ? $0 : nil } ?? 1, node: node?.isEmpty == true ? nil : node)
    }
}
