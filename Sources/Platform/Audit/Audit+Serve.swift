package import AuditLog
import Foundation
import MartletDomain
import Metadata

extension Audit {
    /// The newest checkpoint that left. The first leaves when it is asked for.
    package func servedCheckpoint() async throws -> String {
        if let published = try await newestPublished() { return published.note }
        return try await publish(because: "request", by: .keeper).note
    }

    /// The bytes of a tile or bundle; nil if the newest checkpoint that left does not cover it.
    package func tile(_ tile: TlogTile) async throws -> [UInt8]? {
        try await store.read { db in
            guard let size = try db.largestPublished()?.size else { return nil }
            let level = tile.level ?? 0
            guard level < 8, tile.range.upperBound <= size >> (8 * level) else { return nil }
            let log = StoredLog(db)
            guard tile.level == nil else {
                return try log.hashes(level: level, in: tile.range).flatMap(\.bytes)
            }
            return try EntryBundle.encode(try log.entries(in: tile.range))
        }
    }
}
