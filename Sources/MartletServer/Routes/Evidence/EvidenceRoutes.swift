import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import NIOCore
import Platform

/// What auditors take away, below `/api/martlet/1.0/`.
func addEvidenceRoutes(to group: Routes, _ evidence: EvidencePacks) {
    // It holds profiles of tables, and metrics of runs, that a role on the model alone does not show.
    group.respond(
        to: PackEvidence.self, at: PackEvidence.path, "registry.get_evidence", of: .workspace
    ) { body, context in
        let pack = try await evidence.pack(body.uri, by: context.caller)
        return Response(
            status: .ok,
            headers: [.contentType: "application/zip", .contentDisposition: "attachment; filename=\"evidence.zip\""],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: pack)))
    }
}
