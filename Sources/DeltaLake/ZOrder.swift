import Foundation
import MartletDomain
import QueryEngine

/// Rows in the order of a curve that goes through the ranges of several columns at once, so that each file holds few
/// ranges of every one of them, and a look-up by any passes most files by.
///
/// Each column's values are cut into 255 ranges of about as many rows each, after a sample; null is a range of its
/// own, before the others. A row's place is the bits of its ranges' numbers in turns, the highest first.
/// Source: G. M. Morton, "A computer oriented geodetic data base and a new technique in file sequencing", 1966.
struct ZOrder {
    let columns: [TableSchema.Field]
    let session: any QuerySession

    /// Eight bits of each fit into a number of 64.
    static let columnLimit = 7
    private static let ranges: Int64 = 255
    private static let sampled = 65_536
    /// A bound is made of so many characters of a text, at most.
    private static let textLimit = 64
    private static let table = "martlet_zorder"

    /// - Throws: ``DeltaError/schemaMismatch(table:problems:)`` when rows cannot be ordered so.
    init(_ names: [String], sortedBy: [String], _ state: TableState, _ session: any QuerySession) throws(DeltaError) {
        var problems: [String] = []
        for name in names {
            if state.schema[name] == nil {
                problems.append("column '\(name)' is not in the table: order by one that is")
            } else if state.metadata.partitionColumns.contains(name) {
                problems.append(
                    "column '\(name)' partitions the table, which keeps its values apart already: leave it out")
            } else if state.schema[name]?.type == .binary {
                problems.append("column '\(name)' is binary, of which files keep no bounds: leave it out")
            }
        }
        if Set(names).count != names.count { problems.append("a column is named twice: name each once") }
        if names.count > Self.columnLimit {
            problems.append("\(names.count) columns are more than the \(Self.columnLimit) that rows are ordered by")
        }
        if !sortedBy.isEmpty { problems.append("rows are sorted or ordered by a curve, not both: leave one out") }
        guard problems.isEmpty else { throw .schemaMismatch(table: state.log.table, problems: problems) }
        columns = names.compactMap { state.schema[$0] }
        self.session = session
    }

    /// Writes the rows of some files in the order of the curve, in files of about the same number of rows.
    ///
    /// None of them is left when this throws.
    func write(
        _ rows: DeltaSnapshot, _ stored: TableSchema, _ partition: DataFile.Partition, targetBytes: Int64,
        in log: LogFolder
    ) throws -> [DataFile] {
        let unique = UUID().uuidString
        let place = quotedIdentifier("place " + unique)
        try session.execute(
            "CREATE TEMPORARY TABLE \(Self.table) AS SELECT *, row_number() OVER () AS \(place) "
                + "FROM (\(try ordered(rows, stored, unique))) AS ordered")
        defer { _ = try? session.execute("DROP TABLE \(Self.table)") }
        let count = try texts("SELECT CAST(count(*) AS VARCHAR) FROM \(Self.table)").first.flatMap { Int64($0) } ?? 0
        guard count > 0 else { return [] }
        let bytes = rows.files.reduce(0) { $0 &+ $1.bytes }
        let pieces = min(count, max(1, (bytes &+ targetBytes - 1) / max(1, targetBytes)))
        let list = stored.names.map(quotedIdentifier).joined(separator: ", ")
        let tags = [
            Self.columnsTag: JSONText.texts(columns.map(\.name)).text, Self.cubeTag: unique.lowercased(),
            "ZCUBE_ZORDER_CURVE": "zorder",
        ]
        var files: [DataFile] = []
        do {
            for piece in 0..<pieces {
                let (first, last) = (share(piece, count, pieces) + 1, share(piece + 1, count, pieces))
                let sql =
                    "SELECT \(list) FROM \(Self.table) WHERE \(place) BETWEEN \(first) AND \(last) ORDER BY \(place)"
                let written = try DataFile.write(sql, [], stored, partition, in: log, session, compression: .zstd)
                guard var file = written else { continue }
                file.tags = tags
                files.append(file)
            }
        } catch {
            for file in files { DurableFile.remove(file.path) }
            throw error
        }
        return files
    }

    /// Rows before a piece.
    private func share(_ piece: Int64, _ count: Int64, _ pieces: Int64) -> Int64 {
        Int64(Int128(piece) * Int128(count) / Int128(pieces))
    }

    private func ordered(_ rows: DeltaSnapshot, _ stored: TableSchema, _ unique: String) throws -> String {
        let list = stored.names.map(quotedIdentifier).joined(separator: ", ")
        let numbers = columns.indices.map { quotedIdentifier("range \($0) \(unique)") }
        let ranges = try zip(columns, numbers).map { column, number in
            "\(try range(of: column, in: rows)) AS \(number)"
        }
        let bits = (0..<8).flatMap { bit in
            numbers.enumerated().map { index, number in
                "((CAST(\(number) AS BIGINT) >> \(bit)) & 1) << \(bit * columns.count + columns.count - 1 - index)"
            }
        }
        let within = columns.map { quotedIdentifier($0.name) + " NULLS FIRST" }.joined(separator: ", ")
        return
            "SELECT \(list) FROM (SELECT \(list), \(ranges.joined(separator: ", ")) FROM \(rows.relation)) AS ranged "
            + "ORDER BY \(bits.map { "(\($0))" }.joined(separator: " | ")), \(within)"
    }

    /// The number of a value's range, as SQL: a search that halves the bounds.
    private func range(of column: TableSchema.Field, in rows: DeltaSnapshot) throws -> String {
        let name = quotedIdentifier(column.name)
        let bounds = try bounds(of: column, in: rows)
        func search(_ lower: Int, _ upper: Int) -> String {
            guard lower < upper else { return String(lower + 1) }
            let middle = (lower + upper) / 2
            return "CASE WHEN \(name) < \(bounds[middle]) THEN \(search(lower, middle)) "
                + "ELSE \(search(middle + 1, upper)) END"
        }
        return "CASE WHEN \(name) IS NULL THEN 0 ELSE \(search(0, bounds.count)) END"
    }

    /// At most 254 values, ascending, as SQL.
    private func bounds(of column: TableSchema.Field, in rows: DeltaSnapshot) throws -> [String] {
        let name = quotedIdentifier(column.name)
        let value = column.type == .string ? "left(\(name), \(Self.textLimit))" : name
        let text = column.type == .string ? "hex(encode(value))" : "CAST(value AS VARCHAR)"
        let found = try texts(
            """
            SELECT \(text) FROM (
                SELECT DISTINCT value FROM (
                    SELECT value, row_number() OVER (ORDER BY value) - 1 AS place, count(*) OVER () AS all_of_them
                    FROM (SELECT \(value) AS value FROM \(rows.relation) WHERE \(name) IS NOT NULL
                        USING SAMPLE reservoir(\(Self.sampled) ROWS) REPEATABLE (1))
                ) WHERE place > 0 AND place * \(Self.ranges) // all_of_them
                    <> (place - 1) * \(Self.ranges) // all_of_them
            ) ORDER BY value
            """)
        return found.map {
            column.type == .string
                ? "decode(from_hex(\(quotedLiteral($0))))" : "CAST(\(quotedLiteral($0)) AS \(column.type.sqlName))"
        }
    }

    private func texts(_ sql: String) throws -> [String] {
        var texts: [String] = []
        try session.query(sql) { batch in texts += (batch.columns.first?.strings ?? []).compactMap { $0 } }
        return texts
    }
}

extension ZOrder {
    // The names that Delta's own writers give these.
    private static let columnsTag = "ZCUBE_ZORDER_BY"
    private static let cubeTag = "ZCUBE_ID"
    /// Files that were ordered together stay as they are once they have so many times the target.
    private static let cubeFiles: Int64 = 16

    /// The files to order, partition by partition: those that are not ordered by these columns yet, and those that
    /// were ordered with few others. A partition whose files were all ordered together has none.
    /// - Parameter found: The files of `logged`, in the same order.
    func groups(
        _ logged: [AddFile], _ found: [DeltaSnapshot.File], by partitions: [String], _ targetBytes: Int64
    ) -> [Compaction.Group] {
        var groups: [[ExactText?]: Compaction.Group] = [:]
        var order: [[ExactText?]] = []
        for (logged, found) in zip(logged, found) {
            let values = partitions.map { found.partitionValues[$0] ?? nil }
            let key = values.map { $0.map { ExactText($0) } }
            if groups[key] == nil {
                order.append(key)
                let partition = zip(partitions, values).map { (column: $0, value: $1) }
                groups[key] = Compaction.Group(partition: partition, files: [])
            }
            groups[key]?.files.append((logged, found))
        }
        let (enough, overflow) = targetBytes.multipliedReportingOverflow(by: Self.cubeFiles)
        return order.compactMap { groups[$0] }.compactMap { group in
            var cubes: [String: Int64] = [:]
            for file in group.files {
                if let cube = cube(of: file.logged) { cubes[cube, default: 0] &+= file.found.bytes }
            }
            var open = group
            open.files = group.files.filter { file in
                guard let cube = cube(of: file.logged) else { return true }
                return overflow || cubes[cube, default: 0] < enough
            }
            let ids = Set(open.files.map { cube(of: $0.logged) })
            return ids.isEmpty || ids.count == 1 && ids.first != .some(nil) ? nil : open
        }
    }

    /// What tells the files that were ordered together by these columns; nil when a file was not.
    private func cube(of file: AddFile) -> String? {
        guard let tags = file.tags, (tags[Self.columnsTag] ?? nil) == JSONText.texts(columns.map(\.name)).text else {
            return nil
        }
        return tags[Self.cubeTag] ?? nil
    }
}
