import Hummingbird
import MartletAPI
import MartletDomain
import Platform

func addFindModelVersionRoute(to group: Routes, _ registry: Registry) {
    group.on(FindModelVersion.self, "registry.get_model_version", of: .modelURI { $0.uri }) { body, _ in
        let version = try await registry.resolve(body.uri)
        return .init(
            name: version.id.name, version: "\(version.id.version)",
            artifactURI: version.artifactPath.map { "mlflow-artifacts:/\($0)" }, sha256: version.artifactDigest,
            fileCount: version.artifactCount)
    }
}
