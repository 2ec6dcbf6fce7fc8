import DeltaLake
package import Foundation
package import MartletDomain
import QueryEngine

/// What a table is handed out as.
package enum ExportFormat: String, Sendable, Codable, CaseIterable {
    case parquet, csv
    case jsonLines = "jsonl"
}

extension Datasets {
    /// Writes a table's rows, in the order in which they lie, into a file of the scratch folder. It belongs to the caller.
    ///
    /// The same rows give the same bytes. In CSV a null is an empty value, and an empty text is `""`.
    /// - Parameters:
    ///   - columns: Nil for all.
    ///   - limit: At most so many rows, the first.
    package func export(
        _ table: TableReference, columns: [String]? = nil, limit: Int64? = nil, as format: ExportFormat
    ) async throws -> URL {
        let snapshot = try await snapshot(table)
        let missing = (columns ?? []).filter { snapshot.schema[$0] == nil }
        guard missing.isEmpty else { throw DatasetError.missingColumns(missing, table: table.name.description) }
        let list = columns.map { $0.map(quotedIdentifier).joined(separator: ", ") } ?? "*"
        let rows = "SELECT \(list) FROM \(snapshot.relation)" + (limit.map { " LIMIT \(max(0, $0))" } ?? "")
        let options =
            switch format {
            case .parquet: "FORMAT parquet, COMPRESSION zstd"
            case .csv: "FORMAT csv, HEADER, NULLSTR ''"
            case .jsonLines: "FORMAT json"
            }
        let file = scratch.appending(path: newID() + ".export")
        do {
            _ = try await engine.withSession { session in
                try session.execute("COPY (\(rows)) TO \(quotedLiteral(file.path)) (\(options))", writing: file.path)
            }
        } catch {
            try? FileManager.default.removeItem(at: file)
            throw error
        }
        return file
    }

    /// The version that a reader means: that number, the newest at that moment, or the newest.
    package func version(
        of name: TableName, _ version: Int64?, asOf moment: Instant?
    ) async throws -> TableReference {
        let table = deltaTable(name)
        guard table.exists() else { throw DatasetError.missing(name) }
        if let version { return TableReference(name, version: version) }
        guard let moment else { return try await latest(name) }
        return try await self.version(of: name, asOf: moment)
    }

    /// The spelling of a name under which there is a table: `main.risk.vendors` and `risk.vendors` mean one.
    func spelled(_ name: TableName) -> TableName { name.spellings.first { deltaTable($0).exists() } ?? name }
}
