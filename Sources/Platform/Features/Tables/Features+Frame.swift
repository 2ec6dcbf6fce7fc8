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
        case .given(let rows, let source):
            return try await body(
                FeatureFrame(sql: "SELECT * FROM \(FeatureFrame.heldRows)", held: rows, source: source))
        case .table(let written, let version):
            let name = datasets.spelled(written)
            let snapshot = try await datasets.snapshot(name, version: version)
            let reference = TableReference(name, version: snapshot.version)
            return try await body(
                FeatureFrame(
                    sql: "SELECT * FROM \(snapshot.relation)", inputs: [reference], source: reference.description))
        case .query(let sql, let inputs, let versions):
            var frame = FeatureFrame(sql: sql, source: sql)
            for (alias, written) in inputs.sorted(by: { $0.key < $1.key }) {
                let table = datasets.spelled(written)
                let snapshot = try await datasets.snapshot(table, version: versions[alias])
                frame.views.append((alias, snapshot.relation))
                frame.inputs.append(TableReference(table, version: snapshot.version))
            }
            try await datasets.engine.withSession { try SelectInputs.check(sql, inputs: Array(inputs.keys), $0) }
            return try await body(frame)
        case .upload(let id, let fileName):
            return try await datasets.withUpload(id, named: fileName) { file in
                let frame = try await staged(file, like: schema)
                defer { frame.discard() }
                return try await body(frame)
            }
        }
    }

    /// Reads a file once, whole, and keeps its rows as they are typed, for a frame that may be gone over again.
    private func staged(_ file: ImportedFile, like schema: TableSchema?) async throws -> FeatureFrame {
        let place = datasets.scratch.appending(path: newID() + ".frame")
        do {
            let sql = try await select(file, like: schema)
            let columns = try await file.engine.withSession { try $0.described(sql) }
            // Before a type that Parquet lacks is written as another.
            _ = try FeatureFrame.schema(of: columns)
            _ = try await file.engine.withSession { session in
                try session.execute(
                    "COPY (\(sql)) TO \(quotedLiteral(place.path)) (FORMAT parquet)", writing: place.path)
            }
            return FeatureFrame(
                sql: "SELECT * FROM read_parquet(\(quotedLiteral(place.path)))", source: try file.source(), file: place)
        } catch {
            try? FileManager.default.removeItem(at: place)
            guard let error = error as? QueryError else { throw error }
            let located = file.format == .csv ? await CSVFile(file.location).brokenLine(file.engine) : nil
            let reason = (located ?? error).message.replacing(file.location.path, with: file.name)
            throw DatasetError.unreadableFile(file.name, reason: reason)
        }
    }

    private func select(_ file: ImportedFile, like schema: TableSchema?) async throws -> String {
        switch file.format {
        case .parquet: return "SELECT * FROM read_parquet(\(quotedLiteral(file.location.path)))"
        case .csv:
            let types = Dictionary((schema?.fields ?? []).map { ($0.name, $0.type.sqlName) }) { first, _ in first }
            let scan = try await CSVFile(file.location).relation(
                named: file.name, types: types, sample: -1, file.engine)
            return try await projected(scan, file.engine) { _, type in type }
        case .jsonLines:
            let scan = "read_json(\(quotedLiteral(file.location.path)), format = 'newline_delimited', sample_size = -1)"
            return try await projected(scan, file.engine) { name, type in
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
    private func projected(
        _ scan: String, _ engine: any QueryEngine, _ wanted: (String, String) -> String
    ) async throws -> String {
        let columns = try await engine.withSession { try $0.described("SELECT * FROM \(scan)") }
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
