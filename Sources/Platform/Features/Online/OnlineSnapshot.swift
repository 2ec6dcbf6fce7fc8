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
    /// The columns that told the table's rows apart; nil for events.
    var rowKey: [String]?
    var reach: OnlineReach
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
        guard record.source != nil, let (progress, state) = served.unsaved() else { return }
        let file = snapshotFile(record)
        let note = try canonicalText(
            OnlineSnapshotNote(
                name: record.name, planHash: record.planHash, tableID: served.tableID, rowKey: served.keys?.rowKey,
                reach: progress))
        try await offTheCooperativePool { try Self.write(state, note, to: file) }
        let through = progress.through(.both)
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
    private static func write(_ state: OnlineState, _ note: String, to file: URL) throws {
        let temporary = file.appendingPathExtension("tmp")
        guard FileManager.default.createFile(atPath: temporary.path, contents: nil) else {
            throw FileError(temporary.path, errno)
        }
        do {
            let handle = try FileHandle(forWritingTo: temporary)
            try state.snapshot(note: note) { try handle.write(contentsOf: $0) }
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
        _ record: OnlineFeatures, _ view: FeatureView, _ schema: TableSchema, _ table: DeltaSnapshot,
        _ keys: FeatureTableKeys?
    ) async -> ServedFeatures? {
        let file = snapshotFile(record)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            // Pushes are kept for what is on record, not for a file that is older.
            guard let kept = try await keptThrough(record) else { return nil }
            return try await offTheCooperativePool {
                let data = try Data(contentsOf: file, options: .mappedIfSafe)
                return try ServedFeatures(
                    record, view, schema, of: table.schema, tableID: table.tableID, keys: keys
                ) { state in
                    let text = try data.withUnsafeBytes { try state.restore($0) }
                    let note = try decoded(OnlineSnapshotNote.self, from: text)
                    guard note.planHash == record.planHash, note.name == record.name else {
                        throw UnusableSnapshot(description: "it is of other features")
                    }
                    guard note.tableID == table.tableID, note.reach.tableVersion <= table.version else {
                        throw UnusableSnapshot(description: "it is of another table of that name")
                    }
                    guard note.rowKey == keys?.rowKey, note.reach.through(.both) >= kept else {
                        throw UnusableSnapshot(description: "its rows are told apart otherwise, or it is too old")
                    }
                    return note.reach
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

extension OnlineStore {
    /// The number of the last push that the kept state has; nil if none is on record.
    private func keptThrough(_ record: OnlineFeatures) async throws -> Int64? {
        try await store.read { db in
            try db.row(
                "SELECT snapshot_pushed FROM online_features "
                    + "WHERE name = ? AND plan_hash = ? AND snapshot_file IS NOT NULL",
                [.text(record.name), .text(record.planHash)])?.integer("snapshot_pushed")
        }
    }

    /// Lets go of kept states, which are then computed from the table again. For whoever has the source's turn.
    func dropKept(_ source: TableName, where isDropped: (String) -> Bool = { _ in true }) async throws {
        let records = try await list().filter { $0.source == source && isDropped($0.name) }
        // The files first: one that is on record and gone is computed again.
        for record in records { try? FileManager.default.removeItem(at: snapshotFile(record)) }
        guard !records.isEmpty else { return }
        let names = records.map(\.name)
        let action = AuditAction(
            "features", "drop_online_state",
            ["source": source.description, "names": names.sorted().joined(separator: " ")])
        try await store.change(action, by: .online) { db in
            for name in names {
                try db.execute(
                    "UPDATE online_features SET snapshot_version = NULL, snapshot_pushed = 0, snapshot_file = NULL "
                        + "WHERE name = ?", [.text(name)])
            }
        }
    }
}

extension Caller {
    static let online = Caller(.martlet, requestID: "online-features")
}
