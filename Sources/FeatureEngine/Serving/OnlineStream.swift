import MartletDomain
import QueryEngine
import Synchronization

/// The rows of one stream, by key. Any number of readers and writers at once: a key's rows are handed out as they are at
/// that moment, and the lock is held no longer than that takes.
final class OnlineStream: Sendable {
    let plan: StreamPlan
    private let shards: [Shard]

    private final class Shard: Sendable {
        let logs = Mutex<[EntityKey: EventLog]>([:])
    }

    static let shardCount = 64

    init(_ plan: StreamPlan) {
        self.plan = plan
        shards = (0..<Self.shardCount).map { _ in Shard() }
    }

    private func shard(_ key: EntityKey) -> Shard {
        // The high bits: a dictionary uses the low ones.
        shards[Int(truncatingIfNeeded: UInt(bitPattern: key.hashValue) >> 58) % Self.shardCount]
    }

    /// The rows of a key as they are now; nil for a key that none came of.
    func log(_ key: EntityKey) -> EventLog? { shard(key).logs.withLock { $0[key] } }

    /// Shares the rows of a stream of the same plan. To be called on a new one.
    func takeRows(of other: OnlineStream) {
        // A key's shard is the same in every stream: keys hash alike in one process.
        for (own, shard) in zip(shards, other.shards) {
            let logs = shard.logs.withLock { $0 }
            own.logs.withLock { $0 = logs }
        }
    }

    /// - Parameters:
    ///   - replacing: Takes the place of rows of the same key, time and tie break.
    ///   - kept: Columns that it takes over from such a row.
    func insert(_ row: EventRow, _ key: EntityKey, replacing: Bool, keeping kept: [Int] = []) {
        let layout = plan.layout
        var row = row
        shard(key).logs.withLock { logs in
            if replacing {
                let tie = layout.tieBreak.map { row.cells[$0] } ?? .null
                if !kept.isEmpty {
                    logs[key]?.forEachRow(layout) { present in
                        guard present.time == row.time else { return }
                        guard layout.tieBreak.map({ present.cells[$0] }) ?? .null == tie else { return }
                        for column in kept { row.cells[column] = present.cells[column] }
                    }
                }
                logs[key]?.remove(time: row.time, tieBreak: tie, layout)
            }
            logs[key, default: EventLog()].insert(row, layout)
        }
    }

    /// Puts all rows of a key in place.
    func put(_ log: EventLog, _ key: EntityKey) { shard(key).logs.withLock { $0[key] = log } }

    /// The keys and rows of one shard as they are now.
    func logs(ofShard index: Int) -> [EntityKey: EventLog] { shards[index].logs.withLock { $0 } }

    var keyCount: Int { shards.reduce(0) { $0 + $1.logs.withLock { $0.count } } }
    var rowCount: Int {
        shards.reduce(0) { $0 + $1.logs.withLock { logs in logs.values.reduce(0) { $0 + $1.count } } }
    }

    /// Lets go of what no request at or after `horizon` can ask for.
    ///
    /// - Parameter horizon: In ticks of the stream's clock.
    func forget(before horizon: Int64) {
        let (layout, time) = (plan.layout, keepFrom(horizon))
        // Slots that windows without a start ask for; their rows stay on as one state.
        let folding = plan.windows.contains { $0.window.extent == .lifetime } ? Array(layout.slots.indices) : []
        for shard in shards {
            for key in shard.logs.withLock({ Array($0.keys) }) {
                shard.logs.withLock { logs in
                    logs[key]?.fold(
                        before: time, knownAt: horizon, folding: folding, keepsNewest: plan.servesLookups, layout)
                    if logs[key]?.isEmpty == true { logs[key] = nil }
                }
            }
        }
    }

    /// The first event time that a window of a request at or after `horizon` can ask for by itself.
    private func keepFrom(_ horizon: Int64) -> Int64 {
        var from = horizon
        let day: Int64 = 86_400_000_000 * (plan.identity.isInNanoseconds ? 1000 : 1)
        for window in plan.windows {
            let (start, end) = window.bounds(at: horizon)
            switch window.window.extent {
            case .lifetime: from = min(from, end)
            // A clamped month starts up to three days before that of an earlier request.
            case .months: from = min(from, start < .min + 4 * day ? .min : start - 4 * day)
            case .rolling, .tumbling, .sliding: from = min(from, start)
            }
        }
        return from
    }
}

extension OnlineStream {
    /// Where the columns of a batch of rows are.
    struct Reading {
        var entity: [Column]
        var eventTime: Column?
        var availableAt: Column?
        var columns: [Column]
    }

    /// - Throws: ``FeatureError/issues(_:)`` with every column that is missing or of another type.
    func reading(_ batch: RecordBatch) throws -> Reading {
        var issues: [FeatureIssue] = []
        func column(_ name: String, _ kind: ColumnKind, isClock: Bool = false) -> Column? {
            guard let column = batch[name] else {
                issues.append(FeatureIssue(.missingColumn, "The rows for \(plan.identity.table) lack \(name)"))
                return nil
            }
            let fits = isClock ? [.long, .timestamp, .date].contains(column.form) : column.form == kind.form
            if !fits {
                issues.append(
                    FeatureIssue(
                        .typeMismatch, "The rows for \(plan.identity.table) have \(name) as another type than \(kind)"))
            }
            return column
        }
        let identity = plan.identity
        let reading = Reading(
            entity: zip(identity.entity, plan.entityKinds).compactMap { column($0, $1) },
            eventTime: identity.eventTime.flatMap { column($0.column, $0.kind, isClock: true) },
            availableAt: identity.availableAt.flatMap { column($0.column, $0.kind, isClock: true) },
            columns: plan.columns.compactMap { column($0.name, $0.kind) })
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        return reading
    }

    /// A row and its key; nil for one that never counts: without a key, without a time, never known.
    func row(_ row: Int, _ reading: Reading) throws -> (EntityKey, EventRow)? {
        let key: EntityKey?
        if reading.entity.count == 1 {
            key = EntityKey(reading.entity[0].cellValue(at: row), plan.entityKinds[0])
        } else {
            key = EntityKey(reading.entity.map { $0.cellValue(at: row) }, plan.entityKinds)
        }
        guard let key else { return nil }
        var (time, availableAt) = (Int64.min, Int64.min)
        if let clock = reading.eventTime {
            guard let tick = clock.cellValue(at: row).tick else { return nil }
            time = tick
        }
        if let clock = reading.availableAt {
            guard let tick = clock.cellValue(at: row).tick else { return nil }
            availableAt = tick
        }
        var cells = reading.columns.map { $0.cellValue(at: row) }
        let layout = plan.layout
        // Zeros of a tie break are one.
        if let tie = layout.tieBreak, case .double(0) = cells[tie] { cells[tie] = .double(0) }
        var conditions: [Bool] = []
        for condition in layout.conditions.indices {
            do {
                conditions.append(try layout.fulfils(condition, cells))
            } catch {
                throw FeatureError.issues([
                    FeatureIssue(.overflow, "A filter over \(plan.identity.table) \(error)")
                ])
            }
        }
        cells.removeLast(cells.count - layout.forms.count)
        return (key, EventRow(time: time, availableAt: availableAt, cells: cells, conditions: conditions))
    }
}
