import Foundation
import Hummingbird
import HTTPTypes
import MartletAPI
import MartletDomain
package import Platform

/// MLflow's artifact proxy, relative to `…/mlflow-artifacts/`.
package func addArtifactProxyRoutes(to group: Routes, artifacts: Artifacts) {
    group.answer(
        "artifacts", "artifacts.list_files",
        of: Locator([.experiment, .registeredModel]) { .file(try ArtifactPath(orRoot: $0["path"])) }
    ) { query, _ in
        let path = try ArtifactPath(orRoot: query["path"])
        return MLflowTracking.ArtifactList(rootURI: nil, try listing(of: path, artifacts, from: nil))
    }
    group.on(.get, "artifacts/**", "artifacts.get_file", of: .file("artifacts")) { request, _ in
        try await fileResponse(try request.artifactPath(after: "artifacts"), artifacts, request)
    }
    group.on(.put, "artifacts/**", "artifacts.upload", of: .changedFile("artifacts")) { request, context in
        try await storeFile(artifacts, request, context)
    }
    group.on(.delete, "artifacts/**", "artifacts.delete", of: .changedFile("artifacts")) { request, context in
        try await artifacts.delete(try request.artifactPath(after: "artifacts"), by: context.caller)
        return try jsonResponse(MLflowTracking.Empty())
    }
    addMultipartRoutes(to: group, artifacts)
    addLinkRoutes(to: group, artifacts)
}

private func storeFile(_ artifacts: Artifacts, _ request: Request, _ context: MartletContext) async throws -> Response {
    let length = request.announcedLength
    let path = try request.artifactPath(after: "artifacts")
    guard !request.uri.path.hasSuffix("/") else {
        throw ArtifactError.badPath("\(path)/", reason: "a file's name does not end with a slash")
    }
    if let length, length > artifacts.sizeLimit {
        throw ArtifactError.tooLarge(path: "\(path)", limit: artifacts.sizeLimit)
    }
    let upload = try await artifacts.upload(to: path, digests: try ContentDigest.announced(request.headers))
    try await request.receive { try upload.append($0) }
    let sha256 = try await upload.finish(expectedSize: length, by: context.caller)
    return Response(status: .ok, headers: [.contentLength: "0", .eTag: "\"\(sha256)\""])
}

extension Locator where Subject == (request: Request, context: MartletContext) {
    /// The file that the URL names after `…/mlflow-artifacts/` and `name`.
    static func file(_ name: String) -> Locator {
        Locator([.experiment, .registeredModel]) { .file(try $0.request.artifactPath(after: name)) }
    }

    /// As ``file(_:)``, to be changed.
    static func changedFile(_ name: String) -> Locator {
        Locator([.experiment]) { .changedFile(try $0.request.artifactPath(after: name)) }
    }
}

extension Request {
    /// The path that stands in the URL after `…/mlflow-artifacts/` and `name`.
    func artifactPath(after name: String) throws -> ArtifactPath {
        let whole = Array(uri.path.utf8)
        let marker = Array("/mlflow-artifacts/\(name)/".utf8)
        guard let start = whole.firstRange(of: marker)?.upperBound else { throw ArtifactError.notFound("") }
        return try ArtifactPath(encoded: String(decoding: whole[start...], as: UTF8.self))
    }
}

/// The files of a folder, named as seen `from` a folder above, or by their own names alone.
func listing(
    of path: ArtifactPath, _ artifacts: Artifacts, from: ArtifactPath?
) throws -> [MLflowTracking.FileInfo] {
    let prefix = from.map { $0.names.isEmpty ? "" : "\($0)/" } ?? ""
    return try artifacts.list(path).map {
        MLflowTracking.FileInfo(path: prefix + $0.name, is_dir: $0.isFolder, file_size: $0.sizeInBytes)
    }
}
