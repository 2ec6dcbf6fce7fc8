import DeltaLake
import Foundation
package import MartletDomain
import Metadata

extension Datasets {
    /// Records versions that a table's own log has and the metadata lacks: what a crash between the two commits leaves.
    /// - Returns: What was recorded.
    package func recover(by caller: Caller) async throws -> [DatasetVersion] {
        var recovered: [DatasetVersion] = []
        for name in tablesOnDisk() {
            let recorded = Set(
                try await store.read { db in
                    try db.rows("SELECT version FROM dataset_versions WHERE name = ?", [.text(name.description)])
                        .map { try $0.integer("version") }
                })
            for commit in try deltaTable(name).history() where !recorded.contains(commit.version) {
                // What we wrote says what it came from; what somebody else's tool wrote does not.
                let version = DatasetVersion(
                    table: TableReference(name, version: commit.version), operation: .recovered,
                    rowCount: commit.rows ?? 0, writtenBy: commit.userName ?? caller.user.name, writtenAt: 0,
                    inputs: commit.inputs, source: commit.extra["source"] ?? "found in the table's log",
                    runID: commit.runID)
                recovered.append(try await record(version, by: caller))
            }
        }
        return recovered
    }

    private func tablesOnDisk() -> [TableName] {
        func folders(in parent: URL) -> [URL] {
            let found = try? FileManager.default.contentsOfDirectory(
                at: parent, includingPropertiesForKeys: [.isDirectoryKey])
            return (found ?? []).filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }
        }
        func tables(in parent: URL, parts: [String]) -> [TableName] {
            folders(in: parent).sorted { $0.path < $1.path }.flatMap { folder -> [TableName] in
                let parts = parts + [folder.lastPathComponent]
                if let name = try? TableName(parts.joined(separator: ".")), deltaTable(name).exists() { return [name] }
                return parts.count < 3 ? tables(in: folder, parts: parts) : []
            }
        }
        return tables(in: root, parts: [])
    }
}

extension CommitRecord {
    /// The exact tables that a commit of ours was computed from, in the order in which they were given.
    var inputs: [TableReference] {
        (extra["inputs"] ?? "").split(separator: " ").compactMap { try? TableReference(String($0)) }
    }
}
