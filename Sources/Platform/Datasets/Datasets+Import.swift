import DeltaLake
package import Foundation
package import MartletDomain
import QueryEngine

/// What a file to import holds.
package enum ImportFormat: String, Sendable, Codable, CaseIterable {
    case csv, parquet
    case jsonLines = "jsonl"

    /// By the file's name; a compressed CSV ends in `.csv.gz`.
    package init?(fileName: String) {
        let name = fileName.lowercased()
        if name.hasSuffix(".csv") || name.hasSuffix(".csv.gz") {
            self = .csv
        } else if name.hasSuffix(".parquet") {
            self = .parquet
        } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl.gz") {
            self = .jsonLines
        } else {
            return nil
        }
    }
}

extension Datasets {
    /// Imports a file as the table's next version: all of it, or nothing when any row is broken.
    ///
    /// Column types are read off the whole file for a new table, and are the table's own for one that exists. Times without
    /// a zone are taken as UTC.
    /// - Parameters:
    ///   - name: The file's name as the client knows it, for messages and the record.
    ///   - digest: SHA-256 of the file's bytes, in hexadecimal, for the record.
    package func importFile(
        _ file: URL, format: ImportFormat, named fileName: String, digest: String, as name: TableName, _ mode: Mode,
        by caller: Caller
    ) async throws -> DatasetVersion {
        let existing = mode == .append && deltaTable(name).exists() ? try await snapshot(name).schema : nil
        do {
            let scan = try await scan(file, format, named: fileName, like: existing)
            let sniffed = try await engine.withSession { try $0.collect("DESCRIBE SELECT * FROM \(scan)") }
            let projection = zip(sniffed["column_name"]?.strings ?? [], sniffed["column_type"]?.strings ?? [])
                .map { Self.projection(of: $0 ?? "", sniffedAs: $1 ?? "") }.joined(separator: ", ")
            return try await write(
                name, mode, selecting: "SELECT \(projection) FROM \(scan)", operation: .imported,
                source: "\(fileName) sha256:\(digest)", by: caller)
        } catch let error as QueryError {
            // Guessing types, the engine does not say which line is broken.
            let located = format == .csv ? await CSVFile(file).brokenLine(engine) : nil
            throw DatasetError.unreadableFile(fileName, reason: Self.reason(located ?? error, file, fileName))
        }
    }

    /// What the engine says, by the name that the client knows the file by, and without advice on options that nobody has.
    private static func reason(_ error: QueryError, _ file: URL, _ fileName: String) -> String {
        let text = error.message.replacing(file.path, with: fileName)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let advice = lines.firstIndex { $0.hasPrefix("Possible ") } ?? lines.endIndex
        return lines[..<advice].joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func scan(
        _ file: URL, _ format: ImportFormat, named fileName: String, like schema: TableSchema?
    ) async throws -> String {
        switch format {
        case .csv: try await CSVFile(file).relation(named: fileName, like: schema, engine)
        case .parquet: "read_parquet(\(quotedLiteral(file.path)))"
        case .jsonLines:
            "read_json(\(quotedLiteral(file.path)), format = 'newline_delimited', sample_size = -1)"
        }
    }

    private static func projection(of column: String, sniffedAs type: String) -> String {
        let name = quotedIdentifier(column)
        return switch type {
        case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
            "(\(name)::TIMESTAMP AT TIME ZONE 'UTC') AS \(name)"
        case "TIME": "\(name)::VARCHAR AS \(name)"
        case "HUGEINT", "UBIGINT", "UHUGEINT": "\(name)::DECIMAL(38, 0) AS \(name)"
        case "UTINYINT": "\(name)::SMALLINT AS \(name)"
        case "USMALLINT": "\(name)::INTEGER AS \(name)"
        case "UINTEGER": "\(name)::BIGINT AS \(name)"
        default: name
        }
    }
}
