import DriftStatistics
import MartletDomain
import QueryEngine

/// Compares how values are distributed, on a sample of each side.
struct DistributionSamples {
    let sides: DiffSides
    let session: any QuerySession

    /// Rows of each side that are looked at, at most.
    static let rowLimit: Int64 = 50_000
    /// Columns that are read at once.
    private static let width = 16

    func compare(_ diff: inout DatasetDiff) throws {
        diff.sampledRows = min(max(diff.fromRows, diff.toRows), Self.rowLimit)
        guard diff.fromRows > 0, diff.toRows > 0 else { return }
        let columns = sides.common.filter { $0.from != .binary && $0.to != .binary }
        var shifts: [(drift: ColumnDrift?, shift: ColumnShift)] = []
        for start in stride(from: 0, to: columns.count, by: Self.width) {
            let group = Array(columns[start..<min(start + Self.width, columns.count)])
            let before = try sample(sides.from, group.map { ($0.name, $0.from) })
            let after = try sample(sides.to, group.map { ($0.name, $0.to) })
            for (place, column) in group.enumerated() {
                shifts.append(Self.shift(column, before[place], after[place]))
            }
        }
        let order = DatasetDrift(columns: shifts.compactMap(\.drift), driftShareThreshold: 0.5).columnsByDrift.map(
            \.name)
        let byName = Dictionary(shifts.map { ($0.shift.name, $0.shift) }) { first, _ in first }
        diff.distributions = order.compactMap { byName[$0] } + shifts.filter { $0.drift == nil }.map(\.shift)
    }

    private func sample(_ side: DiffSide, _ columns: [(name: String, type: DataType)]) throws -> [DriftColumn] {
        let list = sqlList(columns) { place, column in
            let name = quotedIdentifier(column.name)
            let number = ProfiledColumn.place(name, column.type).map { "CAST(\($0) AS DOUBLE)" }
            return "\(number ?? "left(CAST(\(name) AS VARCHAR), 200)") AS v\(place)"
        }
        let rows = try session.collect(
            "SELECT * FROM (SELECT \(list) FROM \(side.relation)) AS r "
                + "USING SAMPLE reservoir(\(Self.rowLimit) ROWS) REPEATABLE (1)")
        return try columns.indices.map { place in
            let column = try rows.column("v\(place)")
            return column.doubles.map { .numeric($0) } ?? .categorical(column.strings ?? [])
        }
    }

    private static func shift(
        _ column: DiffSides.Common, _ before: DriftColumn, _ after: DriftColumn
    ) -> (drift: ColumnDrift?, shift: ColumnShift) {
        guard !isNearlyUnique(before), !isNearlyUnique(after) else {
            let reason = "Not compared: nearly every value is another one."
            return (nil, ColumnShift(column.name, column.to, explanation: reason))
        }
        let drift = columnDrift(name: column.name, reference: before, current: after)
        let levels = (drift.levels?.top ?? []).map { level in
            ColumnShift.Level(
                level.level, from: share(level.reference, drift.referenceCount),
                to: share(level.current, drift.currentCount))
        }
        let bins = drift.bins.map { ColumnShift.Bins(edges: $0.edges, from: $0.reference, to: $0.current) }
        let shift = ColumnShift(
            column.name, column.to, method: drift.isComputed ? drift.displayName : nil, score: drift.score,
            threshold: drift.isComputed ? drift.threshold : nil, isMoved: drift.isDrifted,
            explanation: words(drift, column),
            bins: bins, levels: levels)
        return (drift, shift)
    }

    /// Ids and free text, of which no level says anything.
    private static func isNearlyUnique(_ column: DriftColumn) -> Bool {
        guard case .categorical(let values) = column else { return false }
        let present = values.compactMap { $0 }
        return present.count > 100 && Set(present).count * 2 > present.count
    }

    /// Sentences with numbers say nothing of days and microseconds, so those of dates and times are made here.
    private static func words(_ drift: ColumnDrift, _ column: DiffSides.Common) -> String {
        guard column.to == .date || column.to == .timestamp, let before = drift.referenceSummary,
            let after = drift.currentSummary
        else { return drift.whyText }
        func place(_ value: Double) -> String { ProfileValue(value, of: column.to).description }
        return "\(drift.scoreSentence) The median went from \(place(before.q50)) to \(place(after.q50))."
    }

    private static func share(_ count: Int, _ whole: Int) -> Double { whole > 0 ? Double(count) / Double(whole) : 0 }
}
