import AuditLog
import Foundation
import HTTPTypes
import Hummingbird
import MartletDomain
import NIOCore
import Platform

/// Below which the log lies as plain files (C2SP tlog-tiles).
let tlogPath = "/audit/"

/// The log as plain files: `checkpoint`, `tile/<level>/<index>[.p/<width>]`, `tile/entries/<index>[.p/<width>]`.
///
/// They come from the database, as far as the newest checkpoint that left covers it. A tile never changes; the
/// checkpoint does. Whoever may read the log may ask, or anybody where `martlet.yaml` says so.
func addTlogRoutes(to group: Routes, audit: Audit) {
    func add(
        _ path: String, _ verb: Verb,
        _ answer: @escaping @Sendable (Request, MartletContext) async throws -> Response
    ) {
        if audit.settings.isPublic {
            group.open(.get, path, because: "martlet.yaml says so: audit.public", answer)
        } else {
            group.on(.get, path, verb, of: .workspace, answer)
        }
    }
    add("audit/checkpoint", "audit.get_log") { _, _ in
        let note = try await audit.servedCheckpoint()
        var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-cache"]
        headers[.contentLength] = "\(note.utf8.count)"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: note)))
    }
    add("audit/tile/**", "audit.get_log") { request, _ in
        guard let tile = TlogTile(path: String(request.uri.path.dropFirst(tlogPath.count))),
            let bytes = try await audit.tile(tile)
        else {
            return try errorResponse(
                .resourceDoesNotExist, "There is no tile \(request.uri.path) under the checkpoint.")
        }
        let readers = audit.settings.isPublic ? "public" : "private"
        let headers: HTTPFields = [
            .contentType: "application/octet-stream", .contentLength: "\(bytes.count)",
            .cacheControl: "\(readers), max-age=\(tile.isFull ? 31_536_000 : 86_400), immutable",
        ]
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
