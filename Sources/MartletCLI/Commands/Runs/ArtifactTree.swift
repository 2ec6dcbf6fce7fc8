import Martlet
import TerminalText

/// What is in a folder of the artifact store: each folder before what is in it.
struct ArtifactTree: Sendable {
    struct File: Sendable, Encodable {
        var path: String
        var is_dir: Bool
        var file_size: Int64?
    }

    var files: [File] = []
    /// Whether there is more than was asked for.
    var isCut = false

    var lines: [String] {
        FileTree(files.map { .init($0.path, size: $0.is_dir ? nil : $0.file_size ?? 0) }).lines
    }

    /// All files and folders below `path`; nil when they are not in Martlet's store.
    init?(_ artifacts: ArtifactFolder, in path: String = "", limit: Int = .max) async throws {
        guard artifacts.isInStore else { return nil }
        try await add(artifacts, path, limit)
    }

    private mutating func add(_ artifacts: ArtifactFolder, _ path: String, _ limit: Int) async throws {
        for item in try await artifacts.list(path).sorted(by: { $0.path < $1.path }) {
            guard files.count < limit else {
                isCut = true
                return
            }
            files.append(File(path: item.path, is_dir: item.isFolder, file_size: item.sizeInBytes))
            if item.isFolder { try await add(artifacts, item.path, limit) }
        }
    }
}

extension ArtifactFolder {
    /// Whether the server hands the files out.
    var isInStore: Bool { uri.hasPrefix("mlflow-artifacts:/") }
}
