import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import NIOCore
import Platform

/// What auditors take away, below `/api/martlet/1.0/`.
func addEvidenceRoutes(to group: Routes, _ evidence: EvidencePacks) {
    group.respond(
        to: PackEvidence.self, at: PackEvidence.path, "registry.get_evidence", of: .modelURI { $0.uri }
    ) { body, context in
        let pack = try await evidence.pack(body.uri, by: context.caller)
        return Response(
            status: .ok,
            headers: [.contentType: "application/zip", .contentDisposition: "attachment; filename=\"evidence.zip\""],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: pack)))
    }
}
