import MartletDomain
import QueryEngine

extension DeltaTable {
    /// Writes the rows of small files into fewer, larger ones, partition by partition; the table has the same rows
    /// afterwards.
    ///
    /// Appends of others meanwhile do not matter; that one of the files was taken away does.
    /// - Parameters:
    ///   - targetBytes: Files of at least this size stay; smaller ones are put together until they have about it.
    ///   - sortedBy: Columns by which the rows of each new file are sorted, nulls last. Without them they keep
    ///     their order.
    ///   - zOrderedBy: Columns, a key and a time for instance, by any of which a look-up shall read few files: the rows
    ///     of all files of a partition, large ones too, are ordered so that each new file holds few values of every
    ///     one. Files that were ordered by the same columns before stay, unless others are put to them.
    /// - Returns: Nil when there was nothing to put together.
    package func optimize(
        targetBytes: Int64 = 256 << 20, sortedBy: [String] = [], zOrderedBy: [String] = [],
        commit info: CommitInfo = CommitInfo(operation: "OPTIMIZE")
    ) async throws -> CommitResult? {
        try await engine.withSession { [log] session in
            guard let base = try Self.latest(log, session) else { throw DeltaError.tableNotFound(table: log.table) }
            try base.checkWritable(removing: false)
            let unknown = sortedBy.filter { base.schema[$0] == nil }
            guard unknown.isEmpty else {
                let problems = unknown.map { "column '\($0)' is not in the table: sort by one that is" }
                throw DeltaError.schemaMismatch(table: log.table, problems: problems)
            }
            let order = try zOrderedBy.isEmpty ? nil : ZOrder(zOrderedBy, sortedBy: sortedBy, base, session)
            let (snapshot, partitions) = (try base.snapshot(at: 0, session), base.metadata.partitionColumns)
            let groups =
                order?.groups(base.replay.files, snapshot.files, by: partitions, targetBytes)
                ?? Compaction.groups(base.replay.files, snapshot.files, by: partitions, targetBytes)
            guard !groups.isEmpty else { return nil }
            let stored = TableSchema(base.schema.fields.filter { !partitions.contains($0.name) })
            var files: [DataFile] = []
            do {
                for group in groups {
                    var part = snapshot
                    part.files = group.files.map(\.found)
                    if let order {
                        files += try order.write(part, stored, group.partition, targetBytes: targetBytes, in: log)
                    } else if let file = try Compaction.write(part, stored, group.partition, sortedBy, log, session) {
                        files.append(file)
                    }
                }
            } catch {
                for file in files { DurableFile.remove(file.path) }
                throw error
            }
            var commit = WriteCommit(
                log: log, mode: .rearrange(groups.flatMap { $0.files.map(\.logged) }), schema: base.schema,
                partitionColumns: partitions, files: files, info: info, transaction: nil)
            commit.parameters = [
                "targetSize": String(targetBytes), "zOrderBy": JSONText.texts(zOrderedBy).text, "predicate": "[]",
            ]
            return try Self.land(commit, on: base, session)
        }
    }
}

/// Which files are put together.
enum Compaction {
    struct Group {
        var partition: DataFile.Partition
        var files: [(logged: AddFile, found: DeltaSnapshot.File)]
    }

    /// Writes the rows of some files into one.
    static func write(
        _ rows: DeltaSnapshot, _ stored: TableSchema, _ partition: DataFile.Partition, _ sortedBy: [String],
        _ log: LogFolder, _ session: any QuerySession
    ) throws -> DataFile? {
        let order = sortedBy.map { quotedIdentifier($0) + " NULLS LAST" }.joined(separator: ", ")
        let columns = stored.names.map(quotedIdentifier).joined(separator: ", ")
        let sql = "SELECT \(columns) FROM \(rows.relation)\(order.isEmpty ? "" : " ORDER BY \(order)")"
        return try DataFile.write(sql, [], stored, partition, in: log, session, compression: .zstd)
    }

    /// Groups of at least two files each, in the order of the table; those of one group have equal partition values.
    /// - Parameter found: The files of `logged`, in the same order.
    static func groups(
        _ logged: [AddFile], _ found: [DeltaSnapshot.File], by columns: [String], _ targetBytes: Int64
    ) -> [Group] {
        var open: [[ExactText?]: (bytes: Int64, group: Group)] = [:]
        var order: [[ExactText?]] = []
        var closed: [Group] = []
        for (logged, found) in zip(logged, found) where found.bytes < targetBytes {
            let values = columns.map { found.partitionValues[$0] ?? nil }
            let key = values.map { $0.map { ExactText($0) } }
            if open[key] == nil { order.append(key) }
            let partition = zip(columns, values).map { (column: $0, value: $1) }
            var current = open[key] ?? (0, Group(partition: partition, files: []))
            current.bytes &+= found.bytes
            current.group.files.append((logged, found))
            if current.bytes >= targetBytes {
                closed.append(current.group)
                current = (0, Group(partition: partition, files: []))
            }
            open[key] = current
        }
        closed += order.compactMap { open[$0]?.group }
        return closed.filter { $0.files.count > 1 }
    }
}
