import Crypto
import DeltaLake
package import Foundation
package import MartletDomain
import QueryEngine

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
        let digest = hash.finalize().hexadecimal
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

    /// Imports what an upload brought, and lets go of it. Importing it again gives the version that it has made.
    ///
    /// - Parameter keys: The columns that tell rows apart, for a merge.
    package func importUpload(
        _ id: String, named fileName: String, as name: TableName, _ mode: Mode, keys: [String] = [],
        runID: String? = nil, by caller: Caller
    ) async throws -> DatasetVersion {
        let change = try mode.change(keys: keys)
        return try await turns.inTurn("upload " + id) {
            if Self.isUploadID(id), let done = try await version(ofTransaction: id), done.table.name == name {
                return done
            }
            return try await withUpload(id, named: fileName) { file in
                try await importFile(file, as: name, change, runID: runID, transaction: id, by: caller)
            }
        }
    }

    private static func isUploadID(_ id: String) -> Bool { id.utf8.count == 32 && id.allSatisfy(\.isHexDigit) }

    /// Lends what an upload brought, and lets go of it.
    func withUpload<Result>(
        _ id: String, named fileName: String, _ body: (ImportedFile) async throws -> Result
    ) async throws -> Result {
        guard let format = ImportFormat(fileName: fileName) else {
            throw DatasetError.unreadableFile(
                fileName, reason: "its name ends in none of .csv, .csv.gz, .parquet, .jsonl")
        }
        if let file = lent.take(id) { return try await withLent(file, named: fileName, format, body) }
        let file = scratch.appending(path: id + ".upload")
        let digestFile = file.appendingPathExtension("sha256")
        guard Self.isUploadID(id), let digest = try? String(contentsOf: digestFile, encoding: .utf8) else {
            throw DatasetError.unreadableFile(fileName, reason: "there is no upload \(id); send the file again")
        }
        // The engine knows a compressed file by its name.
        let named = scratch.appending(path: id + (fileName.lowercased().hasSuffix(".gz") ? ".gz" : ".data"))
        try FileManager.default.moveItem(at: file, to: named)
        do {
            let result = try await body(ImportedFile(named, named: fileName, format, engine, digest: digest))
            for done in [named, digestFile] { try? FileManager.default.removeItem(at: done) }
            return result
        } catch {
            // What is wrong with the file itself will be wrong with it again; anything else may be tried once more.
            if Self.isAboutContent(error) {
                for done in [named, digestFile] { try? FileManager.default.removeItem(at: done) }
            } else {
                try? FileManager.default.moveItem(at: named, to: file)
            }
            throw error
        }
    }

    private static func isAboutContent(_ error: any Error) -> Bool {
        if case DeltaError.schemaMismatch? = error as? DeltaError { return true }
        return error is DatasetError || error is FeatureError || error is InvalidRequest
    }

    private func withLent<Result>(
        _ file: LentFile, named fileName: String, _ format: ImportFormat,
        _ body: (ImportedFile) async throws -> Result
    ) async throws -> Result {
        let engine = try engineReading(file.location)
        let total = try file.state().bytes
        let progress = file.progress.map { ReadProgress(of: file.location, total: total, $0) }
        do {
            let result = try await body(ImportedFile(file, named: fileName, format, engine))
            progress?.stop()
            await engine.close()
            return result
        } catch {
            progress?.stop()
            await engine.close()
            throw error
        }
    }

    /// Where a table's files and log lie.
    package func folder(of name: TableName) -> URL { deltaTable(name).location }
}
