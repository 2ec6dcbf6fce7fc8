package import MartletDomain
package import Metadata

/// Looking at models in service: drift of what goes in and comes out, and how right they turned out to be.
package struct Monitoring: Sendable {
    let store: Store
    let tracking: Tracking
    let artifacts: Artifacts
    let registry: Registry
    let datasets: Datasets
    let features: Features
    let models: Models

    package init(
        store: Store, tracking: Tracking, artifacts: Artifacts, registry: Registry, datasets: Datasets,
        features: Features, models: Models
    ) {
        (self.store, self.tracking, self.artifacts, self.registry) = (store, tracking, artifacts, registry)
        (self.datasets, self.features, self.models) = (datasets, features, models)
    }

    /// Looks at a model, newest first.
    package func checks(of model: String, limit: Int = 100) async throws -> [MonitoringCheck] {
        try await store.read { db in
            try db.rows(
                "SELECT record FROM monitoring_checks WHERE model = ? ORDER BY window_end DESC, checked_at DESC LIMIT ?",
                [.text(model), .integer(Int64(min(max(limit, 1), 1_000)))]
            ).map { try decoded(MonitoringCheck.self, from: $0.text("record")) }
        }
    }
}

/// Why a model could not be looked at.
enum MonitoringError: MartletError, Equatable {
    case noPlan(String)
    case noSelection(String)
    case notSelected(String, planned: String)
    case noPredictions(String, window: String)
    case severalVersions(String, [String])

    var code: ErrorCode { .invalidState }

    var message: String {
        switch self {
        case .noPlan(let model):
            "\(model) has no monitoring plan, so there is nothing to hold it against. Put one on record: "
                + "martlet monitoring plan \(model) --owner NAME --frequency monthly --reference TABLE@VERSION"
        case .noSelection(let model):
            "The monitoring plan of \(model) selects no table of predictions. Name one with --predictions, or put it into "
                + "the plan: martlet monitoring plan \(shellWord(model)) --table TABLE …"
        case .notSelected(let table, let planned):
            "The monitoring plan looks at \(planned), so a look at \(table) would say nothing of it. Leave --predictions "
                + "out, or change the plan's --table."
        case .noPredictions(let table, let window):
            "\(table) has no predictions of the model in \(window). Score them first with `martlet score`."
        case .severalVersions(let window, let versions):
            "Versions \(versions.joined(separator: ", ")) made predictions in \(window). Look at spans of one version each."
        }
    }
}
