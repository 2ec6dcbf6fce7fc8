import Hummingbird

/// What clients ask for before they try it, relative to `…/mlflow/`; anybody may, without saying who they are.
func addServerInfoRoute(to group: Routes, settings: ServerSettings) {
    let info = ServerInfo(
        multipart_uploads_enabled: settings.announcesMultipartUploads,
        multipart_downloads_enabled: settings.announcesMultipartDownloads)
    group.open(.get, "server-info", because: "clients ask what a server can before they try it") { _, _ in
        try jsonResponse(info)
    }
}

/// Truthful. Files can always come and go in parts; whether clients do that unasked is the operator's choice.
private struct ServerInfo: Encodable {
    var store_type = "SqlStore"
    var workspaces_enabled = false
    var trace_archival_enabled = false
    var multipart_uploads_enabled: Bool
    var multipart_downloads_enabled: Bool
    var artifact_serving_enabled = true
    var presigned_upload_run_id_supported = false
    var presigned_upload_model_id_supported = false
    var model_artifact_presigned_downloads_supported = true
    var features_enabled = ["gateway": false, "scheduled_issue_detection": false]
    var tracking_auth = ""
    var artifacts_presigned_only = false
}
