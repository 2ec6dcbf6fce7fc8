package import Hummingbird
package import Platform

/// MLflow's tracking API: experiments, runs, metrics and logged models, relative to `…/mlflow/`.
package func addTrackingRoutes(to group: RouterGroup<MartletContext>, tracking: Tracking, artifacts: Artifacts) {
    addExperimentRoutes(to: group, tracking)
    addRunRoutes(to: group, tracking)
    addMetricHistoryRoutes(to: group, tracking)
    addDatasetSearchRoute(to: group, tracking)
    addLoggingRoutes(to: group, tracking)
    addLoggedModelRoutes(to: group, tracking)
    addRunArtifactRoutes(to: group, tracking, artifacts)
    group.answer("server-info") { _, _ in ServerInfo() }
}

/// Truthful: what clients ask for before they try it.
private struct ServerInfo: Encodable {
    var store_type = "SqlStore"
    var workspaces_enabled = false
    var trace_archival_enabled = false
    var multipart_uploads_enabled = false
    var multipart_downloads_enabled = false
    var artifact_serving_enabled = true
    var presigned_upload_run_id_supported = false
    var presigned_upload_model_id_supported = false
    var model_artifact_presigned_downloads_supported = false
    var features_enabled = ["gateway": false, "scheduled_issue_detection": false]
    var tracking_auth = ""
    var artifacts_presigned_only = false
}
