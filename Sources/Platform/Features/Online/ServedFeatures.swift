import Foundation
import FeatureEngine
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
    /// The table's columns that the view reads, as they were when it was loaded.
    let schema: TableSchema
    /// All of the table's columns then.
    let tableSchema: TableSchema
    let plan: ServingPlan
    let state: OnlineState
    /// The features that are shown, in the view's order.
    package let outputs: [Output]
    /// The beginning of the plan's hash.
    package let version: String
    /// The table's own identity, which another of the same name has not.
    let tableID: String
    private let readsTable: Bool
    private let progress: Mutex<(now: Progress, saved: Progress)>

    package struct Output: Sendable {
        package var name: String
        package var type: DataType
        /// Among the features of the engine's plan.
        var place: Int
        /// Digits after the point of a decimal.
        package var scale: Int { if case .decimal(_, let scale) = type { scale } else { 0 } }
    }

    /// - Parameter restore: Puts back what was kept, and says how far it had come; nil for nothing.
    init(
        _ record: OnlineFeatures, _ view: FeatureView, _ schema: TableSchema, of tableSchema: TableSchema,
        tableID: String,
        at start: Progress = .none, restoring restore: ((OnlineState) throws -> Progress)? = nil
    ) throws {
        (self.record, self.view, self.schema, self.tableID) = (record, view, schema, tableID)
        self.tableSchema = tableSchema
        plan = try ServingPlan(view, schema)
        readsTable = view.features.contains { $0.definition.readsTable }
        state = try OnlineState(
            plan.specification, sources: ServingPlan.sources(view, schema, relation: "martlet_source"),
            requests: plan.spine(sql: "martlet_requests"))
        let kept = try restore?(state)
        version = String(record.planHash.prefix(12))
        let features = state.plan.features
        outputs = view.features.filter { !$0.isHidden }.compactMap { feature in
            features.firstIndex { $0.name == feature.name }.map {
                Output(name: feature.name, type: features[$0].kind.dataType, place: $0)
            }
        }
        progress = Mutex((kept ?? start, kept ?? .none))
    }

    package var tableVersion: Int64? { progress.withLock { $0.now.tableVersion < 0 ? nil : $0.now.tableVersion } }
    package var keyCount: Int { state.size.keys }

    /// The number of the pushes to a destination that are all in.
    func through(_ destination: PushDestination) -> Int64 {
        progress.withLock { $0.now.pushed[destination.rawValue]?.through ?? 0 }
    }

    /// Puts a push in, once. What cannot be computed over, a filter that overflows say, is left out here, and the error
    /// thrown afterwards: the rows are durable, and everything after them must go in all the same.
    func apply(_ rows: RecordBatch, _ sequence: Int64, _ destination: PushDestination) throws {
        try progress.withLock { progress in
            guard progress.now.pushed[destination.rawValue]?.contains(sequence) != true else { return }
            progress.now.pushed[destination.rawValue, default: Watermark()].insert(sequence)
            try add(rows)
        }
    }

    /// Puts rows of the table in.
    func add(_ rows: RecordBatch) throws {
        guard let table = view.source?.table, rows.rowCount > 0, readsTable else { return }
        // What a push leaves out is null.
        let columns = schema.fields.map { rows[$0.name] ?? .nulls($0.name, $0.type, rows.rowCount) }
        let whole = RecordBatch(columns: columns, rowCount: rows.rowCount)
        try state.ingest(whole, into: table, as: record.kind == .table ? .replacing : .events)
    }

    func reach(_ version: Int64) { progress.withLock { $0.now.tableVersion = version } }

    /// What is in memory now, to be kept; nil if that is what was kept last.
    func snapshot() throws -> (Progress, [[UInt8]])? {
        try progress.withLock { progress in
            guard progress.now != progress.saved else { return nil }
            let note = OnlineSnapshotNote(
                name: record.name, planHash: record.planHash, tableID: tableID, progress: progress.now)
            var pieces: [[UInt8]] = []
            try state.snapshot(note: canonicalText(note)) { pieces.append($0) }
            return (progress.now, pieces)
        }
    }

    func didSave(_ saved: Progress) { progress.withLock { $0.saved = saved } }

    /// Answers each row of a request as of `time`.
    ///
    /// - Returns: Values by ``outputs`` of the given places, then row.
    func answer(_ request: OnlineRequest, at time: Int64, _ places: [Int]) throws -> OnlineAnswers {
        var issues: [FeatureIssue] = []
        var columns: [Column] = []
        columns.reserveCapacity(plan.request.count + 1)
        for wanted in plan.request {
            guard let column = request.columns.first(where: { $0.name == wanted.name }) else {
                issues.append(.init(.missingColumn, "the request lacks '\(wanted.name)', which \(record.name) takes"))
                continue
            }
            let cells = TypedCells(column.cells, as: wanted.kind.dataType)
            if let (rows, example) = cells.misfits {
                issues.append(
                    .init(
                        .typeMismatch,
                        "'\(wanted.name)' is \(wanted.kind.dataType), which \(example) in row \(rows[0] + 1) is not"))
            }
            columns.append(Column(wanted.name, cells.values, validity: cells.validity))
        }
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        let rows = request.rowCount
        columns.append(Column(ServingPlan.time, .timestamp(Array(repeating: time, count: rows))))
        return try state.answer(RecordBatch(columns: columns, rowCount: rows))
    }
}

extension OnlineStatus {
    var served: ServedStatus {
        switch self {
        case .present: .present
        case .null: .null
        case .missing: .missing
        case .expired: .expired
        case .refused: .refused
        }
    }
}
