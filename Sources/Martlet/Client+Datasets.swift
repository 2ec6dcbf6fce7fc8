public import Foundation
public import MartletAPI
public import MartletDomain

extension Client {
    /// Imports a file of this machine as a table's next version: all of it, or nothing when any row is broken.
    ///
    /// - Parameters:
    ///   - file: `.csv`, `.csv.gz`, `.parquet` or `.jsonl`.
    ///   - keys: The columns that tell rows apart, for a merge.
    ///   - runID: The tracking run that brings the file.
    ///   - progress: Called with the bytes sent so far and in all; within a process, with those imported.
    public func importDataset(
        _ table: TableName, from file: URL, mode: WriteMode = .overwrite, keys: [String] = [], runID: String? = nil,
        progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws -> DatasetSummary {
        let upload = try await upload(file, progress: progress)
        return try await send(
            ImportDataset(
                table: table, upload: upload.upload, fileName: file.lastPathComponent, mode: mode,
                keys: keys.isEmpty ? nil : keys, runID: runID))
    }

    /// Sends a file that a later request names: rows of a table, a spine.
    /// - Parameter progress: Called with the bytes sent so far and in all.
    public func upload(
        _ file: URL, progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws -> Upload {
        let request = WireRequest(
            method: "PUT", path: martletPrefix + "uploads",
            headers: ["Content-Type": "application/octet-stream"], body: .file(file), timeout: .seconds(900))
        return try JSONDecoder().decode(Upload.self, from: try await bytes(request, progress: progress))
    }

    /// Computes a table from others by one SELECT, in which each input goes by the name it is given.
    public func deriveDataset(
        _ table: TableName, sql: String, from inputs: [String: TableName], mode: WriteMode = .overwrite
    ) async throws -> DatasetSummary {
        try await send(DeriveDataset(table: table, sql: sql, inputs: inputs, mode: mode))
    }
}
