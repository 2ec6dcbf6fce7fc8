import MartletAPI
import MartletDomain
import Platform

/// What is asked about the files of versions, below `/api/martlet/1.0/`.
func addSealRoutes(to group: Routes, _ registry: Registry) {
    group.on(VerifyModelFiles.self, "registry.get_seal", of: .modelURI { $0.uri }) { body, _ in
        try await registry.seal(of: try await registry.resolve(body.uri).id)
    }
}
