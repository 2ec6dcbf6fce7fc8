import Foundation
import Hummingbird
import HTTPTypes
import MartletAPI
import MartletDomain
import Platform

/// Uploads in parts, relative to `…/mlflow-artifacts/`: each part is sent to an address of its own, which anybody may use
/// who was given it.
func addMultipartRoutes(to group: Routes, _ artifacts: Artifacts) {
    group.on(.post, "mpu/create/**", "artifacts.begin_multipart", of: .changedFile("mpu/create")) { request, context in
        let folder = try request.artifactPath(after: "mpu/create")
        let body = try await request.decode(MLflowArtifacts.CreateMultipart.self)
        let upload = try await artifacts.beginMultipart(
            to: folder.appending(try fileName(body.path)), parts: Int(clamping: body.num_parts?.value ?? 1),
            by: context.caller)
        let base = "\(request.ownAddress)\(partsPath)\(upload.id)/"
        return try jsonResponse(
            MLflowArtifacts.CreateMultipart.Response(
                upload_id: upload.id,
                credentials: (1...upload.parts).map {
                    .init(url: "\(base)\($0)?secret=\(upload.secret)", part_number: $0, headers: [:])
                }))
    }
    group.on(.post, "mpu/complete/**", "artifacts.complete_multipart", of: .changedFile("mpu/complete")) {
        request, context in
        let folder = try request.artifactPath(after: "mpu/complete")
        let body = try await request.decode(MLflowArtifacts.CompleteMultipart.self, limit: 16 << 20)
        try await artifacts.completeMultipart(
            try required(body.upload_id, "upload_id"), to: folder.appending(try fileName(body.path)),
            parts: (body.parts ?? []).map { part in
                (Int(clamping: part.part_number?.value ?? 0), (part.etag ?? "").trimmingCharacters(in: ["\""]))
            }, by: context.caller)
        return try jsonResponse(MLflowTracking.Empty())
    }
    group.on(.post, "mpu/abort/**", "artifacts.abort_multipart", of: .changedFile("mpu/abort")) { request, context in
        let folder = try request.artifactPath(after: "mpu/abort")
        let body = try await request.decode(MLflowArtifacts.CompleteMultipart.self)
        try await artifacts.abortMultipart(
            try required(body.upload_id, "upload_id"), to: folder.appending(try fileName(body.path)),
            by: context.caller)
        return try jsonResponse(MLflowTracking.Empty())
    }
    group.open(.put, "mpu/part/:upload/:number", because: "the address holds a secret of its own") { request, context in
        try await storePart(artifacts, request, context)
    }
}

/// Where parts go, and who may send one says the address itself.
let partsPath = "/api/2.0/mlflow-artifacts/mpu/part/"

private func storePart(_ artifacts: Artifacts, _ request: Request, _ context: MartletContext) async throws -> Response {
    guard let number = Int(try context.parameters.require("number")) else { throw ArtifactError.linkRefused }
    let part = try await artifacts.uploadPart(
        number, of: try context.parameters.require("upload"), secret: request.queryItems["secret"] ?? "",
        digests: try ContentDigest.announced(request.headers))
    let length = request.announcedLength
    if let length, length > artifacts.sizeLimit {
        throw ArtifactError.tooLarge(path: "part \(number)", limit: artifacts.sizeLimit)
    }
    try await request.receive { try part.append($0) }
    let sha256 = try await part.finish(expectedSize: length)
    return Response(status: .ok, headers: [.contentLength: "0", .eTag: "\"\(sha256)\""])
}

/// The file's own name of what clients before 3.18 sent as a whole local path, also as Windows writes it.
private func fileName(_ path: String?) throws -> ArtifactPath {
    let path = try required(path, "path")
    let name = path.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
    return try ArtifactPath(name)
}

extension Request {
    /// This server's address as the client sees it; a proxy that speaks TLS for us says so.
    var ownAddress: String {
        let scheme = headers[.forwardedProtocol]?.lowercased() == "https" ? "https" : "http"
        return "\(scheme)://\(head.authority ?? "localhost")"
    }
}
