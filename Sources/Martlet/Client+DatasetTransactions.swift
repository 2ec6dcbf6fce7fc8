public import Foundation
import MartletAPI
public import MartletDomain

extension Client {
    /// Opens a transaction on a table or a branch (`schema.table:branch`); see ``addFile(_:to:progress:)``.
    ///
    /// - Parameters:
    ///   - keys: The columns that tell rows apart, for an update and for a deletion by keys.
    ///   - predicate: A row expression that holds for the rows to delete.
    ///   - runID: The tracking run that does it.
    ///   - inputs: What the rows were computed from.
    public func beginTransaction(
        _ kind: DatasetTransaction.Kind, on table: TableName, keys: [String] = [], predicate: String? = nil,
        runID: String? = nil, inputs: [TableReference] = []
    ) async throws -> DatasetTransaction {
        try await send(
            BeginTransaction(
                table: table, kind: kind, keys: keys, predicate: predicate, runID: runID, inputs: inputs))
    }

    /// Puts the rows of a file of this machine into an open transaction: all of them, or none.
    public func addFile(
        _ file: URL, to transaction: String, progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws -> DatasetTransaction {
        let upload = try await upload(file, progress: progress)
        return try await send(
            AddToTransaction(
                transaction: transaction, upload: upload.upload, fileName: file.lastPathComponent))
    }

    /// Commits a transaction. Asking again gives the version that it has made.
    public func commitTransaction(_ id: String) async throws -> DatasetVersion {
        try await send(CommitTransaction(transaction: id))
    }

    /// Gives a transaction up, with all that was put into it.
    public func abortTransaction(_ id: String) async throws -> DatasetTransaction {
        try await send(AbortTransaction(transaction: id))
    }

    /// Deletes the rows for which a row expression holds.
    public func deleteRows(
        from table: TableName, where predicate: String, runID: String? = nil
    ) async throws -> DatasetVersion {
        try await send(DeleteRows(table: table, predicate: predicate, runID: runID))
    }

    /// Deletes the rows whose key stands in a file.
    public func deleteRows(
        from table: TableName, keysIn file: URL, keys: [String], runID: String? = nil
    ) async throws -> DatasetVersion {
        let transaction = try await beginTransaction(.delete, on: table, keys: keys, runID: runID)
        do {
            _ = try await addFile(file, to: transaction.id)
            return try await commitTransaction(transaction.id)
        } catch {
            _ = try? await abortTransaction(transaction.id)
            throw error
        }
    }
}
