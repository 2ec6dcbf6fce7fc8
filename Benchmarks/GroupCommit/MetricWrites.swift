import AuditLog
import Foundation
import MartletDomain
import Metadata

/// What one round measured.
struct MetricWrites {
    var writesPerSecond: Double
    /// Transactions that waited for the disk.
    var commitsPerSecond: Double

    /// Writes for a while to a fresh store with the product's own tables and audit log, and checks that all is there.
    ///
    /// - Parameters:
    ///   - metrics: How many metrics a write logs.
    ///   - isLogged: Whether each write leaves an audit entry.
    static func measure(
        _ folder: URL, clients: Int, largestGroup: Int, metrics: Int = 1, isLogged: Bool = true
    ) async throws -> MetricWrites {
        let name = "\(UUID().uuidString).sqlite"
        let file = folder.appending(path: name)
        defer {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(at: folder.appending(path: name + suffix))
            }
        }
        let key = try LogSigningKey(name: "martlet.benchmark/log", seed: (0..<32).map { _ in .random(in: 0...255) })
        let store = try Store(
            at: file, identity: AuditIdentity(workspaceID: "benchmark", key: key), durability: .full,
            largestGroup: largestGroup, isLogged: isLogged)
        try await store.prepareRuns(clients)
        let (commitsBefore, start) = (store.commits, ContinuousClock.now)
        let end = start.advanced(by: .seconds(GroupCommitBenchmark.secondsEach))
        let writes = try await withThrowingTaskGroup(of: Int.self) { group in
            for client in 0..<clients {
                group.addTask {
                    var step = 0
                    while ContinuousClock.now < end {
                        try await store.logMetrics(metrics, run: "run-\(client)", step: step * metrics)
                        step += 1
                    }
                    return step
                }
            }
            return try await group.reduce(0, +)
        }
        let (seconds, commits) = (start.duration(to: .now).seconds, store.commits - commitsBefore)
        try await store.close()
        let rates = MetricWrites(
            writesPerSecond: Double(writes) / seconds, commitsPerSecond: Double(commits) / seconds)
        guard isLogged else { return rates }
        let found = try AuditArchive(file).verify(by: key.verificationKey)
        guard found.isIntact, found.size == writes + 1 else {
            throw InvalidRequest("\(writes) writes were acknowledged, \(found.size - 1) are in the log")
        }
        return rates
    }
}

private let caller = Caller(
    User(name: "engineer", roles: [.contributor]), requestID: "0b0f6a1e", sourceAddress: "127.0.0.1",
    userAgent: "martlet-benchmarks")

extension Store {
    fileprivate func prepareRuns(_ count: Int) async throws {
        try await change(AuditAction("tracking", "create_runs"), by: caller) { db in
            try db.execute("INSERT INTO metric_keys (number, name) VALUES (1, 'loss')")
            for number in 0..<count {
                try db.execute(
                    "INSERT INTO runs (number, run_id, experiment_id, name, user_id, status, start_time, artifact_uri, "
                        + "lifecycle_stage) VALUES (?, ?, 0, 'run', 'engineer', 'RUNNING', ?, '', 'active')",
                    [.integer(Int64(number)), .text("run-\(number)"), .integer(db.now)])
            }
        }
    }

    /// The statements that logging metrics takes, of one key and with consecutive steps.
    fileprivate func logMetrics(_ count: Int, run id: String, step first: Int) async throws {
        let parameters = ["run_id": id, "metrics": "\(count)", "key": "loss", "step": "\(first)"]
        try await change(AuditAction("tracking", "log_batch", parameters), by: caller) { db in
            guard
                let found = try db.row(
                    "SELECT number, experiment_id, lifecycle_stage FROM runs WHERE run_id = ?", [.text(id)]),
                let named = try db.row("SELECT number FROM metric_keys WHERE name = ?", ["loss"])
            else { throw InvalidRequest("no run \(id)") }
            let (run, experiment) = (try found.value("number"), try found.value("experiment_id"))
            let key = try named.value("number")
            for step in first..<first + count {
                let (value, step) = (1 / Double(step + 1), SQLValue(step))
                try db.execute(
                    "INSERT INTO metric_history (run, metric, timestamp, step, value, is_nan) "
                        + "VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
                    [run, key, .integer(db.now), step, .real(value)])
                try db.execute(
                    "INSERT INTO latest_metrics (run, metric, experiment_id, value, is_nan, timestamp, step, position) "
                        + "VALUES (?, ?, ?, ?, 0, ?, ?, 0) ON CONFLICT (run, metric) DO UPDATE SET "
                        + "value = excluded.value, timestamp = excluded.timestamp, step = excluded.step",
                    [run, key, experiment, .real(value), .integer(db.now), step])
            }
        }
    }
}
