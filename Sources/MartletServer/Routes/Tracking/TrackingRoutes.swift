import Hummingbird
package import Platform

/// MLflow's tracking API: experiments, runs, metrics and logged models, relative to `…/mlflow/`.
package func addTrackingRoutes(to group: Routes, tracking: Tracking, artifacts: Artifacts) {
    addExperimentRoutes(to: group, tracking)
    addRunRoutes(to: group, tracking)
    addMetricHistoryRoutes(to: group, tracking)
    addDatasetSearchRoute(to: group, tracking)
    addLoggingRoutes(to: group, tracking)
    addLoggedModelRoutes(to: group, tracking)
    addRunArtifactRoutes(to: group, tracking, artifacts)
}
