import Foundation
import MartletDomain
import QueryEngine

/// Writes rows into one file for each combination of partition values.
struct PartitionedFiles {
    let log: LogFolder
    let schema: TableSchema
    let partitionColumns: [String]
    let session: any QuerySession

    /// A write makes at most so many files.
    private static let limit: Int64 = 10_000
    private static let table = "martlet_partitioned"

    /// Files in the order in which their partitions first come in the rows of `sql`; rows of a file in the order of
    /// the rows. Without partition columns it is one file. None of them is left when this throws.
    /// - Parameter sql: Gives the columns of `schema`.
    func write(_ sql: String, _ parameters: [QueryValue]) throws -> [DataFile] {
        guard !partitionColumns.isEmpty else {
            return try DataFile.write(sql, parameters, schema, in: log, session).map { [$0] } ?? []
        }
        try refuse(
            partitionColumns.compactMap { name in
                guard schema[name]?.type == .binary else { return nil }
                return
                    "column '\(name)' partitions the table and is binary, which Martlet does not write: partition by "
                    + "hex(\(quotedIdentifier(name)))"
            })
        let unique = UUID().uuidString
        let (row, group) = (quotedIdentifier("row " + unique), quotedIdentifier("group " + unique))
        let by = partitionColumns.map(quotedIdentifier).joined(separator: ", ")
        try session.execute(
            """
            CREATE TEMPORARY TABLE \(Self.table) AS
            SELECT *, min(\(row)) OVER (PARTITION BY \(by)) AS \(group)
            FROM (SELECT *, row_number() OVER () AS \(row) FROM (\(sql)\n) AS selected) AS numbered
            ORDER BY \(group), \(row)
            """, parameters)
        defer { _ = try? session.execute("DROP TABLE \(Self.table)") }
        let stored = TableSchema(schema.fields.filter { !partitionColumns.contains($0.name) })
        let columns = stored.names.map(quotedIdentifier).joined(separator: ", ")
        var files: [DataFile] = []
        do {
            for (number, partition) in try partitions(group) {
                let rows = "SELECT \(columns) FROM \(Self.table) WHERE \(group) = \(number) ORDER BY \(row)"
                if let file = try DataFile.write(rows, [], stored, partition, in: log, session) { files.append(file) }
            }
        } catch {
            for file in files { DurableFile.remove(file.path) }
            throw error
        }
        return files
    }

    /// The values of each partition as the log keeps them, and the number of its rows' group.
    private func partitions(_ group: String) throws -> [(number: Int64, DataFile.Partition)] {
        let texts = partitionColumns.map { name in
            "first(\(PartitionValue.text(quotedIdentifier(name), schema[name]?.type ?? .string)))"
        }
        let sql =
            "SELECT \(group), \(texts.joined(separator: ", ")) FROM \(Self.table) GROUP BY \(group) ORDER BY \(group)"
        var found: [(number: Int64, DataFile.Partition)] = []
        var count: Int64 = 0
        try session.query(sql) { batch in
            count += Int64(batch.rowCount)
            guard count <= Self.limit, case .long(let numbers)? = batch.columns.first?.values else { return }
            let values = batch.columns.dropFirst().map { $0.strings ?? [] }
            for (index, number) in numbers.enumerated() {
                found.append((number, zip(partitionColumns, values).map { (column: $0, value: $1[index]) }))
            }
        }
        guard count <= Self.limit else {
            let columns = partitionColumns.map { "'\($0)'" }.joined(separator: ", ")
            try refuse([
                "the rows have \(count) partitions by \(columns), more than the \(Self.limit) that one write makes: "
                    + "partition by what has fewer values, or write the rows in several commits"
            ])
            return []
        }
        try refuse(problems(found.map(\.1)))
        return found
    }

    private func problems(_ partitions: [DataFile.Partition]) -> [String] {
        schema.fields.filter { partitionColumns.contains($0.name) }.flatMap { field -> [String] in
            let name = field.name
            let values = partitions.compactMap { values in values.first { $0.column == name }?.value }
            var problems: [String] = []
            if values.count < partitions.count, !field.nullable {
                problems.append(
                    "column '\(name)' is null in some rows, and the table does not allow that: select a value for "
                        + "them, or leave them out with WHERE \(quotedIdentifier(name)) IS NOT NULL")
            }
            if values.contains("") {
                problems.append(
                    "column '\(name)' partitions the table, and an empty text in it would be read as null: write "
                        + "NULLIF(\(quotedIdentifier(name)), '')")
            }
            if let long = values.first(where: { PartitionPath.isTooLong($0, of: name) }) {
                problems.append(
                    "column '\(name)' partitions the table, and its value '\(long.prefix(40))…' is too long to name a "
                        + "folder: partition by another column, or by a part of it")
            }
            if let odd = values.first(where: { !PartitionValue.isWritable($0, field.type) }) {
                problems.append(
                    "column '\(name)' partitions the table, and the log cannot hold its value '\(odd.prefix(80))': "
                        + "leave out the rows that have it, or partition by another column")
            }
            return problems
        }
    }

    private func refuse(_ problems: [String]) throws(DeltaError) {
        guard problems.isEmpty else { throw .schemaMismatch(table: log.table, problems: problems) }
    }
}
