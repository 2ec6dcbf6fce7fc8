public import Foundation

/// What keeps files: a run, or a logged model.
public protocol ArtifactLogging: Sendable {
    /// Its files.
    var artifacts: ArtifactFolder { get }
}

extension TrackedRun: ArtifactLogging {}
extension TrackedModel: ArtifactLogging {}

extension ArtifactLogging {
    /// Stores a file, in place of one that is there. It is sent in constant memory.
    ///
    /// - Parameters:
    ///   - path: Where it goes: `plots/roc.svg`. nil means: under its own name.
    ///   - progress: Told the bytes sent and in all.
    public func log(
        artifact file: URL, as path: String? = nil, progress: TransferProgress.Report? = nil
    ) async throws {
        try await artifacts.put(file: file, as: path, progress: progress)
    }

    /// Stores every file of a folder and of the folders below.
    ///
    /// - Parameters:
    ///   - path: The folder that they go to; empty means the topmost.
    ///   - concurrency: How many files are sent at once.
    /// - Throws: ``IncompleteTransfer`` with every file that could not be sent; the others are stored.
    public func log(
        folder: URL, as path: String = "", concurrency: Int = 4, progress: TransferProgress.Report? = nil
    ) async throws {
        try await artifacts.put(folder: folder, as: path, concurrency: concurrency, progress: progress)
    }

    /// Stores bytes as a file.
    public func log(data: Data, as path: String) async throws { try await artifacts.put(data, as: path) }

    /// Stores a text as a file in UTF-8.
    public func log(text: String, as path: String) async throws {
        try await artifacts.put(Data(text.utf8), as: path)
    }

    /// Stores a value as JSON, keys sorted. NaN and the infinities are written as MLflow spells them, as strings.
    public func log(dictionary: some Encodable, as path: String) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        try await artifacts.put(try encoder.encode(dictionary), as: path)
    }
}
