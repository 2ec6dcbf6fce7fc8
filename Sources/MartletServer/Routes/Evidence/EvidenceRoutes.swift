import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import NIOCore
import Platform

/// What auditors take away, below `/api/martlet/1.0/`.
func addEvidenceRoutes(to group: RouterGroup<MartletContext>, _ evidence: EvidencePacks) {
    group.post(RouterPath(PackEvidence.path)) { request, context in
        let body = try await request.decode(PackEvidence.self)
        let pack = try await evidence.pack(body.uri, by: context.caller)
        return Response(
            status: .ok,
            headers: [.contentType: "application/zip", .contentDisposition: "attachment; filename=\"evidence.zip\""],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: pack)))
    }
}
