import Foundation
package import MartletDomain
package import QueryEngine

/// Plays history through the serving path: rows enter an ``OnlineState`` in the order in which they became known, and each
/// request is answered at its own time, when all that was known by then has come and nothing else has.
///
/// What comes out must equal what a batch computes for the same rows. That is measured, not promised.
package struct Replay: Sendable {
    package let plan: BatchPlan
    package let online: OnlinePlan
    private let dialect = SQLDialect.duckDB

    /// - Parameter requests: The rows to answer for, any order.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem.
    package init(
        _ specification: TrainingSetSpecification, sources: [String: ResolvedSource], requests: Relation
    ) throws {
        plan = try BatchExecutor(specification, sources: sources, spine: requests).plan
        online = try OnlinePlan(plan, specification, sources: sources)
    }

    /// What was answered.
    package struct Result {
        /// A SELECT of one row a request, in their order, with the columns of the batch's result.
        package var select: String
        package var requests: Int
        /// Rows that came by the time of the last request.
        package var rows: Int
    }

    /// The result lives in temporary tables of the session.
    ///
    /// - Throws: ``FeatureError/issues(_:)`` for rows that nothing decides between and sums that leave their type;
    ///   ``QueryError``.
    package func run(in session: any QuerySession) throws -> Result {
        let tables = ReplayTables(self, session)
        let state = OnlineState(online)
        let requests = try tables.requests()
        let columns = try state.columns(requests)
        var answers = OnlineAnswers(online.features, count: requests.rowCount)
        var cells = [CellValue](repeating: .null, count: online.request.count + online.features.count)
        var feeds = try state.streams.enumerated().map { try tables.feed($0, $1) }
        for request in order(requests) {
            for index in feeds.indices { try feeds[index].advance(to: request.instant) }
            try state.answer(request.row, columns, &cells, into: &answers)
        }
        guard answers.issues.isEmpty else {
            var seen: Set<FeatureIssue> = []
            throw FeatureError.issues(answers.issues.filter { seen.insert($0).inserted })
        }
        return Result(
            select: try tables.select(answers), requests: requests.rowCount, rows: feeds.reduce(0) { $0 + $1.fed })
    }

    /// The requests by their instants: the latest of a request's own times, the earliest of all without one.
    private func order(_ requests: RecordBatch) -> [(row: Int, instant: Int128)] {
        var clocks: [(column: Column, unit: Int128)] = []
        for step in online.steps {
            let access: OnlinePlan.Access
            switch step {
            case .lookup(let step): access = step.access
            case .window(let step): access = step.access
            case .derived: continue
            }
            // A time that is itself a feature is not known before; its own clock says when rows count.
            guard let at = access.at, at < online.request.count, let column = requests[online.request[at].name] else {
                continue
            }
            clocks.append((column, online.streams[access.stream].identity.isInNanoseconds ? 1 : 1000))
        }
        let instants = (0..<requests.rowCount).map { row in
            let ticks = clocks.compactMap { column, unit in column.cellValue(at: row).tick.map { Int128($0) * unit } }
            return (row: row, instant: ticks.max() ?? .min)
        }
        return instants.sorted { ($0.instant, $0.row) < ($1.instant, $1.row) }
    }
}

/// One stream's rows on their way into a state, in the order in which they became known.
struct ReplayFeed {
    let stream: OnlineStream
    private let batch: RecordBatch
    private let reading: OnlineStream.Reading
    private var next = 0
    private(set) var fed = 0

    init(_ stream: OnlineStream, _ batch: RecordBatch) throws {
        (self.stream, self.batch) = (stream, batch)
        reading = try stream.reading(batch)
    }

    /// In nanoseconds since 1970; the least for rows without a clock.
    private func arrival(_ row: Int) -> Int128 {
        guard let tick = (reading.availableAt ?? reading.eventTime)?.cellValue(at: row).tick else { return .min }
        return Int128(tick) * (stream.plan.identity.isInNanoseconds ? 1 : 1000)
    }

    /// Feeds the rows that became known at or before an instant.
    mutating func advance(to instant: Int128) throws {
        while next < batch.rowCount, arrival(next) <= instant {
            if let (key, row) = try stream.row(next, reading) {
                stream.insert(row, key, replacing: false)
                fed += 1
            }
            next += 1
        }
    }
}
