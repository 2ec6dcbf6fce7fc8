import DeltaLake
import FeatureEngine
import Foundation
import MartletDomain
import Metadata

/// What is noted in the file of a kept state: which features of which table, and how far they had come.
struct OnlineSnapshotNote: Codable {
    var name: String
    var planHash: String
    var tableID: String
    var progress: ServedFeatures.Progress
}

/// Why a kept state was not used.
struct UnusableSnapshot: Error, CustomStringConvertible {
    var description: String
}

extension OnlineStore {
    func snapshotFile(_ record: OnlineFeatures) -> URL {
        folder.appending(path: "\(record.name)-\(record.planHash.prefix(16)).state")
    }

    /// Keeps what is in memory. For whoever has the source's turn.
    func save(_ served: ServedFeatures) async throws {
        let record = served.record
        guard record.source != nil, let (progress, pieces) = try served.snapshot() else { return }
        let file = snapshotFile(record)
        try await offTheCooperativePool { try Self.write(pieces, to: file) }
        let through = progress.pushed[PushDestination.both.rawValue]?.through ?? 0
        let action = AuditAction(
            "features", "keep_online_state",
            ["name": record.name, "table_version": "\(progress.tableVersion)", "pushed_through": "\(through)"])
        try await store.change(action, by: .online) { db in
            try db.execute(
                "UPDATE online_features SET snapshot_version = ?, snapshot_pushed = ?, snapshot_file = ? "
                    + "WHERE name = ? AND plan_hash = ?",
                [
                    .integer(progress.tableVersion), .integer(through), .text(file.lastPathComponent),
                    .text(record.name), .text(record.planHash),
                ])
        }
        served.didSave(progress)
    }

    /// Temporary, fsync, rename, fsync the folder.
    private static func write(_ pieces: [[UInt8]], to file: URL) throws {
        let temporary = file.appendingPathExtension("tmp")
        guard FileManager.default.createFile(atPath: temporary.path, contents: nil) else {
            throw FileError(temporary.path, errno)
        }
        do {
            let handle = try FileHandle(forWritingTo: temporary)
            for piece in pieces { try handle.write(contentsOf: piece) }
            try handle.close()
            try synchronize(temporary)
            guard rename(temporary.path, file.path) == 0 else { throw FileError(file.path, errno) }
            try synchronize(file.deletingLastPathComponent())
        } catch {
            try? FileManager.default.removeItem(at: temporary)
            throw error
        }
    }

    /// What was kept, back in memory; nil, with the reason in the log, when it cannot be used.
    func restored(
        _ record: OnlineFeatures, _ view: FeatureView, _ schema: TableSchema, _ table: DeltaSnapshot
    ) async -> ServedFeatures? {
        let file = snapshotFile(record)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            return try await offTheCooperativePool {
                let data = try Data(contentsOf: file, options: .mappedIfSafe)
                return try ServedFeatures(record, view, schema, of: table.schema, tableID: table.tableID) { state in
                    let text = try data.withUnsafeBytes { try state.restore($0) }
                    let note = try decoded(OnlineSnapshotNote.self, from: text)
                    guard note.planHash == record.planHash, note.name == record.name else {
                        throw UnusableSnapshot(description: "it is of other features")
                    }
                    guard note.tableID == table.tableID, note.progress.tableVersion <= table.version else {
                        throw UnusableSnapshot(description: "it is of another table of that name")
                    }
                    return note.progress
                }
            }
        } catch {
            notices.say(
                "The kept state of \(record.name) is not used (\(Self.words(error))); it is computed again from its "
                    + "table.")
            return nil
        }
    }
}

extension Caller {
    static let online = Caller(.martlet, requestID: "online-features")
}
