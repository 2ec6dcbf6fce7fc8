import DeltaLake
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

extension Datasets {
    /// Which version of a table was the newest at a moment.
    ///
    /// Versions that were written here count from when they were recorded, others from when their log says. A version is
    /// never older than the one before it.
    /// - Throws: ``DatasetError/beforeFirstVersion(_:_:)``.
    package func version(of name: TableName, asOf instant: Instant) async throws -> TableReference {
        let table = deltaTable(name)
        guard table.exists() else { throw missing(name) }
        var times: [Int64: Int64] = [:]
        for commit in try table.commitTimes() {
            times[commit.version] = commit.milliseconds.multipliedReportingOverflow(by: 1_000).partialValue
        }
        let recorded = try await store.read { db in
            try db.rows(
                "SELECT version, written_at FROM dataset_versions WHERE name = ?", [.text(name.description)]
            ).map { (try $0.integer("version"), try $0.integer("written_at")) }
        }
        for (version, milliseconds) in recorded where milliseconds > 0 {
            times[version] = milliseconds.multipliedReportingOverflow(by: 1_000).partialValue
        }
        var found: Int64?
        var newest = Int64.min
        for (version, time) in times.sorted(by: { $0.key < $1.key }) {
            newest = max(newest, time)
            if newest <= instant.microseconds { found = version }
        }
        guard let found else { throw DatasetError.beforeFirstVersion(name, instant) }
        return TableReference(name, version: found)
    }

    /// The first rows of a version as text, null where there is none.
    /// - Parameter limit: At most a thousand.
    package func preview(_ table: TableReference, rows limit: Int) async throws -> [[String?]] {
        guard (1...1_000).contains(limit) else {
            throw InvalidRequest("1 to 1000 rows can be shown, not \(limit).")
        }
        let snapshot = try await snapshot(table)
        let columns = snapshot.schema.names.map { name in
            // A text of megabytes would hide the rest.
            "left(CAST(\(quotedIdentifier(name)) AS VARCHAR), 1000) AS \(quotedIdentifier(name))"
        }
        let sql = "SELECT \(columns.joined(separator: ", ")) FROM \(snapshot.relation) LIMIT \(limit)"
        let batch = try await engine.withSession { try $0.collect(sql) }
        let cells = batch.columns.map { $0.strings ?? [] }
        return (0..<batch.rowCount).map { row in cells.map { row < $0.count ? $0[row] : nil } }
    }
}
