package import FeatureEngine
package import MartletDomain
import QueryEngine
import Synchronization

/// The features of one view or table in memory, and which rows are in it.
package final class ServedFeatures: Sendable {
    /// How far pushes to one destination are in: all up to one number, and some beyond it while others are on their way.
    struct Watermark: Sendable, Codable, Equatable {
        var through: Int64 = 0
        var beyond: Set<Int64> = []

        func contains(_ sequence: Int64) -> Bool { sequence <= through || beyond.contains(sequence) }

        mutating func insert(_ sequence: Int64) {
            beyond.insert(sequence)
            while beyond.remove(through + 1) != nil { through += 1 }
        }
    }

    struct Progress: Sendable, Codable, Equatable {
        /// The version of the table that is in whole; -1 for none.
        var tableVersion: Int64
        /// By destination.
        var pushed: [String: Watermark]

        static let none = Progress(tableVersion: -1, pushed: [:])
    }

    package let record: OnlineFeatures
    package let view: FeatureView
    /// The table's columns when it was loaded.
    let schema: TableSchema
    package let state: OnlineState
    /// The table's own identity, which another of the same name has not.
    let tableID: String
    private let progress: Mutex<(now: Progress, saved: Progress)>

    init(
        _ record: OnlineFeatures, _ view: FeatureView, _ schema: TableSchema, _ state: OnlineState, tableID: String,
        at progress: Progress, isSaved: Bool
    ) {
        (self.record, self.view, self.schema, self.state, self.tableID) = (record, view, schema, state, tableID)
        self.progress = Mutex((progress, isSaved ? progress : .none))
    }

    package var tableVersion: Int64? { progress.withLock { $0.now.tableVersion < 0 ? nil : $0.now.tableVersion } }
    package var keyCount: Int { state.keyCount }

    /// The number of the pushes to a destination that are all in.
    func through(_ destination: PushDestination) -> Int64 {
        progress.withLock { $0.now.pushed[destination.rawValue]?.through ?? 0 }
    }

    /// Puts a push in, once.
    func apply(_ rows: RecordBatch, _ sequence: Int64, _ destination: PushDestination) throws {
        try progress.withLock { progress in
            guard progress.now.pushed[destination.rawValue]?.contains(sequence) != true else { return }
            try state.add(rows)
            progress.now.pushed[destination.rawValue, default: Watermark()].insert(sequence)
        }
    }

    /// Puts rows in that a version of the table brought.
    func add(_ rows: RecordBatch) throws { try state.add(rows) }

    func reach(_ version: Int64) { progress.withLock { $0.now.tableVersion = version } }

    /// What is in memory now, to be kept; nil if that is what was kept last.
    func snapshot() -> (Progress, [UInt8])? {
        progress.withLock { progress in
            progress.now == progress.saved ? nil : (progress.now, state.snapshot())
        }
    }

    func didSave(_ saved: Progress) { progress.withLock { $0.saved = saved } }
}
