import Foundation
import MartletDomain
import QueryEngine

/// Rows that wait, in columns that tables have, to be committed.
struct StagedRows: Sendable {
    let file: URL
    let rowCount: Int64

    /// As a SELECT.
    var rows: String { Self.rows([file]) }

    /// The rows of several files, one after the other.
    static func rows(_ files: [URL]) -> String {
        let list = files.map { quotedFile($0.path) }.joined(separator: ", ")
        return "SELECT * FROM read_parquet([\(list)], union_by_name = true, hive_partitioning = false)"
    }
}

extension Datasets {
    /// Where files of open transactions wait.
    var stagingFolder: URL { root.appending(path: "_transactions") }

    /// Reads a file whole and keeps its rows, durably, in a folder that is made if need be.
    func stage(_ file: ImportedFile, like schema: TableSchema?, in folder: URL) async throws -> StagedRows {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for parent in [stagingFolder, root] { try synchronize(parent) }
        let place = folder.appending(path: newID() + ".parquet")
        do {
            return try await reading(file, like: schema) { rows in
                try? FileManager.default.removeItem(at: place)
                let count = try await file.engine.withSession { session in
                    try session.execute(
                        "COPY (\(rows)) TO \(quotedLiteral(place.path)) (FORMAT parquet, COMPRESSION snappy, "
                            + "USE_TMP_FILE false)", writing: place.path)
                    let sql = "SELECT count(*) AS n FROM read_parquet(\(quotedFile(place.path)))"
                    return try session.collect(sql)["n"]?.longs?.first ?? nil
                }
                try synchronize(place)
                try synchronize(folder)
                return StagedRows(file: place, rowCount: count ?? 0)
            }
        } catch {
            try? FileManager.default.removeItem(at: place)
            throw error
        }
    }
}
