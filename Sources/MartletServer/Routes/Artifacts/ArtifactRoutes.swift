import Foundation
package import Hummingbird
import HTTPTypes
import MartletAPI
import MartletDomain
package import Platform

/// MLflow's artifact proxy, relative to `…/mlflow-artifacts/`.
package func addArtifactProxyRoutes(to group: RouterGroup<MartletContext>, artifacts: Artifacts) {
    group.answer("artifacts") { query, _ in
        let path = try ArtifactPath(orRoot: query["path"])
        return MLflowTracking.ArtifactList(rootURI: nil, try listing(of: path, artifacts, from: nil))
    }
    group.get("artifacts/**") { request, context in
        try await fileResponse(try proxied(request), artifacts, request, context)
    }
    group.put("artifacts/**") { request, context in
        let length = request.headers[.contentLength].flatMap(Int64.init)
        let path = try proxied(request)
        if let length, length > artifacts.sizeLimit {
            throw ArtifactError.tooLarge(path: "\(path)", limit: artifacts.sizeLimit)
        }
        let upload = try await artifacts.upload(to: path)
        for try await buffer in request.body { try buffer.withUnsafeReadableBytes { try upload.append($0) } }
        try await upload.finish(expectedSize: length, by: context.caller)
        return Response(status: .ok, headers: [.contentLength: "0"])
    }
    group.delete("artifacts/**") { request, context in
        try await artifacts.delete(try proxied(request), by: context.caller)
        return try jsonResponse(MLflowTracking.Empty())
    }
}

/// `/get-artifact`, relative to the server's root: a run's file as an attachment.
package func addGetArtifactRoute(to group: RouterGroup<MartletContext>, tracking: Tracking, artifacts: Artifacts) {
    group.get("get-artifact") { request, context in
        let query = request.queryItems
        let id = try required(query["run_id"].unlessEmpty ?? query["run_uuid"], "run_id")
        let folder = try folder(of: try await tracking.run(id).info.artifactURI)
        let path = folder.appending(try ArtifactPath(try required(query["path"], "path")))
        return try await fileResponse(path, artifacts, request, context)
    }
}

/// What is in runs' and logged models' folders, relative to `…/mlflow/`.
func addRunArtifactRoutes(to group: RouterGroup<MartletContext>, _ tracking: Tracking, _ artifacts: Artifacts) {
    group.answer("artifacts/list") { query, _ in
        let id = try required(query["run_id"].unlessEmpty ?? query["run_uuid"], "run_id")
        return try list(try await tracking.run(id).info.artifactURI, query["path"], artifacts)
    }
    group.get("logged-models/:model_id/artifacts/directories") { request, context in
        let uri = try await tracking.loggedModel(try context.modelID()).artifactURI
        return try jsonResponse(try list(uri, request.queryItems["artifact_directory_path"], artifacts))
    }
    group.get("logged-models/:model_id/artifacts/files") { request, context in
        let folder = try folder(of: try await tracking.loggedModel(try context.modelID()).artifactURI)
        let asked = try required(request.queryItems["artifact_file_path"], "artifact_file_path")
        return try await fileResponse(folder.appending(try ArtifactPath(asked)), artifacts, request, context)
    }
}

private func folder(of uri: String) throws -> ArtifactPath {
    guard let folder = try ArtifactPath.inStore(uri: uri) else { throw TrackingError.artifactsElsewhere(uri: uri) }
    return folder
}

private func list(_ uri: String, _ path: String?, _ artifacts: Artifacts) throws -> MLflowTracking.ArtifactList {
    let asked = try ArtifactPath(orRoot: path)
    let files = try listing(of: try folder(of: uri).appending(asked), artifacts, from: asked)
    return MLflowTracking.ArtifactList(rootURI: uri, files)
}

/// The files of a folder, named as seen `from` a folder above, or by their own names alone.
private func listing(
    of path: ArtifactPath, _ artifacts: Artifacts, from: ArtifactPath?
) throws -> [MLflowTracking.FileInfo] {
    let prefix = from.map { $0.names.isEmpty ? "" : "\($0)/" } ?? ""
    return try artifacts.list(path).map {
        MLflowTracking.FileInfo(path: prefix + $0.name, is_dir: $0.isFolder, file_size: $0.sizeInBytes)
    }
}

/// The path after `…/artifacts/`, percent-decoded once.
private func proxied(_ request: Request) throws -> ArtifactPath {
    let marker = "/mlflow-artifacts/artifacts/"
    let whole = request.uri.path
    guard let start = whole.range(of: marker)?.upperBound else { throw ArtifactError.notFound("") }
    let encoded = String(whole[start...])
    guard let decoded = encoded.removingPercentEncoding else {
        throw ArtifactError.badPath(encoded, reason: "its percent-encoding cannot be read")
    }
    return try ArtifactPath(decoded)
}
