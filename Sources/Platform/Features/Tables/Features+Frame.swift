import DeltaLake
import Foundation
import MartletDomain
import QueryEngine

extension Features {
    /// Lends rows as a frame, and lets go of the file that brought them.
    ///
    /// - Parameter schema: What the rows are for: text files (CSV, JSON lines) are read by its types. Types of Parquet and
    ///   SQL stand as they are.
    func withFrame<Result: Sendable>(
        _ rows: FeatureRows, like schema: TableSchema?, _ body: (FeatureFrame) async throws -> Result
    ) async throws -> Result {
        switch rows {
        case .table(let name, let version):
            let snapshot = try await datasets.snapshot(name, version: version)
            let reference = TableReference(name, version: snapshot.version)
            return try await body(
                FeatureFrame(
                    sql: "SELECT * FROM \(snapshot.relation)", inputs: [reference], source: reference.description))
        case .query(let sql, let inputs, let versions):
            var frame = FeatureFrame(sql: sql, source: sql)
            for (alias, table) in inputs.sorted(by: { $0.key < $1.key }) {
                let snapshot = try await datasets.snapshot(table, version: versions[alias])
                frame.views.append((alias, snapshot.relation))
                frame.inputs.append(TableReference(table, version: snapshot.version))
            }
            try await datasets.engine.withSession { try SelectInputs.check(sql, inputs: Array(inputs.keys), $0) }
            return try await body(frame)
        case .upload(let id, let fileName):
            return try await datasets.withUpload(id, named: fileName) { file, format, digest in
                do {
                    let sql = try await select(file, format, named: fileName, like: schema)
                    return try await body(
                        FeatureFrame(
                            sql: sql, source: "\(fileName) sha256:\(digest)", fileName: fileName, path: file.path))
                } catch let error as QueryError {
                    let located = format == .csv ? await CSVFile(file).brokenLine(datasets.engine) : nil
                    let reason = (located ?? error).message.replacing(file.path, with: fileName)
                    throw DatasetError.unreadableFile(fileName, reason: reason)
                }
            }
        }
    }

    private func select(
        _ file: URL, _ format: ImportFormat, named fileName: String, like schema: TableSchema?
    ) async throws -> String {
        switch format {
        case .parquet: return "SELECT * FROM read_parquet(\(quotedLiteral(file.path)))"
        case .csv:
            let scan = try await CSVFile(file).relation(named: fileName, like: schema, datasets.engine)
            return try await projected(scan) { _, type in type }
        case .jsonLines:
            let scan = "read_json(\(quotedLiteral(file.path)), format = 'newline_delimited', sample_size = -1)"
            return try await projected(scan) { name, type in
                guard let wanted = schema?[name]?.type.sqlName, Self.texts.contains(type) || type == "DOUBLE" else {
                    return type
                }
                return wanted
            }
        }
    }

    /// What JSON's values are read as before anybody says what they are.
    private static let texts: Set<String> = ["BIGINT", "VARCHAR", "JSON", "TIMESTAMP", "DATE"]

    /// A SELECT of all columns of a text file; times without a zone are taken as UTC.
    private func projected(_ scan: String, _ wanted: (String, String) -> String) async throws -> String {
        let columns = try await datasets.engine.withSession { try $0.described("SELECT * FROM \(scan)") }
        let list = columns.map { column in
            let name = quotedIdentifier(column.name)
            let isLocal = column.type.hasPrefix("TIMESTAMP") && column.type != DataType.timestamp.sqlName
            let type = wanted(column.name, column.type)
            if isLocal, type == column.type || type == DataType.timestamp.sqlName {
                return "(\(name)::TIMESTAMP AT TIME ZONE 'UTC') AS \(name)"
            }
            return type == column.type ? name : "CAST(\(name) AS \(type)) AS \(name)"
        }
        return "SELECT \(list.joined(separator: ", ")) FROM \(scan)"
    }
}

extension Datasets {
    /// Lends an uploaded file and its SHA-256, and removes it afterwards.
    func withUpload<Result: Sendable>(
        _ id: String, named fileName: String, _ body: (URL, ImportFormat, String) async throws -> Result
    ) async throws -> Result {
        guard let format = ImportFormat(fileName: fileName) else {
            throw DatasetError.unreadableFile(
                fileName, reason: "its name ends in none of .csv, .csv.gz, .parquet, .jsonl")
        }
        let file = scratch.appending(path: id + ".upload")
        let digestFile = file.appendingPathExtension("sha256")
        guard id.utf8.count == 32, id.allSatisfy(\.isHexDigit),
            let digest = try? String(contentsOf: digestFile, encoding: .utf8)
        else { throw DatasetError.unreadableFile(fileName, reason: "there is no upload \(id); send the file again") }
        defer {
            try? FileManager.default.removeItem(at: file)
            try? FileManager.default.removeItem(at: digestFile)
        }
        // The engine knows a compressed file by its name.
        let named = scratch.appending(path: id + (fileName.lowercased().hasSuffix(".gz") ? ".gz" : ".data"))
        try FileManager.default.moveItem(at: file, to: named)
        defer { try? FileManager.default.removeItem(at: named) }
        return try await body(named, format, digest)
    }
}
