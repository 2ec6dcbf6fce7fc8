import MartletDomain
import Metadata

/// One measurement of a run that was asked for by name: what charts are drawn from.
package struct RunMeasurement: Sendable, Hashable {
    package var run: String
    /// NaN where the metric was; the infinities are the greatest finite numbers.
    package var value: Double
    /// Milliseconds since 1970 UTC.
    package var timestamp: Int64
    package var step: Int64
}

extension Tracking {
    /// The first measurements of one metric of several runs: by run id, then time, step and value. Runs that do not exist have
    /// none.
    /// - Parameter size: How many at most, all runs together.
    package func metricHistories(
        runs ids: [String], key: String, size: Int = TrackingLimits.bulkHistory
    ) async throws -> [RunMeasurement] {
        guard ids.count <= TrackingLimits.runsPerHistory else {
            throw InvalidRequest(
                "GetMetricHistoryBulk request cannot specify more than \(TrackingLimits.runsPerHistory) run_ids. "
                    + "Received \(ids.count) run_ids.")
        }
        guard size >= 0 else {
            throw InvalidRequest("Invalid value \(size) for parameter 'max_results' supplied: it must not be negative.")
        }
        let size = min(size, TrackingLimits.bulkHistory)
        return try await store.read { db in
            let metric = try db.number(of: key, in: .metric)
            var found: [RunMeasurement] = []
            for id in Set(ids).sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where found.count < size {
                guard let run = try db.runNumber(id) else { continue }
                try db.forEach(
                    "SELECT timestamp, step, value, is_nan FROM metric_history WHERE run = ? AND metric = ? "
                        + "ORDER BY timestamp, step, value, is_nan LIMIT ?",
                    [.integer(run), .integer(metric), SQLValue(size - found.count)]
                ) { found.append(try RunMeasurement(of: id, $0)) }
            }
            return found
        }
    }

    /// At most `size` measurements of one metric of one run, spread evenly over all of them in the order of step, time and
    /// value. The last is always among them, and the first unless `size` is 1.
    ///
    /// The measurements are cut into `size` pieces whose lengths differ by one at most, longer ones first, and the first of
    /// each is taken; then the last of all replaces the last that was taken. That is how MLflow's SQL store samples.
    ///
    /// - Parameter steps: Only measurements at these steps; all when nil.
    /// - Returns: None for a run that does not exist.
    package func sampledHistory(
        run id: String, key: String, steps: ClosedRange<Int64>? = nil, size: Int = TrackingLimits.sampledHistory
    ) async throws -> [RunMeasurement] {
        guard (1...TrackingLimits.sampledHistory).contains(size) else {
            throw InvalidRequest("max_results must be between 1 and \(TrackingLimits.sampledHistory).")
        }
        return try await store.read { db in
            guard let run = try db.runNumber(id) else { return [] }
            let metric = try db.number(of: key, in: .metric)
            return try MetricSample(run: run, metric: metric, steps: steps).rows(size, db).map {
                try RunMeasurement(of: id, $0)
            }
        }
    }
}

extension RunMeasurement {
    fileprivate init(of run: String, _ row: SQLRow) throws {
        self.init(
            run: run, value: try row.boolean("is_nan") ? .nan : try row.real("value"),
            timestamp: try row.integer("timestamp"), step: try row.integer("step"))
    }
}

extension Snapshot {
    fileprivate func runNumber(_ id: String) throws -> Int64? {
        try row("SELECT number FROM runs WHERE run_id = ?", [.text(id)])?.integer("number")
    }
}

/// Which rows of one history to take. The database counts and picks: nothing but the picked rows is held.
private struct MetricSample {
    var run: Int64
    var metric: Int64
    var steps: ClosedRange<Int64>?

    private var source: (sql: String, arguments: [SQLValue]) {
        let all = "FROM metric_history WHERE run = ? AND metric = ?"
        guard let steps else { return (all, [.integer(run), .integer(metric)]) }
        return (
            all + " AND step >= ? AND step <= ?",
            [.integer(run), .integer(metric), .integer(steps.lowerBound), .integer(steps.upperBound)]
        )
    }

    func rows(_ size: Int, _ db: Snapshot) throws -> [SQLRow] {
        let (source, arguments) = source
        guard let total = try db.row("SELECT COUNT(*) AS total \(source)", arguments)?.integer("total"), total > 0
        else {
            return []
        }
        let pieces = min(Int64(size), total)
        // So many pieces are one longer than the others.
        let (length, longer) = total.quotientAndRemainder(dividingBy: pieces)
        let within = longer * (length + 1)
        let isPicked =
            "place = ? OR (place < ? AND place % ? = 0) OR (place >= ? AND (place - ?) % ? = 0)"
        let places = [total - 1, within, length + 1, within, within, length].map { SQLValue.integer($0) }
        // Steps mostly rise with time. Then the order in which the table is kept is the one that is asked for, and nothing
        // is sorted. No more than `size + 1` rows are picked: one more than that, and among them is one whose step fell.
        var picked = try db.rows(
            "SELECT timestamp, step, value, is_nan, CASE WHEN step < before THEN 1 ELSE 0 END AS fell FROM ("
                + "SELECT timestamp, step, value, is_nan, "
                + "ROW_NUMBER() OVER (ORDER BY timestamp, step, value, is_nan) - 1 AS place, "
                + "LAG(step) OVER (ORDER BY timestamp, step, value, is_nan) AS before \(source)) h "
                + "WHERE step < before OR \(isPicked) ORDER BY place LIMIT ?",
            arguments + places + [.integer(Int64(size) + 2)])
        if try picked.contains(where: { try $0.boolean("fell") }) {
            picked = try db.rows(
                "SELECT timestamp, step, value, is_nan FROM (SELECT timestamp, step, value, is_nan, "
                    + "ROW_NUMBER() OVER (ORDER BY step, timestamp, value, is_nan) - 1 AS place \(source)) h "
                    + "WHERE \(isPicked) ORDER BY place",
                arguments + places)
        }
        if picked.count > size, picked.count > 1 { picked.remove(at: picked.count - 2) }
        return picked
    }
}
