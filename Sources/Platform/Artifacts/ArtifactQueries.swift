package import Foundation
package import MartletDomain

extension Artifacts {
    /// The bytes of the file at a path in words or an `mlflow-artifacts:` address.
    /// - Throws: ``ArtifactError/notFound(_:)``, ``ArtifactError/isFolder(_:)``.
    package func read(_ path: String) throws -> Data {
        let path = try ArtifactPath.inStore(uri: path) ?? ArtifactPath(path)
        let url = try localURL(path).resolvingSymlinksInPath()
        switch FileSystem.kind(of: url.path) {
        case .file: return try Data(contentsOf: url)
        case .folder: throw ArtifactError.isFolder("\(path)")
        default: throw ArtifactError.notFound("\(path)")
        }
    }

    /// What is in a folder, by name; nothing when there is no such folder.
    package func list(_ path: ArtifactPath) throws -> [ArtifactFile] {
        let url = try localURL(path)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return names.sorted().compactMap { name in
            guard !(path.names.isEmpty && name == ArtifactPath.incoming) else { return nil }
            let child = url.appending(path: name).path
            switch FileSystem.kind(of: child) {
            case .folder:
                return ArtifactFile(name: name, isFolder: true, sizeInBytes: nil, changedAt: 0)
            case .file:
                let details = FileSystem.details(of: child)
                return ArtifactFile(
                    name: name, isFolder: false, sizeInBytes: details?.size, changedAt: details?.changedAt ?? 0)
            default: return nil
            }
        }
    }
}
