import QueryEngine
package import Foundation
package import MartletDomain

/// One version of a table.
package struct DeltaSnapshot: Sendable {
    package struct File: Sendable, Equatable {
        /// Absolute path.
        package var path: String
        package var bytes: Int64
        /// Rows that are still in the table.
        package var rowCount: Int64
        /// Value of each partition column, by the column's name, as the log has it.
        package var partitionValues: [String: String?]
        /// Rows that a deletion vector takes out; nil when it has none, or an empty one.
        var deletedRows: DeletedRows?
    }

    package let version: Int64
    /// When this version was committed; see ``DeltaTable/snapshot(at:)``.
    package let timestamp: Date
    /// A column of Delta's type `timestamp_ntz` is a `timestamp` here: the instants at which a clock in UTC shows the
    /// readings that the table holds.
    package let schema: TableSchema
    package let partitionColumns: [String]
    /// In the order they were added.
    package var files: [File]
    /// The identity that the table was created with; it stays when the folder moves.
    package let tableID: String
    package let tableDescription: String?
    /// The fields of `schema`, as the files have them.
    let columns: [TableColumn]
    /// Whether columns of files are found by their numbers.
    let isReadByID: Bool

    package var rowCount: Int64 { files.reduce(0) { $0 &+ $1.rowCount } }

    /// A `SELECT` in parentheses for a `FROM` clause of DuckDB: the columns of ``schema`` in their order and
    /// types, the rows of exactly ``files`` without those deleted, file after file in the order they were added. Files
    /// with equal partition values come together, first those of which no row is deleted.
    package var relation: String {
        var groups: [[ExactText?]: [File]] = [:]
        var order: [(key: [ExactText?], values: [String: String?])] = []
        for file in files where file.deletedRows == nil || file.rowCount > 0 {
            let values = file.partitionValues.filter { partitionColumns.contains($0.key) }
            let key = partitionColumns.map { (values[$0] ?? nil).map { ExactText($0) } }
            if groups[key] == nil { order.append((key, values)) }
            groups[key, default: []].append(file)
        }
        guard !order.isEmpty else {
            return "(SELECT \(empty(schema.fields.map { ($0.name, $0.type.sqlName) })) WHERE false)"
        }
        let selects = order.flatMap { key, values in
            Self.reads(of: groups[key] ?? []).map { select(from: $0.files, where: $0.condition, values) }
        }
        return "(" + selects.joined(separator: " UNION ALL ") + ")"
    }

    /// The names of the columns that ``locatedRelation`` has besides.
    package static let fileColumn = "martlet_file"
    package static let rowColumn = "martlet_row"

    /// As ``relation``, with the file of each row (its absolute path) and the row's number in it, from 0. Nil where a
    /// row's place says less: when rows of a file are deleted, or columns have other names there.
    package var locatedRelation: String? {
        let isPlain =
            !isReadByID && partitionColumns.isEmpty && !files.isEmpty && files.allSatisfy { $0.deletedRows == nil }
            && columns.allSatisfy { $0.physicalName == $0.field.name && $0.field.name.lowercased() != "filename" }
        guard isPlain else { return nil }
        let paths = files.map { quotedFile($0.path) }.joined(separator: ", ")
        let list = columns.map(\.sql).joined(separator: ", ")
        let none = empty(columns.map { ($0.physicalName, $0.storedType) })
        return "(SELECT \(list), filename AS \(Self.fileColumn), file_row_number AS \(Self.rowColumn) FROM "
            + "(SELECT \(none) WHERE false UNION ALL BY NAME SELECT * FROM read_parquet([\(paths)], "
            + "union_by_name = true, hive_partitioning = false, filename = true, file_row_number = true)))"
    }

    /// Which files are read together, and under which condition.
    private static func reads(of files: [File]) -> [(files: [File], condition: String?)] {
        var reads: [(files: [File], condition: String?)] = []
        let whole = files.filter { $0.deletedRows == nil }
        if !whole.isEmpty { reads.append((whole, nil)) }
        let others = files.filter { $0.deletedRows != nil }
        for range in DeletionFilter.reads(of: others.map(\.deletedRows)) {
            let together = Array(others[range])
            reads.append((together, DeletionFilter(files: together.map(\.deletedRows)).sql))
        }
        return reads
    }

    private func select(from files: [File], where condition: String?, _ values: [String: String?]) -> String {
        let list = columns.map { column in
            guard partitionColumns.contains(column.field.name) else { return column.sql }
            let value = values[column.field.name] ?? nil
            return "\(PartitionValue.sql(value, column.field.type)) AS \(quotedIdentifier(column.field.name))"
        }
        let stored = columns.filter { !partitionColumns.contains($0.field.name) }
        let paths = files.map { quotedFile($0.path) }.joined(separator: ", ")
        let filter = condition.map { " WHERE \($0)" } ?? ""
        // The empty first branch gives columns that came after these files were written: they read as null.
        let none = empty(stored.map { ($0.physicalName, $0.storedType) })
        return "SELECT \(list.joined(separator: ", ")) FROM (SELECT \(none) WHERE false UNION ALL BY NAME "
            + "SELECT * FROM read_parquet([\(paths)], \(byNameOrID(stored)), hive_partitioning = false)\(filter))"
    }

    /// How `read_parquet` finds the columns of each file. A column whose number a file lacks is null.
    private func byNameOrID(_ stored: [TableColumn]) -> String {
        guard isReadByID else { return "union_by_name = true" }
        let entries = stored.map { column in
            "\(column.fieldID ?? -1): {name: \(quotedLiteral(column.physicalName)), "
                + "type: \(quotedLiteral(column.storedType)), default_value: NULL}"
        }
        return "schema = MAP {\(entries.joined(separator: ", "))}"
    }

    private func empty(_ columns: [(name: String, type: String)]) -> String {
        columns.map { "CAST(NULL AS \($0.type)) AS \(quotedIdentifier($0.name))" }.joined(separator: ", ")
    }
}
