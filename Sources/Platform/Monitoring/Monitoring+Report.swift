import DriftStatistics
import Foundation
import MartletDomain
import Metadata

extension Monitoring {
    /// Logs a look as a run: figures, the page for people, the result for programs.
    /// - Returns: The run's id; it is still running.
    func log(_ look: Look, experiment: String, by caller: Caller) async throws -> String {
        let experimentID = try await tracking.experimentID(named: experiment, by: caller)
        let month = Instant(microseconds: look.window.start).description.prefix(7)
        let run = try await tracking.createRun(
            in: experimentID, name: "\(look.model) \(month)",
            tags: [
                KeyedText("model", look.version.id.description), KeyedText("predictions", look.predictions.description),
                KeyedText("reference", look.plan.reference.description),
            ], by: caller)
        let now = store.clock.now
        try await tracking.logBatch(
            run: run.info.id,
            metrics: look.metrics.sorted { $0.key < $1.key }.map { Metric($0.key, $0.value, timestamp: now) },
            params: [
                KeyedText("window_start", Instant(microseconds: look.window.start).description),
                KeyedText("window_end", Instant(microseconds: look.window.end).description),
                KeyedText("labels_known_at", Instant(microseconds: look.knownAt).description),
                KeyedText("drift_share_threshold", String(look.plan.thresholds.driftShare)),
            ], by: caller)
        let files = [
            ("drift_report.html", Data(page(look, run: run.info.id).utf8)),
            ("drift.json", Data(try canonicalText(ClassicDriftResult(look.drift)).utf8)),
        ]
        for (name, data) in files {
            try await artifacts.write(data, to: run.info.artifactURI + "/" + name, by: caller)
        }
        return run.info.id
    }

    private func page(_ look: Look, run: String) -> String {
        let number = FloatingPointFormatStyle<Double>(locale: Locale(identifier: "en_US_POSIX")).precision(
            .fractionLength(4))
        func figure(_ value: Double?) -> String { value?.formatted(number) ?? "not defined for these rows" }
        let performance = look.quality.map { quality in
            [
                (label: "AUC", value: figure(quality.auc)), (label: "F1 at 0.5", value: figure(quality.f1)),
                (label: "Log-loss", value: figure(quality.logLoss)),
                (label: "Rows with a known outcome", value: "\(quality.rowCount) of \(look.rowCount)"),
            ]
        }
        return driftReportPage(
            look.drift,
            title: "\(look.version.id): \(Instant(microseconds: look.window.start).description.prefix(7))",
            facts: [
                (label: "Model version", value: look.version.id.description),
                (label: "Model files (SHA-256)", value: look.version.artifactDigest),
                (label: "Window (UTC)", value: look.window.description),
                (label: "Reference", value: look.plan.reference.description),
                (label: "Predictions", value: look.predictions.description),
                (label: "Rows", value: "\(look.rowCount)"),
                (
                    label: "Outcomes known at",
                    value: Instant(microseconds: look.knownAt).description
                ),
                (label: "Plan's owner", value: look.plan.owner),
                (label: "Tracking run", value: run),
            ], performance: performance ?? [])
    }
}
