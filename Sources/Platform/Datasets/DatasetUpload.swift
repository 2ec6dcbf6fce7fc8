import Crypto
import DeltaLake
package import Foundation
package import MartletDomain

/// A file on its way in. It waits in the scratch folder to be imported, and is gone when the workspace is opened again.
package final class DatasetUpload {
    package let id: String
    package private(set) var sizeInBytes: Int64 = 0
    private let file: URL
    private let handle: FileHandle
    private var hash = SHA256()

    fileprivate init(in scratch: URL) throws {
        id = newID()
        file = scratch.appending(path: id + ".upload")
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw FileError(file.path, errno)
        }
        handle = try FileHandle(forWritingTo: file)
    }

    package func append(_ data: Data) throws {
        try handle.write(contentsOf: data)
        hash.update(data: data)
        sizeInBytes += Int64(data.count)
    }

    /// - Returns: SHA-256 of the bytes, in hexadecimal.
    package func finish() throws -> String {
        try handle.close()
        let digest = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        try Data(digest.utf8).write(to: file.appendingPathExtension("sha256"))
        return digest
    }

    package func cancel() {
        try? handle.close()
        try? FileManager.default.removeItem(at: file)
    }
}

extension Datasets {
    package func beginUpload() throws -> DatasetUpload { try DatasetUpload(in: scratch) }

    /// Imports what an upload brought, and lets go of it.
    package func importUpload(
        _ id: String, named fileName: String, as name: TableName, _ mode: Mode, by caller: Caller
    ) async throws -> DatasetVersion {
        guard let format = ImportFormat(fileName: fileName) else {
            throw DatasetError.unreadableFile(
                fileName, reason: "its name ends in none of .csv, .csv.gz, .parquet, .jsonl")
        }
        let file = scratch.appending(path: id + ".upload")
        let digestFile = file.appendingPathExtension("sha256")
        guard id.utf8.count == 32, id.allSatisfy(\.isHexDigit),
            let digest = try? String(contentsOf: digestFile, encoding: .utf8)
        else { throw DatasetError.unreadableFile(fileName, reason: "there is no upload \(id); send the file again") }
        defer {
            try? FileManager.default.removeItem(at: file)
            try? FileManager.default.removeItem(at: digestFile)
        }
        // The engine knows a compressed file by its name.
        let named = scratch.appending(path: id + (fileName.lowercased().hasSuffix(".gz") ? ".gz" : ".data"))
        try FileManager.default.moveItem(at: file, to: named)
        defer { try? FileManager.default.removeItem(at: named) }
        return try await importFile(named, format: format, named: fileName, digest: digest, as: name, mode, by: caller)
    }

    /// Where a table's files and log lie.
    package func folder(of name: TableName) -> URL { deltaTable(name).location }
}
