import Foundation
import Hummingbird
import HTTPTypes
import MartletAPI
import MartletDomain
import NIOCore
package import Platform

/// `/get-artifact` and `/model-versions/get-artifact`, relative to the server's root: a file of a run or of a registered
/// model's version as an attachment.
package func addGetArtifactRoutes(to group: Routes, platform: Platform) {
    let (tracking, artifacts, registry) = (platform.tracking, platform.artifacts, platform.registry)
    group.on(
        .get, "get-artifact", "artifacts.get_file",
        of: .run {
            let query = $0.request.queryItems
            return query["run_id"].unlessEmpty ?? query["run_uuid"]
        }
    ) { request, _ in
        let query = request.queryItems
        let asked = try ArtifactPath(try required(query["path"], "path"))
        let folder = try await runFolder(query, tracking)
        return try await fileResponse(folder.appending(asked), artifacts, request)
    }
    group.on(.get, "model-versions/get-artifact", "artifacts.get_file", of: .model { $0.request.queryItems["name"] }) {
        request, _ in
        let query = request.queryItems
        let asked = try ArtifactPath(try required(query["path"], "path"))
        let uri = try await registry.downloadURI(
            try required(query["name"], "name"), try required(query["version"], "version"))
        let path = try folder(of: try await tracking.modelSource(uri)?.artifactURI ?? uri).appending(asked)
        return try await fileOrLink(path, artifacts, request)
    }
}

/// What is in runs' and logged models' folders, relative to `…/mlflow/`.
func addRunArtifactRoutes(to group: Routes, _ tracking: Tracking, _ artifacts: Artifacts) {
    group.answer("artifacts/list", "artifacts.list_files", of: .run { $0["run_id"].unlessEmpty ?? $0["run_uuid"] }) {
        query, _ in
        let id = try required(query["run_id"].unlessEmpty ?? query["run_uuid"], "run_id")
        let asked = try ArtifactPath(orRoot: query["path"])
        return try list(try await tracking.run(id).info.artifactURI, asked, artifacts)
    }
    group.on(
        .post, "upload-artifact", "artifacts.upload",
        of: .run {
            let query = $0.request.queryItems
            return query["run_id"].unlessEmpty ?? query["run_uuid"]
        }
    ) { request, context in
        try await uploadToRun(request, context, tracking, artifacts)
    }
    group.on(
        .get, "logged-models/:model_id/artifacts/directories", "artifacts.list_files",
        of: .loggedModel { $0.context.parameters.get("model_id") }
    ) { request, context in
        let asked = try ArtifactPath(orRoot: request.queryItems["artifact_directory_path"])
        let uri = try await tracking.loggedModel(try context.modelID()).artifactURI
        return try jsonResponse(try list(uri, asked, artifacts))
    }
    group.on(
        .get, "logged-models/:model_id/artifacts/files", "artifacts.get_file",
        of: .loggedModel { $0.context.parameters.get("model_id") }
    ) { request, context in
        guard let asked = request.queryItems["artifact_file_path"].unlessEmpty else {
            throw BadRequest(message: "Request must include the \"artifact_file_path\" query parameter.")
        }
        let path = try ArtifactPath(asked)
        let folder = try folder(of: try await tracking.loggedModel(try context.modelID()).artifactURI)
        return try await fileOrLink(folder.appending(path), artifacts, request)
    }
    addPresignRoutes(to: group, tracking)
}

/// MLflow gives links to a run's own storage alone, never to what goes through the server; the answer is its own.
private func addPresignRoutes(to group: Routes, _ tracking: Tracking) {
    group.answer(
        .post, "artifacts/presigned-upload-url", MLflowArtifacts.Presign.self, "artifacts.get_link",
        of: .workspace
    ) {
        body, _ -> MLflowTracking.Empty in
        guard (body.run_id.unlessEmpty == nil) != (body.model_id.unlessEmpty == nil) else {
            throw InvalidRequest("Exactly one of run_id and model_id must be provided.")
        }
        _ = try ArtifactPath(try required(body.path, "path"))
        if let run = body.run_id.unlessEmpty { _ = try await tracking.run(run) }
        if let model = body.model_id.unlessEmpty { _ = try await tracking.loggedModel(model) }
        throw InvalidRequest(
            "Presigned upload is not supported for proxied artifact storage. Upload by mlflow-artifacts/artifacts or mpu."
        )
    }
    group.answer(
        .post, "artifacts/presigned-download-url", MLflowArtifacts.Presign.self, "artifacts.get_link",
        of: .run { $0.run_id }
    ) {
        body, _ -> MLflowTracking.Empty in
        let run = try required(body.run_id, "run_id")
        _ = try ArtifactPath(try required(body.path, "path"))
        if let expiration = body.expiration?.value, !(1...604_800).contains(expiration) {
            throw InvalidRequest("expiration must be between 1 and 604800 seconds (got \(expiration)).")
        }
        _ = try await tracking.run(run)
        throw InvalidRequest(
            "Presigned download is not supported for runs with proxied artifact storage. "
                + "Ask for a link by mlflow-artifacts/presigned.")
    }
}

/// What browsers log a small file by: the whole body is the file.
private func uploadToRun(
    _ request: Request, _ context: MartletContext, _ tracking: Tracking, _ artifacts: Artifacts
) async throws -> Response {
    let limit = 10 << 20
    let query = request.queryItems
    guard let run = query["run_id"].unlessEmpty ?? query["run_uuid"].unlessEmpty else {
        throw InvalidRequest("Request must specify run_id or run_uuid.")
    }
    guard let asked = query["path"].unlessEmpty else { throw InvalidRequest("Request must specify path.") }
    let path = try ArtifactPath(asked)
    let tooLarge = InvalidRequest("Artifact size is too large. Max size is 10MB.")
    if let length = request.announcedLength, length > limit { throw tooLarge }
    let folder = try folder(of: try await tracking.run(run).info.artifactURI)
    let data: Data
    do {
        data = Data((try await request.body.collect(upTo: limit)).readableBytesView)
    } catch is NIOTooManyBytesError {
        throw tooLarge
    }
    guard !data.isEmpty else { throw InvalidRequest("Request must specify data.") }
    try await artifacts.write(data, to: folder.appending(path), by: context.caller)
    return Response(status: .ok, headers: [.contentType: "application/json", .contentLength: "0"])
}

/// A file, or with `presigned=true` a link to it.
private func fileOrLink(_ path: ArtifactPath, _ artifacts: Artifacts, _ request: Request) async throws -> Response {
    if request.queryItems["presigned"] == "true" { return try await linkResponse(path, artifacts, request) }
    return try await fileResponse(path, artifacts, request)
}

private func runFolder(_ query: QueryItems, _ tracking: Tracking) async throws -> ArtifactPath {
    let id = try required(query["run_id"].unlessEmpty ?? query["run_uuid"], "run_id")
    return try folder(of: try await tracking.run(id).info.artifactURI)
}

private func folder(of uri: String) throws -> ArtifactPath {
    guard let folder = try ArtifactPath.inStore(uri: uri) else { throw TrackingError.artifactsElsewhere(uri: uri) }
    return folder
}

private func list(_ uri: String, _ asked: ArtifactPath, _ artifacts: Artifacts) throws -> MLflowTracking.ArtifactList {
    MLflowTracking.ArtifactList(
        rootURI: uri, try listing(of: try folder(of: uri).appending(asked), artifacts, from: asked))
}

/// A request that MLflow answers with `BAD_REQUEST`.
struct BadRequest: MartletError {
    var message: String
    var code: ErrorCode { .badRequest }
}
