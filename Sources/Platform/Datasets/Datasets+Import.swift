import DeltaLake
import Foundation
import MartletDomain
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

/// A file that is being imported.
struct ImportedFile: Sendable {
    /// Where the engine reads it.
    let location: URL
    /// As the client knows it, for messages and the record.
    let name: String
    let format: ImportFormat
    /// One that may read it.
    let engine: any QueryEngine
    /// Waits for the digest of the bytes, in hexadecimal.
    let digest: @Sendable () throws -> String

    init(_ location: URL, named name: String, _ format: ImportFormat, _ engine: any QueryEngine, digest: String) {
        (self.location, self.name, self.format, self.engine) = (location, name, format, engine)
        self.digest = { digest }
    }

    init(_ file: LentFile, named name: String, _ format: ImportFormat, _ engine: any QueryEngine) {
        (location, self.name, self.format, self.engine) = (file.location, name, format, engine)
        let digest = FileDigest(of: file)
        self.digest = { try digest.wait() }
    }

    /// What a version that it became is said to come from.
    func source() throws -> String { "\(name) sha256:\(try digest())" }
}

extension Datasets {
    /// Imports a file as the table's next version: all of it, or nothing when any row is broken.
    ///
    /// Column types are read off the file for a new table, and are the table's own for one that exists. Times without
    /// a zone are taken as UTC.
    func importFile(
        _ file: ImportedFile, as name: TableName, _ change: DatasetChange, runID: String?, transaction: String?,
        by caller: Caller
    ) async throws -> DatasetVersion {
        try await requireChange(
            of: name, AuditAction("datasets", "import", ["table": name.description]), by: caller)
        let origin = DatasetOrigin(.imported, runID: runID, transaction: transaction)
        guard case .update = change else {
            return try await reading(file, like: try await schema(of: name, for: change)) { rows in
                try await commit(
                    name, change, selecting: rows, origin: origin, by: caller, reading: file.engine,
                    completing: { try file.source() })
            }
        }
        // Read once into a file of known types, which a merge may then go over as often as it must.
        let folder = stagingFolder.appending(path: transaction ?? newID())
        defer { try? FileManager.default.removeItem(at: folder) }
        let staged = try await stage(file, like: try await schema(of: name, for: change), in: folder)
        var known = origin
        known.source = try file.source()
        return try await commit(
            name, change, selecting: staged.rows, rowCount: staged.rowCount, origin: known, by: caller)
    }

    /// The columns that the new rows must have; nil when they may have any.
    func schema(of name: TableName, for change: DatasetChange) async throws -> TableSchema? {
        guard change != .snapshot, deltaTable(name).exists() else { return nil }
        return try await snapshot(name).schema
    }

    /// Hands over the rows of a file as a SELECT.
    ///
    /// Types are read off the first rows; where a later one does not fit them, `body` is run again with types read off
    /// all. It must therefore leave nothing behind when it throws.
    func reading<Result>(
        _ file: ImportedFile, like schema: TableSchema?, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let attempts: [CSVTypes.Attempt] = file.format == .csv ? CSVTypes.Attempt.allCases : [.whole]
        do {
            for attempt in attempts.dropLast() {
                guard let rows = try? await select(file, like: schema, attempt) else { continue }
                do {
                    return try await body(rows)
                } catch QueryError.statementFailed {
                    continue
                }
            }
            return try await body(try await select(file, like: schema, .whole) ?? "")
        } catch let error as QueryError {
            // Guessing types, the engine does not say which line is broken.
            let located = file.format == .csv ? await CSVFile(file.location).brokenLine(file.engine) : nil
            throw DatasetError.unreadableFile(
                file.name, reason: Self.reason(located ?? error, file.location, file.name))
        }
    }

    /// The rows of a file in columns that tables have; nil when a sample does not tell the type of every column.
    private func select(
        _ file: ImportedFile, like schema: TableSchema?, _ attempt: CSVTypes.Attempt
    ) async throws -> String? {
        let path = quotedFile(file.location.path)
        var (scan, columns): (String, [(name: String, type: String)])
        switch file.format {
        case .csv: return try await CSVTypes(file, like: schema, attempt).select()
        case .parquet:
            scan = "read_parquet(\(path), hive_partitioning = false)"
            columns = try await file.engine.columns(of: scan)
        case .jsonLines:
            let options = "format = 'newline_delimited', hive_partitioning = false"
            scan = "read_json(\(path), \(options), sample_size = -1)"
            columns = try await file.engine.columns(of: scan)
            // What the table has as text stays as it is written, whatever it looks like.
            let texts = columns.indices.filter {
                schema?[columns[$0].name]?.type == .string && Self.readFromText.contains(columns[$0].type)
            }
            if !texts.isEmpty {
                for index in texts { columns[index].type = "VARCHAR" }
                let types = columns.map { "\(quotedLiteral($0.name)): \(quotedLiteral($0.type))" }
                scan = "read_json(\(path), \(options), columns = {\(types.joined(separator: ", "))})"
            }
        }
        let terms = columns.map { column in
            Self.checked(column.name, sniffedAs: column.type, as: schema?[column.name]?.type)
                ?? Self.projection(of: column.name, sniffedAs: column.type)
        }
        return "SELECT \(terms.joined(separator: ", ")) FROM \(scan)"
    }

    /// What the engine makes of texts, or of nothing, in JSON.
    private static let readFromText: Set<String> = [
        "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "UUID", "JSON",
    ]

    /// A column of numbers as the table has it, with a look at each value; nil where it needs none.
    private static func checked(_ column: String, sniffedAs type: String, as wanted: DataType?) -> String? {
        guard let wanted, wanted.sqlName != type else { return nil }
        let name = quotedIdentifier(column)
        // Of a column without any value nothing is known but that.
        if type == "JSON" {
            return wanted == .string ? nil : "CAST(CAST(\(name) AS VARCHAR) AS \(wanted.sqlName)) AS \(name)"
        }
        let numbers = ["INT", "DOUBLE", "FLOAT", "DECIMAL"]
        guard [type, wanted.sqlName].allSatisfy({ spelled in numbers.contains { spelled.contains($0) } }) else {
            return nil
        }
        let value = "CAST(\(name) AS \(wanted.sqlName))"
        let refusal = quotedLiteral("Column \(column) of type \(wanted.sqlName) cannot hold ")
        return "CASE WHEN \(name) IS NULL THEN NULL WHEN CAST(\(value) AS \(type)) = \(name) THEN \(value) "
            + "ELSE error(\(refusal) || CAST(\(name) AS VARCHAR)) END AS \(name)"
    }

    /// What the engine says, by the name that the client knows the file by, and without advice on options that nobody has.
    private static func reason(_ error: QueryError, _ file: URL, _ fileName: String) -> String {
        let text = error.message.replacing(file.path, with: fileName)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let advice = lines.firstIndex { $0.hasPrefix("Possible ") } ?? lines.endIndex
        return lines[..<advice].joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A column as tables have one. Times without a zone are taken as UTC.
    static func projection(of column: String, sniffedAs type: String) -> String {
        let name = quotedIdentifier(column)
        return switch type {
        case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
            // AT TIME ZONE goes through a calendar, row by row; it is left what is no number: infinity.
            "coalesce(make_timestamptz(epoch_us(\(name)::TIMESTAMP)), \(name)::TIMESTAMP AT TIME ZONE 'UTC') AS \(name)"
        case "TIME", "JSON": "\(name)::VARCHAR AS \(name)"
        case "HUGEINT", "UBIGINT", "UHUGEINT": "\(name)::DECIMAL(38, 0) AS \(name)"
        case "UTINYINT": "\(name)::SMALLINT AS \(name)"
        case "USMALLINT": "\(name)::INTEGER AS \(name)"
        case "UINTEGER": "\(name)::BIGINT AS \(name)"
        default: name
        }
    }
}

extension QueryEngine {
    /// Names and types, as the engine spells them, of the columns that something in a FROM clause has.
    func columns(of relation: String) async throws -> [(name: String, type: String)] {
        let found = try await withSession { try $0.collect("DESCRIBE SELECT * FROM \(relation)") }
        return zip(found["column_name"]?.strings ?? [], found["column_type"]?.strings ?? []).map {
            ($0 ?? "", $1 ?? "")
        }
    }
}
