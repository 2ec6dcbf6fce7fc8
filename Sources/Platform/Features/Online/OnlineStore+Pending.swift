import Foundation
package import MartletDomain
import Metadata
import QueryEngine

/// A push that is on record.
struct PendingPush: Sendable {
    var destination: PushDestination
    var sequence: Int64
    /// Milliseconds since 1970 UTC.
    var time: Int64
    var frame: PushedFrame
    var by: String
    /// The feature table that it was accepted for, by its id.
    var featureTable: String?
}

extension OnlineStore {
    /// What is read of pushes at a time, so that any number of them may wait.
    struct Portion: Sendable {
        var pushes = 500
        var rows: Int64 = 50_000
        var bytes: Int64 = 32 << 20
    }

    /// The next pushes on record after a number, in order: at least one if there is any.
    /// - Returns: Those, and whether there were more at that moment.
    func pending(
        _ source: TableName, _ destination: PushDestination, after sequence: Int64, _ most: Portion = Portion()
    ) async throws -> (pushes: [PendingPush], isAll: Bool) {
        try await store.read { db in
            let place: [SQLValue] = [.text(source.description), .text(destination.rawValue)]
            let sizes = try db.rows(
                "SELECT sequence, row_count, LENGTH(frame) AS size FROM pushed_rows "
                    + "WHERE source = ? AND destination = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                place + [.integer(sequence), .integer(Int64(most.pushes) + 1)])
            var (last, taken, rows, bytes) = (sequence, 0, Int64(0), Int64(0))
            for size in sizes.prefix(most.pushes) {
                rows += try size.integer("row_count")
                bytes += try size.integer("size")
                guard taken == 0 || rows <= most.rows && bytes <= most.bytes else { break }
                last = try size.integer("sequence")
                taken += 1
            }
            guard taken > 0 else { return ([], true) }
            let found = try db.rows(
                "SELECT * FROM pushed_rows WHERE source = ? AND destination = ? AND sequence > ? AND sequence <= ? "
                    + "ORDER BY sequence", place + [.integer(sequence), .integer(last)])
            return (try found.map { try PendingPush($0, destination) }, taken == sizes.count)
        }
    }

    /// Puts the pushes in that are not yet, by their numbers.
    func applyPending(to served: ServedFeatures, _ source: TableName) async throws {
        while true {
            let both = try await pending(source, .both, after: served.through(.both))
            let online = try await pending(source, .online, after: served.through(.online))
            var pushes = OnlineReach.merged(both.pushes, online.pushes) { $0.time }
            if !both.isAll || !online.isAll {
                // What follows the end of one list may belong before the rest of the other.
                let ends = [(both, PushDestination.both), (online, .online)]
                let cut = ends.compactMap { page, own in
                    page.isAll ? nil : pushes.lastIndex { $0.destination == own }
                }.min()
                if let cut { pushes.removeSubrange((cut + 1)...) }
            }
            for push in pushes { apply(push, to: served, source) }
            if both.isAll, online.isAll { return }
        }
    }

    private func apply(_ push: PendingPush, to served: ServedFeatures, _ source: TableName) {
        let rules = PushRules(table: source, schema: served.schema, ignoresOtherColumns: true, isPart: true)
        do {
            let rows = try? push.frame.typed(rules)
            // Rows that the table's columns have no place for any more get no place in it either.
            _ = try served.apply(rows ?? .none, push.sequence, push.destination, isNext: true)
            if rows == nil { throw UnusablePush(sequence: push.sequence) }
        } catch {
            notices.say("Pushed rows of \(source) do not count in \(served.record.name): \(Self.words(error))")
        }
    }
}

private struct UnusablePush: Error, CustomStringConvertible {
    var sequence: Int64
    var description: String { "push \(sequence) is of other columns than the table has now" }
}

extension RecordBatch {
    fileprivate static var none: RecordBatch { RecordBatch(columns: [], rowCount: 0) }
}

extension PendingPush {
    init(_ row: SQLRow, _ destination: PushDestination) throws {
        self.init(
            destination: destination, sequence: try row.integer("sequence"), time: try row.integer("pushed_at"),
            frame: try JSONDecoder().decode(PushedFrame.self, from: Data(row.blob("frame"))),
            by: try row.text("pushed_by"), featureTable: try row.textIfPresent("feature_table"))
    }
}

extension OnlineStore {
    /// The numbers of the pushes to a destination that are on record, at most 1,000.
    package func waiting(_ source: TableName, _ destination: PushDestination) async throws -> [Int64] {
        try await store.read { db in
            try db.rows(
                "SELECT sequence FROM pushed_rows WHERE source = ? AND destination = ? ORDER BY sequence LIMIT 1000",
                [.text(source.description), .text(destination.rawValue)]
            ).map { try $0.integer("sequence") }
        }
    }
}
