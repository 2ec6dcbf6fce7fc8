import AuditLog
import Foundation
package import MartletDomain
import Metadata
import Synchronization

extension Audit {
    /// Entries that a query lets through, the newest first.
    ///
    /// - Parameters:
    ///   - before: Only entries before this position.
    ///   - limit: 1 to 1,000; anything else is refused.
    /// - Returns: the entries, and the position to go on before; nil when there are no more.
    package func search(
        _ query: AuditQuery, before: Int64? = nil, limit: Int
    ) async throws -> (events: [FoundEvent], next: Int64?) {
        guard (1...1_000).contains(limit) else { throw InvalidRequest("The limit \(limit) is not between 1 and 1000.") }
        let index = try await upToDateIndex()
        let positions = try await offTheCooperativePool {
            try index.positions(of: query, before: before, limit: limit + 1)
        }
        let events = try await events(at: Array(positions.prefix(limit)))
        return (events, positions.count > limit ? positions[limit - 1] : nil)
    }

    /// One entry, by its event id or its position.
    /// - Throws: ``AuditError/eventMissing(_:)``, ``AuditError/positionMissing(_:size:)``.
    package func event(_ name: String) async throws -> FoundEvent {
        if let position = Int64(name) {
            guard let found = try await events(at: [position]).first else {
                throw AuditError.positionMissing(position, size: try await checkpointSize())
            }
            return found
        }
        let index = try await upToDateIndex()
        guard let position = try await offTheCooperativePool({ try index.position(ofEvent: name) }),
            let found = try await events(at: [position]).first, found.entry.eventID == name
        else { throw AuditError.eventMissing(name) }
        return found
    }

    private func events(at positions: [Int64]) async throws -> [FoundEvent] {
        try await store.read { db in
            try positions.compactMap { position -> FoundEvent? in
                guard
                    let row = try db.row(
                        "SELECT entry FROM audit_entries WHERE position = ?", [.integer(position)])
                else { return nil }
                let bytes = try row.blob("entry")
                return FoundEvent(position: position, entry: try AuditEntry(encoded: bytes), bytes: bytes)
            }
        }
    }

    /// The index, with all entries in it that there are now.
    private func upToDateIndex() async throws -> AuditIndex {
        try await desk.turns.inTurn("index") {
            let index = try await openedIndex()
            var size = try index.size()
            if size > 0, try await !fits(index, size) {
                try index.clear()
                size = 0
            }
            while true {
                let batch = try await entries(from: size, limit: 1_000)
                guard let last = batch.last else { return index }
                try await offTheCooperativePool { try index.add(batch) }
                size = last.position + 1
            }
        }
    }

    private func openedIndex() async throws -> AuditIndex {
        if let open = desk.state.withLock({ $0.index }) { return open }
        let index = try AuditIndex(workspace.auditIndex)
        desk.state.withLock { $0.index = index }
        return index
    }

    /// Whether the log still has what the index took in last: it has not, if an older copy of the workspace was put
    /// back.
    private func fits(_ index: AuditIndex, _ size: Int64) async throws -> Bool {
        guard let last = try await events(at: [size - 1]).first else { return false }
        return try index.position(ofEvent: last.entry.eventID) == size - 1
    }
}
