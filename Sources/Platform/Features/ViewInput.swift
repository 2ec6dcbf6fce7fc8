import MartletDomain
import QueryEngine

/// One view's rows beside the caller's keys and times: all that its features are computed from.
struct ViewInput: Sendable {
    let view: CheckedView
    let rows: SourceRows
    let keys: EntityKeys
    /// The caller's times, and which are there.
    let times: [Int64]
    let isTimed: [Bool]
    /// The caller's rows of key `k` with a time are `labels[labelOffsets[k] ..< labelOffsets[k + 1]]`.
    let labels: [Int32]
    let labelOffsets: [Int]
    private let keyColumns: [Column]
    /// The clocks of the source rows, by row; the tie break as a rank.
    private let eventTimes: [Int64]
    private let availableAt: [Int64]
    private let tieBreaks: [Int64]

    init(_ view: CheckedView, spine: RecordBatch, time: String, session: any QuerySession) throws {
        self.view = view
        keyColumns = view.view.join.compactMap { spine[$0] }
        keys = EntityKeys(keyColumns, rowCount: spine.rowCount)
        let clock = spine[time]
        let isStatic = view.source.eventTime == nil
        times = clock?.instants() ?? Array(repeating: 0, count: spine.rowCount)
        isTimed = (0..<spine.rowCount).map { row in clock.map { !$0.isNull(at: row) } ?? false }
        let labelled = isStatic ? Array(repeating: true, count: spine.rowCount) : isTimed
        var newest: Int64?
        for row in times.indices where isTimed[row] { newest = max(newest ?? .min, times[row]) }
        rows = try SourceRows(
            of: view, keys: keys, keyColumns: keyColumns, newest: newest, from: session)
        var ends = [Int](repeating: 0, count: keys.count + 1)
        for (row, id) in keys.ids.enumerated() where id >= 0 && labelled[row] { ends[Int(id) + 1] += 1 }
        for key in 0..<keys.count { ends[key + 1] += ends[key] }
        labelOffsets = ends
        var labels = [Int32](repeating: 0, count: ends.last ?? 0)
        for (row, id) in keys.ids.enumerated() where id >= 0 && labelled[row] {
            labels[ends[Int(id)]] = Int32(clamping: row)
            ends[Int(id)] += 1
        }
        self.labels = labels
        eventTimes = view.source.eventTime.flatMap { [rows] in rows.columns[$0]?.instants() } ?? []
        availableAt = view.source.availableAt.flatMap { [rows] in rows.columns[$0]?.instants() } ?? []
        tieBreaks = view.source.tieBreak.flatMap { [rows] in rows.columns[$0]?.tieBreaks() } ?? []
    }

    func timeline(ofKey key: Int) -> EventTimeline {
        EventTimeline(
            rows.order[rows.offsets[key]..<rows.offsets[key + 1]].map { row in
                let row = Int(row)
                return EventTimeline.Event(
                    row: row, eventTime: eventTimes[row],
                    availableAt: availableAt.isEmpty ? .min : availableAt[row],
                    tieBreak: tieBreaks.isEmpty ? 0 : tieBreaks[row])
            })
    }

    /// The key as messages show it: `carrier = AA`.
    func spelled(_ key: Int) -> String {
        let row = keys.examples[key]
        return zip(view.source.entity, keyColumns).map { name, column in
            switch column.cell(at: row) {
            case .string(let value): "\(name) = \(value)"
            case .long(let value): "\(name) = \(value)"
            case .boolean(let value): "\(name) = \(value)"
            default: name
            }
        }.joined(separator: ", ")
    }
}

extension Column {
    /// Ranks in which a null comes before every value.
    fileprivate func tieBreaks() -> [Int64]? {
        guard let ranks = ranks() else { return nil }
        guard let validity else { return ranks }
        return zip(ranks, validity).map { $1 ? max($0, .min + 1) : .min }
    }
}
