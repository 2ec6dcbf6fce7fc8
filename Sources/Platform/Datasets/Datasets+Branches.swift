import DeltaLake
import Foundation
package import MartletDomain
import Metadata

extension Datasets {
    /// Creates a branch of a table: a table of its own that begins with the files of a version and shares them with it.
    ///
    /// - Parameters:
    ///   - name: The table with the branch's name.
    ///   - version: Of main; nil is the newest.
    /// - Throws: ``DatasetError/branchExists(_:)``, ``DatasetError/missing(_:)``.
    package func createBranch(
        _ name: TableName, from version: Int64? = nil, by caller: Caller
    ) async throws -> DatasetBranch {
        let action = AuditAction("datasets", "create_branch", ["branch": name.description])
        try await requireChange(of: name, action, by: caller)
        guard name.branch != nil else {
            throw InvalidRequest("Every table has the branch main; name another one, such as \(name):cleaned.")
        }
        return try await turns.inTurn("branch " + name.main.description) {
            let table = deltaTable(name.main)
            guard table.exists() else { throw DatasetError.missing(name.main) }
            if try await branchRow(name) != nil || deltaTable(name).exists() { throw DatasetError.branchExists(name) }
            let base = try await latest(name.main)
            if let version, version != base.version {
                // Main could never be fast-forwarded to it, but it may be looked into and built on.
                _ = try await snapshot(name.main, version: version)
            }
            let start = TableReference(name.main, version: version ?? base.version)
            let origin = DatasetOrigin(.branch, inputs: [start], source: start.description)
            let result = try await table.fork(
                at: start.version, into: location(of: name),
                commit: origin.commit("CLONE", kind: .snapshot, by: caller))
            try await store.change(action, by: caller) { db in
                try db.execute(
                    "INSERT INTO dataset_branches (name, main, base_version, created_by, created_at) "
                        + "VALUES (?, ?, ?, ?, ?)",
                    [
                        .text(name.description), .text(name.main.description), .integer(start.version),
                        .text(caller.user.name), .integer(db.now),
                    ])
            }
            _ = try await record(
                DatasetVersion(
                    table: TableReference(name, version: result.version), operation: .branch,
                    rowCount: result.rowCount, writtenBy: caller.user.name, writtenAt: 0, inputs: [start],
                    source: start.description, kind: .snapshot), by: caller)
            return try await branch(name)
        }
    }

    /// A table's branches but `main`, by name.
    package func branches(of name: TableName) async throws -> [DatasetBranch] {
        guard deltaTable(name.main).exists() else { throw DatasetError.missing(name.main) }
        let names = try await store.read { db in
            try db.rows(
                "SELECT name FROM dataset_branches WHERE main = ? ORDER BY name", [.text(name.main.description)]
            )
            .map { try TableName($0.text("name")) }
        }
        var branches: [DatasetBranch] = []
        for name in names { branches.append(try await branch(name)) }
        return branches
    }

    /// - Throws: ``DatasetError/missingBranch(_:)``.
    package func branch(_ name: TableName) async throws -> DatasetBranch {
        guard let row = try await branchRow(name) else { throw DatasetError.missingBranch(name) }
        let snapshot = try await snapshot(name)
        return DatasetBranch(
            table: name, base: row.base, version: snapshot.version, rows: snapshot.rowCount,
            mainVersion: try await latest(name.main).version, createdBy: row.createdBy, createdAt: row.createdAt)
    }

    /// Makes main what the branch is now, as one version. The branch stays, and may go on from there.
    ///
    /// - Returns: Main's new version; the newest when there was nothing to do.
    /// - Throws: ``DatasetError/mainMoved(_:base:latest:)`` when main has versions that the branch does not know.
    package func fastForward(_ name: TableName, by caller: Caller) async throws -> DatasetVersion {
        try await requireChange(
            of: name, AuditAction("datasets", "fast_forward", ["branch": name.description]), by: caller)
        return try await turns.inTurn("branch " + name.main.description) {
            guard let row = try await branchRow(name) else { throw DatasetError.missingBranch(name) }
            let (main, head) = (try await latest(name.main), try await latest(name))
            guard main.version == row.base else {
                throw DatasetError.mainMoved(name, base: row.base, latest: main.version)
            }
            try await requireFeatureKeys(name.main, in: try await snapshot(head))
            let history = try await history(name)
            // What the branch's rows came from, but for main itself.
            var inputs: [TableReference] = []
            for input in history.flatMap(\.inputs) where input.name != name.main && !inputs.contains(input) {
                inputs.append(input)
            }
            let origin = DatasetOrigin(.fastForward, inputs: inputs, source: head.description, transaction: newID())
            let result: CommitResult?
            do {
                result = try await deltaTable(name.main).fastForward(
                    to: deltaTable(name), from: row.base,
                    commit: origin.commit("FAST FORWARD", kind: .snapshot, by: caller), transaction: origin.batch)
            } catch DeltaError.conflict(_, let version, _) {
                throw DatasetError.mainMoved(name, base: row.base, latest: version)
            }
            guard let result else {
                guard let version = try await self.version(main) else { throw DatasetError.missing(name.main) }
                return version
            }
            return try await record(
                DatasetVersion(
                    table: TableReference(name.main, version: result.version), operation: .fastForward,
                    rowCount: result.rowCount, writtenBy: caller.user.name, writtenAt: 0, inputs: inputs,
                    source: head.description, kind: .snapshot, transaction: origin.transaction), by: caller,
                forwardedFrom: name)
        }
    }

    /// Deletes a branch with its versions. Main keeps what it was fast-forwarded to.
    /// - Throws: ``DatasetError/branchInUse(_:by:)`` when something was computed from it.
    package func deleteBranch(_ name: TableName, by caller: Caller) async throws {
        let action = AuditAction("datasets", "delete_branch", ["branch": name.description])
        try await requireChange(of: name, action, by: caller)
        try await turns.inTurn("branch " + name.main.description) {
            guard name.branch != nil, try await branchRow(name) != nil else { throw DatasetError.missingBranch(name) }
            try await store.change(action, by: caller) { db in
                var users = Set(try db.pins(of: name).flatMap(\.reasons))
                users.formUnion(
                    try db.rows(
                        "SELECT DISTINCT name, version FROM dataset_inputs WHERE input_name = ? AND name <> input_name",
                        [.text(name.description)]
                    ).map { "\(try $0.text("name"))@\(try $0.integer("version"))" })
                guard users.isEmpty else { throw DatasetError.branchInUse(name, by: users.sorted()) }
                for table in ["dataset_inputs", "dataset_versions", "dataset_branches"] {
                    try db.execute("DELETE FROM \(table) WHERE name = ?", [.text(name.description)])
                }
                try db.execute(
                    "UPDATE dataset_transactions SET state = 'aborted', ended_at = ? WHERE name = ? AND state = 'open'",
                    [.integer(db.now), .text(name.description)])
            }
            try? FileManager.default.removeItem(at: location(of: name))
        }
    }

    func branchRow(_ name: TableName) async throws -> (base: Int64, createdBy: String, createdAt: Int64)? {
        try await store.read { db in
            try db.row("SELECT * FROM dataset_branches WHERE name = ?", [.text(name.description)]).map {
                (try $0.integer("base_version"), try $0.text("created_by"), try $0.integer("created_at"))
            }
        }
    }
}
