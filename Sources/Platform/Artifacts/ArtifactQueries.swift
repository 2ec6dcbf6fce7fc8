import Foundation
package import MartletDomain

extension Artifacts {
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
