import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// What is asked about the files of versions, below `/api/martlet/1.0/`.
func addSealRoutes(to group: RouterGroup<MartletContext>, _ registry: Registry) {
    group.on(VerifyModelFiles.self) { body, _ in try await registry.seal(of: try await registry.resolve(body.uri).id) }
}
