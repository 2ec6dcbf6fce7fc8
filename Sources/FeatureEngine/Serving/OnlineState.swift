package import MartletDomain
package import QueryEngine
import Synchronization

/// Everything that it takes to answer requests for features at once, in memory: the rows of each source by key, in event
/// time order, with what each stretch of them adds up to.
///
/// A request at a time `t` sees what had happened and was known by `t`: the same rows that a training set computed for `t`
/// sees, and by the same exact functions, so that both give the same bits. Rows may come in any order. Safe to use from
/// any number of threads.
package final class OnlineState: Sendable {
    package let plan: OnlinePlan
    /// The version of the definitions that it answers by: the hash of their plan. Answers carry it.
    package let version: String
    let streams: [OnlineStream]
    /// In microseconds; see ``forget(before:)``.
    private let oldest = Atomic(Int64.min)

    package init(_ plan: OnlinePlan, version: String = "") {
        (self.plan, self.version) = (plan, version)
        streams = plan.streams.map { OnlineStream($0) }
    }

    /// The plan of a specification over sources, checked as a batch's is.
    ///
    /// - Parameters:
    ///   - requests: The columns that requests come with.
    ///   - version: The hash of the definitions' plan.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem.
    package convenience init(
        _ specification: TrainingSetSpecification, sources: [String: ResolvedSource], requests: Relation,
        version: String = ""
    ) throws {
        let plan = try BatchExecutor(specification, sources: sources, spine: requests).plan
        try self.init(OnlinePlan(plan, specification, sources: sources), version: version)
    }

    /// How rows go in.
    package enum Arrival: Sendable {
        /// Each is an event of its own.
        case events
        /// Each takes the place of rows of its key, event time and tie break, as rows of a feature table do.
        case replacing
    }

    /// Takes in rows of a source. Rows without key or event time, and those that say that they were never known, are
    /// passed over.
    ///
    /// - Parameter missing: Columns that rows do not say, so that one that replaces another leaves them as they are.
    /// - Returns: The number of rows passed over.
    /// - Throws: ``FeatureError/issues(_:)``; no row went in then.
    @discardableResult
    package func ingest(
        _ rows: RecordBatch, into source: String, as arrival: Arrival = .events, keeping missing: Set<String> = []
    ) throws -> Int {
        let streams = streams.filter { $0.plan.identity.table == source }
        guard !streams.isEmpty else {
            throw FeatureError.issues([FeatureIssue(.unknownTable, "No feature that is served reads \(source)")])
        }
        var passed = 0
        var batches: [(OnlineStream, [(EntityKey, EventRow)])] = []
        for stream in streams {
            let reading = try stream.reading(rows)
            var ready: [(EntityKey, EventRow)] = []
            ready.reserveCapacity(rows.rowCount)
            for index in 0..<rows.rowCount {
                if let row = try stream.row(index, reading) { ready.append(row) }
            }
            passed = max(passed, rows.rowCount - ready.count)
            batches.append((stream, ready))
        }
        for (stream, ready) in batches {
            let kept = stream.plan.layout.forms.indices.filter { missing.contains(stream.plan.columns[$0].name) }
            for (key, row) in ready { stream.insert(row, key, replacing: arrival == .replacing, keeping: kept) }
        }
        return passed
    }

    /// Lets go of rows that no request at or after `horizon` needs: older than the longest window, or, of a table that is
    /// looked up, followed by a newer row. What windows without a start need of them stays as a sum. Earlier requests are
    /// refused from then on.
    ///
    /// - Parameter horizon: Microseconds since 1970 UTC.
    package func forget(before horizon: Int64) {
        guard oldest.max(horizon, ordering: .relaxed).oldValue < horizon else { return }
        for stream in streams { stream.forget(before: ticks(horizon, of: stream)) }
    }

    /// The earliest time of a request that is answered.
    package var horizon: Int64 { oldest.load(ordering: .relaxed) }

    func setHorizon(_ horizon: Int64) { oldest.store(horizon, ordering: .relaxed) }

    func ticks(_ microseconds: Int64, of stream: OnlineStream) -> Int64 {
        guard stream.plan.identity.isInNanoseconds, microseconds != .min else { return microseconds }
        let (ticks, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
        return overflow ? (microseconds < 0 ? .min : .max) : ticks
    }

    /// Keys and rows that are held, over all sources.
    package var size: (keys: Int, rows: Int) {
        streams.reduce(into: (0, 0)) { size, stream in
            size.0 += stream.keyCount
            size.1 += stream.rowCount
        }
    }
}
