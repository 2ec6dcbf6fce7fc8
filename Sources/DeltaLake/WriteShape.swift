import MartletDomain

/// How the columns of a `SELECT` may change those of the table that they are written to.
struct WriteShape {
    var addingColumns = false
    /// Whether the table takes the columns of the `SELECT`.
    var replacing = false
    /// What a new table is partitioned by.
    var partitionedBy: [String] = []

    /// The columns and partition columns that the table has afterwards.
    /// - Parameter base: Nil when there is no table.
    func resolved(
        _ selected: SelectedColumns, _ base: TableState?, table: String
    ) throws(DeltaError) -> (TableSchema, partitionColumns: [String]) {
        guard let base else {
            let schema = try selected.newSchema(table: table)
            // Before any row is written.
            _ = try DeltaTable.newMetadata(schema, nil, partitionedBy, 0, table: table)
            return (schema, partitionedBy)
        }
        let partitionColumns = base.metadata.partitionColumns
        if !partitionedBy.isEmpty, partitionedBy != partitionColumns {
            let own = partitionColumns.isEmpty ? "not at all" : "by \(partitionColumns.joined(separator: ", "))"
            let problem =
                "the table is partitioned \(own), not by \(partitionedBy.joined(separator: ", ")): leave that out"
            throw .schemaMismatch(table: table, problems: [problem])
        }
        if replacing {
            let schema = try selected.newSchema(table: table)
            _ = try DeltaTable.newMetadata(schema, nil, partitionColumns, 0, table: table)
            return (schema, partitionColumns)
        }
        return (addingColumns ? selected.adding(to: base.schema) : base.schema, partitionColumns)
    }
}
