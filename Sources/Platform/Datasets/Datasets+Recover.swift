import DeltaLake
import Foundation
package import MartletDomain
import Metadata

extension Datasets {
    /// Brings the metadata and the tables' folders together after a crash, before anybody else works with them.
    ///
    /// Versions that a table's own log has and the metadata lacks are recorded: what a crash between the two commits
    /// leaves, and what other programs wrote. What killed writers left in folders is removed.
    /// - Returns: What was recorded.
    package func recover(by caller: Caller) async throws -> [DatasetVersion] {
        try await sweepStaging()
        var recovered: [DatasetVersion] = []
        for name in tablesOnDisk(where: \.isBegun) { _ = try? await deltaTable(name).removeUnfinished() }
        for name in tablesOnDisk(where: { $0.exists() }) + (try await sweepBranches()) {
            do {
                try await deltaTable(name).removeUnfinished()
                recovered += try await recoverRecords(of: name, by: caller)
            } catch let error as any MartletError {
                // A damaged table says so to whoever reads it; the others are none the worse for it.
                let action = AuditAction("datasets", "recover", ["table": name.description])
                _ = try? await store.change(action, by: caller) { _ in throw error }
            }
        }
        return recovered
    }

    /// Records what a table's own log has and the metadata lacks.
    func recoverRecords(of name: TableName, by caller: Caller) async throws -> [DatasetVersion] {
        let table = deltaTable(name)
        var recovered: [DatasetVersion] = []
        let recorded = Set(
            try await store.read { db in
                try db.rows("SELECT version FROM dataset_versions WHERE name = ?", [.text(name.description)])
                    .map { try $0.integer("version") }
            })
        for commit in try table.commitTimes().reversed() where !recorded.contains(commit.version) {
            let found = try table.record(of: commit)
            let version = DatasetVersion(found, of: name, by: caller)
            let isForward = found.extra["operation"] == DatasetVersion.Operation.fastForward.rawValue
            let branch = isForward ? try? TableReference(version.source ?? "").name : nil
            recovered.append(try await record(version, by: caller, forwardedFrom: branch))
        }
        return recovered
    }

    /// Removes staged files that no open transaction has on record.
    private func sweepStaging() async throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: stagingFolder.path)) ?? []
        for id in names {
            let folder = folder(ofTransaction: id)
            let kept = try await store.read { db -> Set<String> in
                let open = try db.row(
                    "SELECT id FROM dataset_transactions WHERE id = ? AND state = 'open'", [.text(id)])
                return open == nil ? [] : Set(try db.stagedFiles(id))
            }
            if kept.isEmpty {
                try? FileManager.default.removeItem(at: folder)
            } else {
                for file in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
                where !kept.contains(file) {
                    try? FileManager.default.removeItem(at: folder.appending(path: file))
                }
            }
        }
    }

    /// The branches on record; folders of others, whose creation or deletion did not come to its end, are removed.
    private func sweepBranches() async throws -> [TableName] {
        let recorded = try await store.read { db in
            try db.rows("SELECT name FROM dataset_branches ORDER BY name").map { try TableName($0.text("name")) }
        }
        let known = Set(recorded.map { location(of: $0).standardizedFileURL.path })
        func sweep(_ folder: URL, _ parts: [String]) {
            let found = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            for child in found ?? [] {
                let isTable = (try? TableName((parts + ["x"]).joined(separator: "."))) != nil
                let hasLog = FileManager.default.fileExists(atPath: child.appending(path: "_delta_log").path)
                if isTable, hasLog || parts.count == 3, !known.contains(child.standardizedFileURL.path) {
                    try? FileManager.default.removeItem(at: child)
                } else if parts.count < 3, !hasLog {
                    sweep(child, parts + [child.lastPathComponent])
                }
            }
        }
        sweep(root.appending(path: "_branches"), [])
        return recorded.filter { deltaTable($0).exists() }
    }

    private func tablesOnDisk(where isWanted: (DeltaTable) -> Bool) -> [TableName] {
        func folders(in parent: URL) -> [URL] {
            let found = try? FileManager.default.contentsOfDirectory(
                at: parent, includingPropertiesForKeys: [.isDirectoryKey])
            return (found ?? []).filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }
        }
        func tables(in parent: URL, parts: [String]) -> [TableName] {
            folders(in: parent).sorted { $0.path < $1.path }.flatMap { folder -> [TableName] in
                let parts = parts + [folder.lastPathComponent]
                if let name = try? TableName(parts.joined(separator: ".")), isWanted(deltaTable(name)) {
                    return [name]
                }
                return parts.count < 3 ? tables(in: folder, parts: parts) : []
            }
        }
        return tables(in: root, parts: [])
    }
}

extension CommitRecord {
    /// The exact tables that a commit of ours was computed from, in the order in which they were given.
    var inputs: [TableReference] {
        if upstream.isEmpty, let words = extra["inputs"] {
            return words.split(separator: " ").compactMap { try? TableReference(String($0)) }
        }
        return upstream.compactMap { input in
            (try? TableName(input.table)).map { TableReference($0, version: input.version) }
        }
    }
}
