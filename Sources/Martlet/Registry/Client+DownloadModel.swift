import Crypto
public import Foundation
public import MartletAPI
public import MartletDomain

extension Client {
    /// Fetches a version's files, in constant memory, and checks that they are the ones that were registered.
    ///
    /// - Parameter folder: A folder that is not there yet; it is when every file is, and the check was passed.
    /// - Returns: The version that the address meant.
    /// - Throws: ``ModelDownloadError``; nothing is left behind then.
    @discardableResult
    public func downloadModel(
        _ uri: ModelURI, to folder: URL, progress: TransferProgress.Report? = nil
    ) async throws -> FindModelVersion.Response {
        let version = try await send(FindModelVersion(uri))
        let name = "\(version.name)/\(version.version)"
        guard let source = version.artifactURI, version.fileCount > 0 else {
            throw ModelDownloadError.filesElsewhere(version: name)
        }
        guard !FileManager.default.fileExists(atPath: folder.path) else {
            throw ModelDownloadError.folderExists(folder.path)
        }
        let arriving = folder.deletingLastPathComponent().appending(
            path: ".\(folder.lastPathComponent).\(UUID().uuidString).part", directoryHint: .isDirectory)
        do {
            try await artifacts(at: source).download(to: arriving, progress: progress)
            let found = try digest(ofFilesIn: arriving)
            guard found == version.sha256 else {
                throw ModelDownloadError.filesDiffer(version: name, expected: version.sha256, found: found)
            }
            try FileManager.default.moveItem(at: arriving, to: folder)
        } catch {
            try? FileManager.default.removeItem(at: arriving)
            throw error
        }
        return version
    }
}

/// Why a version's files were not fetched, or not kept.
public enum ModelDownloadError: MartletError, Equatable {
    case filesElsewhere(version: String)
    case folderExists(String)
    /// SHA-256 over all files, in hexadecimal.
    case filesDiffer(version: String, expected: String, found: String)

    public var code: ErrorCode {
        switch self {
        case .filesElsewhere: .resourceDoesNotExist
        case .folderExists: .resourceAlreadyExists
        case .filesDiffer: .dataLoss
        }
    }

    public var message: String {
        switch self {
        case .filesElsewhere(let version):
            "\(version) has no files in Martlet's store; fetch them from the source that it was registered with."
        case .folderExists(let path): "\(path) is there already. Name a new folder."
        case .filesDiffer(let version, let expected, let found):
            "The files fetched are not those that \(version) was registered with: their SHA-256 is \(found), not \(expected). "
                + "Nothing was kept. See who registered them: martlet audit log --object \(version)"
        }
    }
}

/// SHA-256 in hexadecimal over a line `sha256␠␠path\n` a file, sorted by path in UTF-8, read in constant memory.
private func digest(ofFilesIn folder: URL) throws -> String {
    var lines = SHA256()
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    for path in paths.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
        let file = folder.appending(path: path)
        let kind = try FileManager.default.attributesOfItem(atPath: file.path)[.type] as? FileAttributeType
        guard kind == .typeRegular else { continue }
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        var hash = SHA256()
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty { hash.update(data: data) }
        lines.update(data: Data("\(hash.finalize().hexadecimal)  \(path)\n".utf8))
    }
    return lines.finalize().hexadecimal
}
