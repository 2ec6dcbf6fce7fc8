package import Foundation
package import MartletDomain
package import QueryEngine

/// Files of rows as relations: Parquet, and CSV with `\N` for null.
package struct FileRelations {
    private let session: any QuerySession
    /// Where copies go that are needed while the session lasts.
    private let folder: URL
    private let dialect = SQLDialect.duckDB

    /// - Parameter folder: Exists, and is the caller's to remove.
    package init(_ session: any QuerySession, folder: URL) { (self.session, self.folder) = (session, folder) }

    /// - Parameters:
    ///   - path: Ends in `.parquet` or `.csv`.
    ///   - schema: What the columns must be, and all that is read; nil to take what there is.
    /// - Throws: ``FeatureError/issues(_:)`` with every column that is missing or of another type.
    package func relation(_ path: String, schema: [ColumnDeclaration]?) throws -> Relation {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
            throw FeatureError.issues([FeatureIssue(.unknownTable, "There is no file \(path)")])
        }
        let declared = try schema.map { try Self.kinds($0, of: path) }
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "parquet": return try parquet(path, declared)
        case "csv": return try csv(path, declared)
        default:
            throw FeatureError.issues([FeatureIssue(.unknownTable, "\(path) is neither a .parquet nor a .csv file")])
        }
    }

    private static func kinds(_ schema: [ColumnDeclaration], of path: String) throws -> [Relation.Column] {
        var issues: [FeatureIssue] = []
        let columns = schema.compactMap { column -> Relation.Column? in
            if let kind = ColumnKind(declared: column.type) { return .init(column.name, kind) }
            issues.append(
                FeatureIssue(.invalidDeclaration, "\(path): column \(column.name) has the unknown type \(column.type)"))
            return nil
        }
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        return columns
    }

    private func parquet(_ path: String, _ declared: [Relation.Column]?) throws -> Relation {
        var path = path
        let clocks = try ParquetClocks.nanoseconds(of: URL(fileURLWithPath: path)).filter(\.isInUTC)
        if !clocks.isEmpty {
            let copy = folder.appendingPathComponent(UUID().uuidString + ".parquet")
            try FileManager.default.copyItem(at: URL(fileURLWithPath: path), to: copy)
            try ParquetClocks.mark(clocks, inUTC: false, in: copy)
            path = copy.path
        }
        let call = "read_parquet(\(dialect.literal(path)))"
        let found = try Relation(describing: call, in: session)
        guard let declared else { return found }
        try Self.check(declared, found, path)
        return Relation(sql: call, columns: declared)
    }

    private static func check(_ declared: [Relation.Column], _ found: Relation, _ path: String) throws {
        var issues: [FeatureIssue] = []
        for column in declared {
            guard let kind = found[column.name] else {
                issues.append(
                    FeatureIssue(.missingColumn, "\(path) has no column \(column.name); it has \(found.columnNames)"))
                continue
            }
            if kind != column.kind {
                issues.append(
                    FeatureIssue(.typeMismatch, "\(path): \(column.name) is declared \(column.kind) and is \(kind)"))
            }
        }
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
    }

    private func csv(_ path: String, _ declared: [Relation.Column]?) throws -> Relation {
        let options = "header = true, nullstr = '\\N', delim = ',', quote = '\"', escape = '\"', strict_mode = true"
        guard let declared else {
            return try Relation(describing: "read_csv(\(dialect.literal(path)), \(options))", in: session)
        }
        let call = "read_csv(\(dialect.literal(path)), \(options), all_varchar = true)"
        let found = try Relation(describing: call, in: session)
        try Self.check(declared.map { .init($0.name, .string) }, found, path)
        let list = declared.map { "\(text($0)) AS \(dialect.name($0.name))" }.joined(separator: ", ")
        return Relation(sql: "(SELECT \(list) FROM \(call))", columns: declared)
    }

    /// A cell of text as the type that it spells.
    private func text(_ column: Relation.Column) -> String {
        let name = dialect.name(column.name)
        switch column.kind {
        case .string: return name
        case .binary: return "unhex(\(name))"
        case .other(let word) where word.hasSuffix("[]"):
            return dialect.cast("from_json(\(name), '[\"VARCHAR\"]')", to: column.kind)
        default: return dialect.cast(name, to: column.kind)
        }
    }

    /// A value as text that ``text(_:)`` reads.
    private func spelled(_ column: Relation.Column) -> String {
        let name = dialect.name(column.name)
        let value: String
        switch column.kind {
        case .timestamp: value = "strftime(\(name), '%Y-%m-%dT%H:%M:%S.%fZ')"
        case .naiveTimestamp: value = "strftime(\(name), '%Y-%m-%dT%H:%M:%S.%f')"
        case .nanoseconds: value = "strftime(\(name), '%Y-%m-%dT%H:%M:%S.%nZ')"
        case .binary: value = "lower(hex(\(name)))"
        case .other: value = "to_json(\(name))"
        default: return name
        }
        return "\(value) AS \(name)"
    }

    /// Writes the rows of a SELECT to a file in their order: Parquet, or CSV where the path ends so.
    /// - Returns: The number of rows.
    @discardableResult
    package func write(_ select: String, _ columns: [Relation.Column], to path: String) throws -> Int {
        let isText = path.lowercased().hasSuffix(".csv")
        let format = isText ? "FORMAT csv, HEADER true, NULLSTR '\\N'" : "FORMAT parquet, COMPRESSION snappy"
        let rows = isText ? "SELECT \(columns.map(spelled).joined(separator: ", ")) FROM (\(select))" : select
        let count = try session.execute("COPY (\(rows)) TO \(dialect.literal(path)) (\(format))")
        if isText { return count }
        let instants = Set(columns.filter { $0.kind == .nanoseconds }.map(\.name))
        try ParquetClocks.markInstants(instants, in: URL(fileURLWithPath: path))
        return count
    }
}
