import Foundation
import FeatureEngine
package import MartletDomain
import QueryEngine
import Synchronization

/// The features of one view or table in memory, and which rows are in it.
package final class ServedFeatures: Sendable {
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
    /// What tells the rows of the source apart where it is a feature table; nil for events.
    let keys: FeatureTableKeys?
    /// How rows of the table go in.
    let arrival: Arrival
    private let readsTable: Bool
    /// Held while rows go in, so that they go in by their numbers and what is kept is of one moment.
    private let order = Mutex(())
    /// Held for a moment at a time: answers read it.
    private let progress: Mutex<(now: OnlineReach, saved: OnlineReach)>

    enum Arrival: Sendable, Hashable {
        case events
        /// Each takes the place of the row of its key; of a table without time, what it leaves out stays.
        case rows(keepingMissing: Bool)
        /// Of a feature table whose keys the features do not tell apart: what goes from the table cannot be found here.
        case uncountable
    }

    package struct Output: Sendable {
        package var name: String
        package var type: DataType
        /// Among the features of the engine's plan.
        var place: Int
        /// Digits after the point of a decimal.
        package var scale: Int { if case .decimal(_, let scale) = type { scale } else { 0 } }
    }

    /// - Parameters:
    ///   - keys: The source's, if it is a feature table.
    ///   - restore: Puts back what was kept, and says how far it had come; nil for nothing.
    init(
        _ record: OnlineFeatures, _ view: FeatureView, _ schema: TableSchema, of tableSchema: TableSchema,
        tableID: String, keys: FeatureTableKeys? = nil, at start: OnlineReach = .none,
        restoring restore: ((OnlineState) throws -> OnlineReach)? = nil
    ) throws {
        (self.record, self.view, self.schema, self.tableID) = (record, view, schema, tableID)
        (self.tableSchema, self.keys) = (tableSchema, keys)
        plan = try ServingPlan(view, schema)
        readsTable = view.features.contains { $0.definition.readsTable }
        state = try OnlineState(
            plan.specification, sources: ServingPlan.sources(view, schema, relation: "martlet_source"),
            requests: plan.spine(sql: "martlet_requests"))
        if let keys {
            let canBeFound = state.plan.tellsApart(rowsBy: keys.rowKey)
            arrival = canBeFound ? .rows(keepingMissing: keys.timeKey == nil) : .uncountable
        } else {
            arrival = .events
        }
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

    private init(copying other: ServedFeatures, _ state: OnlineState, _ reach: (now: OnlineReach, saved: OnlineReach)) {
        (record, view, schema, tableID) = (other.record, other.view, other.schema, other.tableID)
        (tableSchema, keys, plan, arrival) = (other.tableSchema, other.keys, other.plan, other.arrival)
        (outputs, version, readsTable, self.state) = (other.outputs, other.version, other.readsTable, state)
        progress = Mutex(reach)
    }

    /// The same rows, that others can be added to while this one answers.
    func copy() -> ServedFeatures {
        order.withLock { _ in
            ServedFeatures(copying: self, state.copy(), progress.withLock { $0 })
        }
    }

    package var tableVersion: Int64? { progress.withLock { $0.now.tableVersion < 0 ? nil : $0.now.tableVersion } }
    package var keyCount: Int { state.size.keys }

    var reach: OnlineReach { progress.withLock { $0.now } }

    /// The number of the last push to a destination that is in; all before it are.
    func through(_ destination: PushDestination) -> Int64 { reach.through(destination) }

    /// Puts a push in, once, after those before it.
    ///
    /// What cannot be computed over is left out, and the error thrown afterwards: the rows are durable, and everything
    /// after them must go in all the same.
    /// - Parameter isNext: Whether all pushes before it are in that there are.
    /// - Returns: Whether it is in.
    func apply(
        _ rows: RecordBatch, _ sequence: Int64, _ destination: PushDestination, isNext: Bool = false
    ) throws -> Bool {
        try order.withLock { _ in
            switch reach.place(of: sequence, to: destination) {
            case .isIn: return true
            case .isLater where !isNext: return false
            case .isNext, .isLater: break
            }
            defer { progress.withLock { $0.now.reach(sequence, of: destination) } }
            try insert(rows)
            return true
        }
    }

    /// Puts rows of the table in.
    func add(_ rows: RecordBatch) throws { try order.withLock { _ in try insert(rows) } }

    private func insert(_ rows: RecordBatch) throws {
        guard let table = view.source?.table, rows.rowCount > 0, readsTable else { return }
        let whole = whole(rows)
        switch arrival {
        case .events, .uncountable: try state.ingest(whole, into: table)
        case .rows(let keepingMissing):
            let missing = keepingMissing ? schema.names.filter { rows[$0] == nil } : []
            try state.ingest(whole, into: table, as: .replacing, keeping: Set(missing))
        }
    }

    /// What a push leaves out is null.
    private func whole(_ rows: RecordBatch) -> RecordBatch {
        RecordBatch(
            columns: schema.fields.map { rows[$0.name] ?? .nulls($0.name, $0.type, rows.rowCount) },
            rowCount: rows.rowCount)
    }

    /// Why rows cannot be pushed, each problem with its rows.
    /// - Parameter toMemory: Whether they count at once, and not when they are in the table.
    func issues(_ rows: RecordBatch, toMemory: Bool) -> [FeatureIssue] {
        guard let table = view.source?.table, readsTable else { return [] }
        if arrival == .uncountable, toMemory {
            let key = (keys?.rowKey ?? []).joined(separator: ", ")
            return [
                .init(
                    .keyMismatch,
                    "\(record.name) does not tell rows of \(table) apart by (\(key)), so it cannot say which of them a "
                        + "pushed row replaces: push them `offline`, to the table alone, or serve a view with that key")
            ]
        }
        var issues: [FeatureIssue] = []
        if record.kind == .view, case .rows(keepingMissing: true) = arrival {
            // A filter was decided over the columns that are left out.
            issues += schema.names.filter { rows[$0] == nil }.map {
                .init(.missingColumn, "the push lacks the column '\($0)', which \(record.name) reads")
            }
        }
        do {
            let (bad, reason) = try state.unusable(whole(rows), of: table)
            if !bad.isEmpty { issues.append(.init(.overflow, "\(reason) in \(PushedFrame.rows(bad))")) }
        } catch {
            issues.append(.init(.typeMismatch, "\(record.name): \(OnlineStore.words(error))"))
        }
        return issues
    }

    func reach(_ version: Int64) { progress.withLock { $0.now.tableVersion = version } }

    /// Only the table's rows are known to be in: pushes that it has not go in again.
    func reachTable(_ version: Int64, written: Int64) {
        progress.withLock {
            $0.now = OnlineReach(tableVersion: version, pushed: [PushDestination.both.rawValue: written])
        }
    }

    /// What is in memory now, to be written while more goes in; nil if that is what was kept last.
    func unsaved() -> (reach: OnlineReach, state: OnlineState)? {
        order.withLock { _ in
            let (now, saved) = progress.withLock { $0 }
            return now == saved ? nil : (now, state.copy())
        }
    }

    /// Does something while no rows go in.
    func inOrder<Result: Sendable>(_ body: () throws -> Result) rethrows -> Result {
        try order.withLock { _ in try body() }
    }

    func didSave(_ saved: OnlineReach) { progress.withLock { $0.saved = saved } }

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
