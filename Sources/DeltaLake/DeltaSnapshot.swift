import QueryEngine
package import Foundation
package import MartletDomain

/// One version of a table.
package struct DeltaSnapshot: Sendable {
    package struct File: Sendable, Equatable {
        /// Absolute path.
        package var path: String
        package var bytes: Int64
        package var rowCount: Int64
        /// Value of each partition column as the log has it.
        package var partitionValues: [String: String?]
    }

    package let version: Int64
    /// When this version was committed; see ``DeltaTable/snapshot(at:)``.
    package let timestamp: Date
    package let schema: TableSchema
    package let partitionColumns: [String]
    /// In the order they were added.
    package let files: [File]
    /// The identity that the table was created with; it stays when the folder moves.
    package let tableID: String
    package let tableDescription: String?

    package var rowCount: Int64 { files.reduce(0) { $0 &+ $1.rowCount } }

    /// A `SELECT` in parentheses for a `FROM` clause of DuckDB: the columns of ``schema`` in their order and
    /// types, the rows
    /// of exactly ``files``, file after file in the order they were added (files with equal partition values together).
    package var relation: String {
        guard !files.isEmpty else { return "(SELECT \(emptyColumns(schema.fields)) WHERE false)" }
        var groups: [[String: String?]: [String]] = [:]
        var order: [[String: String?]] = []
        for file in files {
            let values = file.partitionValues.filter { partitionColumns.contains($0.key) }
            if groups[values] == nil { order.append(values) }
            groups[values, default: []].append(SQLText.file(file.path))
        }
        let selects = order.map { select(from: groups[$0] ?? [], $0) }
        return "(" + selects.joined(separator: " UNION ALL ") + ")"
    }

    private func select(from files: [String], _ values: [String: String?]) -> String {
        let columns = schema.fields.map { field in
            let name = quotedIdentifier(field.name)
            guard partitionColumns.contains(field.name) else {
                return "CAST(\(name) AS \(field.type.sqlName)) AS \(name)"
            }
            return "\(PartitionValue.sql(values[field.name] ?? nil, field.type)) AS \(name)"
        }
        let stored = schema.fields.filter { !partitionColumns.contains($0.name) }
        // The empty first branch gives columns that came after these files were written: they read as null.
        return "SELECT \(columns.joined(separator: ", ")) FROM (SELECT \(emptyColumns(stored)) WHERE false "
            + "UNION ALL BY NAME SELECT * FROM read_parquet([\(files.joined(separator: ", "))], "
            + "union_by_name = true, hive_partitioning = false))"
    }

    private func emptyColumns(_ fields: [TableSchema.Field]) -> String {
        fields.map { "CAST(NULL AS \($0.type.sqlName)) AS \(quotedIdentifier($0.name))" }.joined(separator: ", ")
    }
}
