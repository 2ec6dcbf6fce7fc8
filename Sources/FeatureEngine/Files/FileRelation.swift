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
        let declared = try schema.map { try Relation.kinds($0, of: path) }
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "parquet": return try parquet(path, declared)
        case "csv": return try csv(path, declared)
        default:
            throw FeatureError.issues([FeatureIssue(.unknownTable, "\(path) is neither a .parquet nor a .csv file")])
        }
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
        let call = dialect.parquet(path)
        let found = try Relation(describing: call, in: session)
        guard let declared else { return found }
        try found.check(declared, of: path)
        return Relation(sql: call, columns: declared)
    }

    private func csv(_ path: String, _ declared: [Relation.Column]?) throws -> Relation {
        guard let declared else { return try Relation(describing: dialect.csv(path, isText: false), in: session) }
        let call = dialect.csv(path, isText: true)
        let found = try Relation(describing: call, in: session)
        try found.check(declared.map { .init($0.name, .string) }, of: path)
        let list = declared.map { "\(dialect.read($0)) AS \(dialect.name($0.name))" }.joined(separator: ", ")
        return Relation(sql: "(SELECT \(list) FROM \(call))", columns: declared)
    }

    /// Writes the rows of a SELECT to a file in their order: Parquet, or CSV where the path ends so.
    /// - Returns: The number of rows.
    @discardableResult
    package func write(_ select: String, _ columns: [Relation.Column], to path: String) throws -> Int {
        let isText = path.lowercased().hasSuffix(".csv")
        let rows = isText ? "SELECT \(columns.map(dialect.spelled).joined(separator: ", ")) FROM (\(select))" : select
        let count = try session.execute(dialect.copy(rows, to: path, isText: isText))
        if isText { return count }
        let instants = Set(columns.filter { $0.kind == .nanoseconds }.map(\.name))
        try ParquetClocks.markInstants(instants, in: URL(fileURLWithPath: path))
        return count
    }
}
