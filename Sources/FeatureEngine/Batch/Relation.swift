package import QueryEngine

/// Rows that a statement can read: what stands in a FROM clause, and its columns.
package struct Relation: Sendable {
    package struct Column: Sendable, Equatable {
        package var name: String
        package var kind: ColumnKind

        package init(_ name: String, _ kind: ColumnKind) { (self.name, self.kind) = (name, kind) }
    }

    /// A name, a call, or a SELECT in parentheses.
    package var sql: String
    package var columns: [Column]

    package init(sql: String, columns: [Column]) { (self.sql, self.columns) = (sql, columns) }

    /// A relation with the columns that the engine finds in it.
    package init(describing sql: String, in session: any QuerySession) throws {
        self.init(sql: sql, columns: try Self.columns(of: "SELECT * FROM \(sql)", in: session))
    }

    /// The columns of a SELECT, whatever their types.
    static func columns(of select: String, in session: any QuerySession) throws -> [Column] {
        let description = try session.collect("SELECT column_name, column_type FROM (DESCRIBE \(select))")
        let names = try description.column("column_name").strings ?? []
        let types = try description.column("column_type").strings ?? []
        return zip(names, types).map { Column($0 ?? "", ColumnKind(sql: $1 ?? "")) }
    }

    package subscript(name: String) -> ColumnKind? { columns.first { $0.name == name }?.kind }

    var columnNames: String { columns.map(\.name).joined(separator: ", ") }
}

/// A table that features are read from: its rows, keys and clocks.
package struct ResolvedSource: Sendable {
    package var relation: Relation
    package var primaryKeys: [String]
    /// When it happened; nil for a table with one row a key.
    package var timeKey: String?
    /// The greater value is the later row of one key and time; null is the lowest.
    package var tieBreak: String?
    /// When it became known; null means never. Nil for known at once.
    package var availableAt: String?

    package init(
        _ relation: Relation, primaryKeys: [String], timeKey: String? = nil, tieBreak: String? = nil,
        availableAt: String? = nil
    ) {
        (self.relation, self.primaryKeys, self.timeKey) = (relation, primaryKeys, timeKey)
        (self.tieBreak, self.availableAt) = (tieBreak, availableAt)
    }
}
