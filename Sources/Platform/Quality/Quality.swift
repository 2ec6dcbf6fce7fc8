import Crypto
import DeltaLake
import Foundation
package import MartletDomain
package import Metadata

/// What is expected of tables, and whether they are so.
package struct Quality: Sendable {
    let store: Store
    let datasets: Datasets

    package init(store: Store, datasets: Datasets) { (self.store, self.datasets) = (store, datasets) }

    /// Runs every suite of a file on the newest version of its table, and records the verdicts.
    ///
    /// - Parameter asOf: The instant that freshness is measured from, microseconds since 1970 UTC; nil for now.
    /// - Returns: One result a suite, in the file's order, with the exact table version.
    package func run(
        _ definition: String, asOf: Int64?, by caller: Caller
    ) async throws -> [(table: TableReference, result: QualityResult)] {
        let suites = try ExpectationSuite.suites(yaml: definition)
        let nameless = suites.filter { $0.table == nil }.map(\.name)
        guard nameless.isEmpty else {
            throw InvalidRequest("These suites name no table: \(nameless.joined(separator: ", ")).")
        }
        var verdicts: [(table: TableReference, result: QualityResult)] = []
        for suite in suites {
            let verdict = try await run(suite, asOf: asOf ?? store.clock.now * 1_000, by: caller)
            verdicts.append(verdict)
        }
        return verdicts
    }

    private func run(
        _ suite: ExpectationSuite, asOf: Int64, by caller: Caller
    ) async throws -> (table: TableReference, result: QualityResult) {
        let table = try await datasets.latest(TableName(suite.table ?? ""))
        var others: [String: String] = [:]
        for name in suite.otherTables { others[name] = try await datasets.snapshot(TableName(name)).relation }
        let run = QualityRun(
            suite: suite, relation: try await datasets.snapshot(table).relation, otherRelations: others, asOf: asOf,
            meta: ["table": table.description, "run_by": caller.user.name])
        let found = try await run.result(on: datasets.engine)
        let digest = SHA256.hash(data: Data(try canonicalText(found.results.map(\.configuration)).utf8)).hexadecimal
        let result = QualityResult(
            found.results, meta: found.meta.merging([QualityResult.suiteDigest: digest]) { _, new in new })
        let text = try canonicalText(result)
        let action = AuditAction(
            "quality", "run",
            [
                "suite": suite.name, "table": table.description, "success": String(result.success),
                "stopped": String(result.stopped), "result": text,
            ])
        try await store.change(action, by: caller) { db in
            try db.execute(
                """
                INSERT INTO quality_runs
                    (id, suite, table_name, table_version, success, stopped, ran_at, result, suite_digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(newID()), .text(suite.name), .text(table.name.description), .integer(table.version),
                    SQLValue(result.success), SQLValue(result.stopped), .integer(db.now), .text(text),
                    .text(digest),
                ])
        }
        return (table, result)
    }
}
