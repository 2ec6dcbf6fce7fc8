import Hummingbird
import MartletAPI
import MartletDomain
import Platform

func addFindModelVersionRoute(to group: RouterGroup<MartletContext>, _ registry: Registry) {
    group.on(FindModelVersion.self) { body, _ in
        let version = try await registry.resolve(body.uri)
        return .init(
            name: version.id.name, version: "\(version.id.version)",
            artifactURI: version.artifactPath.map { "mlflow-artifacts:/\($0)" }, sha256: version.artifactDigest,
            fileCount: version.artifactCount)
    }
}
