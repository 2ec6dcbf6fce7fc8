import DeltaLake
import Foundation
package import MartletDomain
import Metadata

/// What a vacuum of a table removed, or would remove.
package struct DatasetVacuum: Sendable {
    /// Data files, relative to the table.
    package var files: [String]
    package var bytes: Int64
    /// Names of files of the table's log that are older than its own retention.
    package var logFiles: [String]
    /// Files that are old enough, and stay because of a pin.
    package var pinnedFiles: Int
    package var pins: [DatasetPin]
    package var dryRun: Bool
}

extension Datasets {
    /// Removes files that no version needs which has to stay readable: those of versions that were replaced longer ago than
    /// the retention, unless a training set, a model, a scoring run, a monitoring check or a branch names them.
    ///
    /// - Parameters:
    ///   - retentionHours: Nil takes the table's own, seven days.
    ///   - force: Whether it may be shorter than seven days.
    ///   - dryRun: Whether to tell only.
    package func vacuum(
        _ name: TableName, retentionHours: Int? = nil, force: Bool = false, dryRun: Bool = false, by caller: Caller
    ) async throws -> DatasetVacuum {
        let action = AuditAction(
            "datasets", "vacuum",
            ["table": name.description, "retention_hours": retentionHours.map(String.init), "force": String(force)])
        if !dryRun { try await requireChange(of: name, action, by: caller) }
        guard deltaTable(name).exists() else { throw missing(name) }
        if let retentionHours {
            guard (0...1_000_000).contains(retentionHours) else {
                throw InvalidRequest("\(retentionHours) hours are no retention.")
            }
            guard retentionHours >= 7 * 24 || force else { throw DatasetError.shortRetention(hours: retentionHours) }
        }
        // A fast-forward and a restore name files again that are as old as they are: not while one is at work.
        return try await turns.inTurn("branch " + name.main.description) {
            let table = deltaTable(name)
            let pins = try await pins(of: name)
            let kept = Set(pins.filter(\.isReadable).map(\.version))
            let retention = retentionHours.map { Duration.seconds(3_600 * $0) }
            let logFiles = try await table.removeExpiredLog(keeping: kept, dryRun: true)
            if !dryRun {
                // On record before anything is gone.
                try await store.change(action, by: caller) { db in
                    db.note("pinned", kept.sorted().map(String.init).joined(separator: " "))
                }
            }
            let report = try await table.vacuum(keeping: kept, retention: retention, dryRun: dryRun)
            let removed = dryRun ? logFiles : try await table.removeExpiredLog(keeping: kept)
            return DatasetVacuum(
                files: report.files, bytes: report.bytes, logFiles: removed, pinnedFiles: report.pinnedFiles,
                pins: pins, dryRun: dryRun)
        }
    }

    /// Writes the rows of small files into fewer, larger ones; the table has the same rows afterwards.
    ///
    /// - Parameters:
    ///   - targetBytes: Files of at least this size stay.
    ///   - zOrder: Columns by which rows are laid near each other.
    /// - Returns: Nil when there was nothing to put together.
    package func optimize(
        _ name: TableName, targetBytes: Int64? = nil, zOrder: [String] = [], by caller: Caller
    ) async throws -> DatasetVersion? {
        try await requireChange(
            of: name, AuditAction("datasets", "optimize", ["table": name.description]), by: caller)
        guard deltaTable(name).exists() else { throw missing(name) }
        if let targetBytes, targetBytes < 1 { throw InvalidRequest("A file has at least one byte.") }
        let source = zOrder.isEmpty ? nil : "z-order by \(zOrder.joined(separator: ", "))"
        let info = DatasetOrigin(.optimize, source: source).commit("OPTIMIZE", kind: nil, by: caller)
        let result = try await deltaTable(name).optimize(
            targetBytes: targetBytes ?? 256 << 20, zOrderedBy: zOrder, commit: info)
        guard let result else { return nil }
        return try await record(
            DatasetVersion(
                table: TableReference(name, version: result.version), operation: .optimize, rowCount: result.rowCount,
                writtenBy: caller.user.name, writtenAt: 0, source: source), by: caller)
    }

    /// Makes a table what it was at a version, by a version of its own. Nothing is lost: the versions in between stay.
    package func restore(
        _ name: TableName, to version: Int64, runID: String? = nil, by caller: Caller
    ) async throws -> DatasetVersion {
        try await requireChange(
            of: name, AuditAction("datasets", "restore", ["table": name.description, "version": String(version)]),
            by: caller)
        guard deltaTable(name).exists() else { throw missing(name) }
        let then = TableReference(name, version: version)
        try await requireFeatureKeys(name, in: try await snapshot(then))
        let origin = DatasetOrigin(
            .restore, inputs: [then], source: then.description, runID: runID, transaction: newID())
        let result = try await turns.inTurn("branch " + name.main.description) {
            try await deltaTable(name).restore(
                to: version, commit: origin.commit("RESTORE", kind: .snapshot, by: caller), transaction: origin.batch)
        }
        return try await record(
            DatasetVersion(
                table: TableReference(name, version: result.version), operation: .restore, rowCount: result.rowCount,
                writtenBy: caller.user.name, writtenAt: 0, inputs: [then], source: then.description, runID: runID,
                kind: .snapshot, transaction: origin.transaction), by: caller)
    }
}
