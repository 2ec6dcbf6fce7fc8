import MartletDomain
import QueryEngine

/// The columns that a `SELECT` gives, and how they fit a table.
struct SelectedColumns {
    struct Selected {
        var name: String
        /// As DuckDB spells it.
        var sqlType: String
        /// Nil when Delta has no such type.
        var type: DataType?
    }

    var columns: [Selected]

    init(of sql: String, _ parameters: [QueryValue], _ session: any QuerySession) throws {
        var columns: [Selected] = []
        try session.query("DESCRIBE \(sql)", parameters) { batch in
            guard case .string(let names)? = batch["column_name"]?.values,
                case .string(let types)? = batch["column_type"]?.values
            else { return }
            columns += zip(names, types).map { .init(name: $0, sqlType: $1, type: Self.type($1)) }
        }
        self.columns = columns
    }

    /// The schema of a new table of these columns.
    func newSchema(table: String) throws(DeltaError) -> TableSchema {
        var problems: [String] = []
        let fields = columns.compactMap { column -> TableSchema.Field? in
            if let type = column.type { return .init(column.name, type) }
            problems.append(unusable(column))
            return nil
        }
        let schema = TableSchema(fields)
        if problems.isEmpty || !fields.isEmpty { problems += SchemaString.problems(in: schema) }
        guard problems.isEmpty else { throw .schemaMismatch(table: table, problems: problems) }
        return schema
    }

    /// `schema` and, behind it, the columns that it lacks and Delta has a type for. They allow nulls.
    func adding(to schema: TableSchema) -> TableSchema {
        var seen = Set(schema.names.map { $0.lowercased() })
        var schema = schema
        for column in columns {
            guard let type = column.type, seen.insert(column.name.lowercased()).inserted else { continue }
            schema.fields.append(.init(column.name, type))
        }
        return schema
    }

    /// The statement whose columns are exactly the table's; columns that `sql` lacks are null.
    /// - Parameters:
    ///   - schema: The table's columns, with those that are added.
    ///   - addingColumns: Whether columns may be added.
    /// - Throws: ``DeltaError/schemaMismatch(table:problems:)`` with every problem.
    func fitted(
        _ sql: String, to schema: TableSchema, addingColumns: Bool = false, table: String
    ) throws(DeltaError) -> String {
        let problems = problems(against: schema, addingColumns) + SchemaString.problems(in: schema)
        guard problems.isEmpty else { throw .schemaMismatch(table: table, problems: problems) }
        if columns.map(\.name) == schema.names { return sql }
        let given = Set(columns.map(\.name))
        let list = schema.fields.map { field in
            let name = quotedIdentifier(field.name)
            return given.contains(field.name) ? name : "CAST(NULL AS \(field.type.sqlName)) AS \(name)"
        }
        return "SELECT \(list.joined(separator: ", ")) FROM (\(sql)\n) AS selected"
    }

    private func problems(against schema: TableSchema, _ addingColumns: Bool) -> [String] {
        var problems: [String] = []
        var seen: Set<String> = []
        for column in columns {
            guard seen.insert(column.name.lowercased()).inserted else {
                problems.append("column '\(column.name)' is given twice (case does not tell columns apart): rename one")
                continue
            }
            guard let field = schema[column.name] else {
                let other = schema.fields.first { $0.name.lowercased() == column.name.lowercased() }
                problems.append(
                    other.map { "column '\(column.name)' is called '\($0.name)' in the table: rename it with AS" }
                        ?? (addingColumns && column.type == nil ? unusable(column) : nil)
                        ?? "column '\(column.name)' is not in the table: leave it out, or overwrite the table with a "
                        + "new schema")
                continue
            }
            guard let type = column.type else {
                problems.append(unusable(column, expected: field.type))
                continue
            }
            if type != field.type {
                problems.append(
                    "column '\(column.name)' is \(type), the table has \(field.type): write "
                        + "CAST(\(quotedIdentifier(column.name)) AS \(field.type.sqlName))")
            }
        }
        for field in schema.fields where !field.nullable && !seen.contains(field.name.lowercased()) {
            problems.append("column '\(field.name)' is missing, and the table does not allow nulls in it: select it")
        }
        return problems
    }

    private func unusable(_ column: Selected, expected: DataType? = nil) -> String {
        let name = quotedIdentifier(column.name)
        let have = "column '\(column.name)' is \(column.sqlType)"
        let wanted = expected.map(\.sqlName)
        switch column.sqlType {
        case let type where type.hasPrefix("TIMESTAMP") || type == "DATETIME":
            return "\(have), which says no time zone: write \(name) AT TIME ZONE 'UTC' (or the zone that it is in)"
        case "HUGEINT", "UHUGEINT":
            let cast = wanted ?? "BIGINT"
            return "\(have) (as sum() of integers is), which Delta Lake does not have: write CAST(\(name) AS \(cast))"
        case "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT":
            let wider = ["UTINYINT": "SMALLINT", "USMALLINT": "INTEGER", "UINTEGER": "BIGINT"]
            let cast = wanted ?? wider[column.sqlType] ?? "DECIMAL(20,0)"
            return "\(have), which Delta Lake does not have: write CAST(\(name) AS \(cast))"
        case let type where type.hasSuffix("]") || type.hasPrefix("STRUCT(") || type.hasPrefix("MAP("):
            return "\(have); nested columns are not written: write to_json(\(name))::VARCHAR, or unnest it"
        default:
            return "\(have), which Delta Lake does not have: write CAST(\(name) AS \(wanted ?? "VARCHAR"))"
        }
    }

    private static func type(_ sqlType: String) -> DataType? {
        switch sqlType {
        case "BOOLEAN": .boolean
        case "TINYINT": .byte
        case "SMALLINT": .short
        case "INTEGER": .integer
        case "BIGINT": .long
        case "FLOAT": .float
        case "DOUBLE": .double
        case "VARCHAR": .string
        case "BLOB": .binary
        case "DATE": .date
        case "TIMESTAMP WITH TIME ZONE": .timestamp
        case let type where type.hasPrefix("DECIMAL("): DataType(type.lowercased())
        default: nil
        }
    }
}
