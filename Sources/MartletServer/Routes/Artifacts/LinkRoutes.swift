import Hummingbird
import HTTPTypes
import MartletAPI
import MartletDomain
import Platform

/// Links to files, relative to `…/mlflow-artifacts/`: clients fetch large files by them in several ranges at once.
func addLinkRoutes(to group: Routes, _ artifacts: Artifacts) {
    group.on(.get, "presigned/**", "artifacts.get_file", of: .file("presigned")) { request, _ in
        try await linkResponse(try request.artifactPath(after: "presigned"), artifacts, request)
    }
    group.open(.get, "linked/**", because: "the address is signed, and ends") { request, _ in
        let (path, query) = (try request.artifactPath(after: "linked"), request.queryItems)
        try artifacts.verify(
            ArtifactLink(
                path: path, expiresAt: query["expires"].flatMap(Int64.init) ?? 0, signature: query["signature"] ?? ""))
        return try await fileResponse(path, artifacts, request)
    }
}

/// What comes before the paths of linked files.
let linkedPath = "/api/2.0/mlflow-artifacts/linked/"

/// A link to a file, and the file's size.
func linkResponse(_ path: ArtifactPath, _ artifacts: Artifacts, _ request: Request) async throws -> Response {
    let file = try await artifacts.open(path)
    let link = artifacts.link(to: path)
    let encoded = path.names.map(PercentEncoding.encode).joined(separator: "/")
    let query = "expires=\(link.expiresAt)&signature=\(link.signature)"
    return try jsonResponse(
        MLflowArtifacts.PresignedDownload(
            url: "\(request.ownAddress)\(linkedPath)\(encoded)?\(query)", headers: [:], file_size: file.sizeInBytes))
}
