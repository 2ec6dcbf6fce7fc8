import MartletDomain
import QueryEngine

/// Finds the data files of a version, and which of their rows are still in the table.
struct SnapshotFiles {
    let state: TableState
    let session: any QuerySession

    private var table: String { state.log.table }

    /// The files of the version, or others that its columns fit.
    func found(_ others: [AddFile]? = nil) throws -> [DeltaSnapshot.File] {
        let logged = others ?? state.replay.files
        var paths = DataFilePath(root: state.log.root, table: table)
        var files: [DeltaSnapshot.File] = []
        for file in logged {
            let (path, bytes) = try paths.resolve(file.path)
            if let size = file.size, bytes < size {
                throw DeltaError.truncatedDataFile(table: table, path: file.path, bytes: bytes, logged: size)
            }
            files.append(
                .init(path: path, bytes: bytes, rowCount: 0, partitionValues: try partitionValues(of: file)))
        }
        let vectored = logged.indices.filter { logged[$0].deletionVector != nil }
        let counts = try rowCounts(of: vectored.map { (files[$0].path, logged[$0].path) })
        var vectors = DeletionVectorReader(state.log)
        for index in files.indices {
            let (file, path) = (logged[index], files[index].path)
            guard let vector = file.deletionVector else {
                files[index].rowCount = try file.rowCount ?? countRows(path, file.path)
                continue
            }
            let rows = try counts[path] ?? countRows(path, file.path)
            files[index].deletedRows = try vectors.rows(of: vector, in: file.path, physicalRows: rows)
            files[index].rowCount = rows - (files[index].deletedRows?.count ?? 0)
        }
        try refuseReservedColumns(
            of: files.indices.filter { files[$0].deletedRows != nil }.map {
                (files[$0].path, logged[$0].path)
            })
        if state.mapping == .id { try requireFieldIDs(of: files.indices.map { (files[$0].path, logged[$0].path) }) }
        return files
    }

    /// The log has them by physical name.
    private func partitionValues(of file: AddFile) throws(DeltaError) -> [String: String?] {
        let logged = file.partitionValues ?? [:]
        guard !state.metadata.partitionColumns.isEmpty else { return state.mapping == .unmapped ? logged : [:] }
        var values: [String: String?] = [:]
        for column in state.columns where state.metadata.partitionColumns.contains(column.field.name) {
            guard let value = logged[column.physicalName] else { continue }
            guard PartitionValue.isValid(value, column.field.type) else {
                throw .malformedLog(
                    table: table, entry: "add '\(file.path)'", line: nil,
                    reason: "has a value of partition column '\(column.field.name)' that is not a \(column.field.type)")
            }
            values[column.field.name] = .some(value)
        }
        return values
    }

    /// Rows of a file whose writer did not say, out of its own footer.
    private func countRows(_ path: String, _ logged: String) throws -> Int64 {
        guard let count = try footerRows([path])?[path] else {
            throw DeltaError.damagedDataFile(table: table, path: logged)
        }
        return count
    }

    /// Rows of each file by their footers; statistics may lie, and a deletion vector is only as good as this number.
    private func rowCounts(of files: [(path: String, logged: String)]) throws -> [String: Int64] {
        guard !files.isEmpty, let counts = try footerRows(files.map(\.path)) else { return [:] }
        return counts
    }

    /// Rows of each file by path; nil when one cannot be read.
    private func footerRows(_ paths: [String]) throws -> [String: Int64]? {
        var counts: [String: Int64] = [:]
        let sql =
            "SELECT file_name, CAST(num_rows AS BIGINT) AS num_rows FROM parquet_file_metadata([\(list(paths))])"
        do {
            try session.query(sql, []) { batch in
                guard case .string(let names)? = batch.columns.first?.values,
                    case .long(let rows)? = batch.columns.last?.values
                else { return }
                for (name, count) in zip(names, rows) { counts[name] = max(0, count) }
            }
        } catch QueryError.statementFailed {
            return nil
        }
        return counts
    }

    private func refuseReservedColumns(of files: [(path: String, logged: String)]) throws {
        let odd = try firstOdd("name", "WHERE lower(name) IN ('file_index', 'file_row_number')", among: files)
        if let odd { throw DeltaError.reservedColumn(table: table, path: odd.logged, column: odd.name) }
    }

    /// The protocol leaves it to readers to give nulls for such a file; but nobody would see that rows are missing.
    private func requireFieldIDs(of files: [(path: String, logged: String)]) throws {
        let odd = try firstOdd("'' AS name", "GROUP BY file_name HAVING count(field_id) = 0", among: files)
        if let odd { throw DeltaError.missingFieldIDs(table: table, path: odd.logged) }
    }

    /// The first of the files whose columns, by its footer, are as `condition` says.
    private func firstOdd(
        _ name: String, _ condition: String, among files: [(path: String, logged: String)]
    ) throws -> (logged: String, name: String)? {
        guard !files.isEmpty else { return nil }
        let sql = "SELECT file_name, \(name) FROM parquet_schema([\(list(files.map(\.path)))]) \(condition)"
        guard let (path, name) = try names(sql).first else { return nil }
        return (files.first { $0.path == path }?.logged ?? path, name)
    }

    private func names(_ sql: String) throws -> [(String, String)] {
        var found: [(String, String)] = []
        do {
            try session.query(sql, []) { batch in
                guard case .string(let first)? = batch.columns.first?.values,
                    case .string(let second)? = batch.columns.last?.values
                else { return }
                found += zip(first, second)
            }
        } catch QueryError.statementFailed(let reason) {
            throw DeltaError.fileSystem(operation: "read the columns of", file: table, reason: reason)
        }
        return found
    }

    private func list(_ paths: [String]) -> String { paths.map { quotedFile($0) }.joined(separator: ", ") }
}
