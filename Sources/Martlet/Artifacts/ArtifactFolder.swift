public import Foundation
import MartletAPI

/// A folder of the artifact store: what a run or a logged model keeps as files.
///
/// Paths are relative to it, with `/` between names: `plots/roc.svg`.
public struct ArtifactFolder: Sendable {
    let client: Client
    /// An `mlflow-artifacts:` address.
    public let uri: String

    /// A file or folder as ``list(_:)`` finds it.
    public struct Item: Sendable, Hashable {
        /// Relative to the ``ArtifactFolder``.
        public var path: String
        public var isFolder: Bool
        /// nil for a folder.
        public var sizeInBytes: Int64?
    }

    /// Stores bytes as a file, in place of one that is there.
    public func put(_ data: Data, as path: String) async throws { try await put(.bytes(data), path, progress: nil) }

    /// Stores a file, in place of one that is there. It is read as it is sent, in constant memory.
    /// - Parameter path: Where it goes; nil means: here, under its own name.
    public func put(file: URL, as path: String? = nil, progress: TransferProgress.Report? = nil) async throws {
        let path = path ?? file.lastPathComponent
        try await put(.file(file), path) { progress?(TransferProgress(path: path, bytes: $0, totalBytes: $1)) }
    }

    /// Reads a file, whole, into memory.
    public func data(_ path: String) async throws -> Data { try await client.artifact(at: address(path)) }

    /// What is in a folder, by name; nothing when there is no such folder.
    /// - Parameter path: Empty means this folder itself.
    public func list(_ path: String = "") async throws -> [Item] {
        let segments = try Client.artifactSegments(address(path))
        let answer: MLflowTracking.ArtifactList = try await client.mlflow(
            get: "mlflow-artifacts/artifacts", ["path": segments.joined(separator: "/")])
        let prefix = path.split(separator: "/").map { "\($0)/" }.joined()
        return try (answer.files ?? []).map { file in
            let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
            guard !["", ".", ".."].contains(name) else {
                throw ClientError.unexpected(status: 200, "a file named '\(file.path)'")
            }
            return Item(path: prefix + name, isFolder: file.is_dir, sizeInBytes: file.file_size)
        }
    }

    /// Every file in a folder and in the folders below, by path.
    public func files(in path: String = "") async throws -> [Item] {
        var files: [Item] = []
        var folders = [path]
        while let folder = folders.popLast() {
            for item in try await list(folder) {
                if item.isFolder { folders.append(item.path) } else { files.append(item) }
            }
        }
        return files.sorted { $0.path < $1.path }
    }

    func address(_ path: String) -> String { path.isEmpty ? uri : uri + "/" + path }

    private func put(
        _ body: WireRequest.Body, _ path: String, progress: (@Sendable (Int64, Int64) -> Void)?
    ) async throws {
        _ = try await client.bytes(
            WireRequest(
                method: "PUT", path: try Client.artifactPath(address(path)),
                headers: ["Content-Type": "application/octet-stream"], body: body, timeout: .seconds(900)),
            progress: progress)
    }
}

/// How far a transfer is.
public struct TransferProgress: Sendable, Hashable {
    public typealias Report = @Sendable (TransferProgress) -> Void

    /// The file that moved last, relative to the artifact folder.
    public var path: String
    /// Sent or received so far, of all files together. Falls back when a file is sent again after a failure.
    public var bytes: Int64
    /// Of all files together; 0 when the server does not say.
    public var totalBytes: Int64

    public init(path: String, bytes: Int64, totalBytes: Int64) {
        (self.path, self.bytes, self.totalBytes) = (path, bytes, totalBytes)
    }
}
