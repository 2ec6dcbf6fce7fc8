import Crypto
import Foundation
import MartletDomain

/// What was in memory, as a file: a line that names the format, the length of the header, the header, the state, and a digest
/// of all that (SHA-256).
struct OnlineSnapshot {
    struct Header: Codable {
        var name: String
        var planHash: String
        var tableID: String
        var progress: ServedFeatures.Progress
    }

    /// Why a file was not used.
    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    private static let magic = Array("martlet online features 1\n".utf8)
    private static let headerLimit = 64 << 20

    var header: Header
    var state: ArraySlice<UInt8>

    static func data(_ header: Header, _ state: [UInt8]) throws -> Data {
        let encoded = try JSONEncoder().encode(header)
        var data = Data(magic)
        data.reserveCapacity(magic.count + 8 + encoded.count + state.count + 32)
        withUnsafeBytes(of: UInt64(encoded.count).littleEndian) { data.append(contentsOf: $0) }
        data.append(encoded)
        data.append(contentsOf: state)
        data.append(contentsOf: SHA256.hash(data: data))
        return data
    }

    /// - Throws: ``Problem`` for anything but a whole file.
    init(_ data: Data) throws {
        let bytes = [UInt8](data)
        let start = Self.magic.count + 8
        guard bytes.count >= start + 32, bytes.starts(with: Self.magic) else {
            throw Problem(description: "it is no snapshot of this version of Martlet")
        }
        let end = bytes.count - 32
        guard bytes[end...].elementsEqual(SHA256.hash(data: bytes[..<end])) else {
            throw Problem(description: "it is damaged")
        }
        let length = bytes[Self.magic.count..<start].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Self.headerLimit), start + Int(length) <= end else {
            throw Problem(description: "its header is longer than itself")
        }
        header = try JSONDecoder().decode(Header.self, from: Data(bytes[start..<(start + Int(length))]))
        state = bytes[(start + Int(length))..<end]
    }
}

extension OnlineStore {
    func snapshotFile(_ record: OnlineFeatures) -> URL {
        folder.appending(path: "\(record.name)-\(record.planHash.prefix(16)).state")
    }

    /// Keeps what is in memory, and lets go of pushed rows that are both in their table and in every such file.
    func save(_ served: ServedFeatures) async throws {
        guard served.record.source != nil, let (progress, state) = served.snapshot() else { return }
        let record = served.record
        let file = snapshotFile(record)
        let header = OnlineSnapshot.Header(
            name: record.name, planHash: record.planHash, tableID: served.tableID, progress: progress)
        try await offTheCooperativePool {
            try durablyWrite(OnlineSnapshot.data(header, state), to: file)
        }
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

    /// The kept state; nil, with the reason in the log, when it cannot be used.
    func restored(_ record: OnlineFeatures, tableID: String) async -> (OnlineSnapshot.Header, ArraySlice<UInt8>)? {
        let file = snapshotFile(record)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            let snapshot = try await offTheCooperativePool { try OnlineSnapshot(Data(contentsOf: file)) }
            guard snapshot.header.planHash == record.planHash, snapshot.header.name == record.name else {
                throw OnlineSnapshot.Problem(description: "it is of other features")
            }
            guard snapshot.header.tableID == tableID else {
                throw OnlineSnapshot.Problem(description: "it is of another table of that name")
            }
            return (snapshot.header, snapshot.state)
        } catch {
            notices.say(
                "The kept state of \(record.name) is not used (\(error)); it is computed again from its table.")
            return nil
        }
    }
}

extension Caller {
    static let online = Caller(.martlet, requestID: "online-features")
}
