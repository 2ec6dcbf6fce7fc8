/// What a classic checkpoint holds: each action as a JSON object of one member.
///
/// Source: delta-io/delta, PROTOCOL.md, "Checkpoints" and "Action Reconciliation".
enum CheckpointActions {
    /// The columns of the Parquet file, as DuckDB's `from_json` wants them.
    static let structure = JSONText.object([
        ("txn", .object([("appId", text), ("version", long), ("lastUpdated", long)])),
        (
            "add",
            .object([
                ("path", text), ("partitionValues", map), ("size", long), ("modificationTime", long),
                ("dataChange", flag), ("stats", text), ("tags", map),
            ])
        ),
        (
            "remove",
            .object([
                ("path", text), ("deletionTimestamp", long), ("dataChange", flag), ("extendedFileMetadata", flag),
                ("partitionValues", map), ("size", long),
            ])
        ),
        (
            "metaData",
            .object([
                ("id", text), ("name", text), ("description", text),
                ("format", .object([("provider", text), ("options", map)])), ("schemaString", text),
                ("partitionColumns", .array([text])), ("createdTime", long), ("configuration", map),
            ])
        ),
        (
            "protocol",
            .object([
                ("minReaderVersion", .string("INTEGER")), ("minWriterVersion", .string("INTEGER")),
                ("readerFeatures", .array([text])), ("writerFeatures", .array([text])),
            ])
        ),
    ]).text

    private static let text = JSONText.string("VARCHAR")
    private static let long = JSONText.string("BIGINT")
    private static let flag = JSONText.string("BOOLEAN")
    private static let map = JSONText.string("MAP(VARCHAR, VARCHAR)")

    /// - Parameter oldest: Files removed before that time, in milliseconds since 1970, are left out.
    static func rows(_ state: TableState, removedSince oldest: Int64) -> [JSONText] {
        let replay = state.replay
        var rows: [JSONText] = [
            .object([("protocol", state.versions.json)]), .object([("metaData", state.metadata.json)]),
        ]
        rows += replay.transactions.values.sorted { $0.appId < $1.appId }.map(\.json)
        rows += replay.files.map { row($0) }
        let tombstones = replay.removed.values.filter { ($0.deletionTimestamp ?? 0) >= oldest }
        rows += tombstones.sorted { $0.path < $1.path }.map { row($0) }
        return rows
    }

    /// A file as the log says it.
    /// - Parameter dataChange: False for one that is in the table already and only said again.
    static func row(_ add: AddFile, dataChange: Bool = false) -> JSONText {
        var members: [(String, JSONText)] = [
            ("path", .string(add.path)), ("partitionValues", strings(add.partitionValues)),
            ("size", .integer(add.size ?? 0)), ("modificationTime", .integer(add.modificationTime ?? 0)),
            ("dataChange", .boolean(dataChange)),
        ]
        if let stats = add.stats { members.append(("stats", .string(stats))) }
        if let tags = add.tags { members.append(("tags", strings(tags))) }
        return .object([("add", .object(members))])
    }

    private static func row(_ remove: RemoveFile) -> JSONText {
        var members: [(String, JSONText)] = [
            ("path", .string(remove.path)), ("deletionTimestamp", .integer(remove.deletionTimestamp ?? 0)),
            ("dataChange", .boolean(false)),
        ]
        if let extended = remove.extendedFileMetadata { members.append(("extendedFileMetadata", .boolean(extended))) }
        if let values = remove.partitionValues { members.append(("partitionValues", strings(values))) }
        if let size = remove.size { members.append(("size", .integer(size))) }
        return .object([("remove", .object(members))])
    }

    private static func strings(_ strings: [String: String?]?) -> JSONText {
        .object((strings ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, .optional($0.value)) })
    }
}
