import Foundation
package import MartletDomain
import QueryEngine

extension DeltaTable {
    /// Makes an empty table.
    /// - Returns: Its version, 0.
    /// - Throws: ``DeltaError/tableExists(table:)`` when there is one;
    ///   ``DeltaError/schemaMismatch(table:problems:)`` when no
    ///   table can have these columns.
    @discardableResult
    package func create(
        schema: TableSchema, description: String? = nil, partitionColumns: [String] = [],
        commit info: CommitInfo = CommitInfo(operation: "CREATE TABLE")
    ) async throws -> Int64 {
        let now = Self.now()
        let actions = [
            info.action(
                at: now, parameters: ["partitionBy": JSONText.texts(partitionColumns).text], isBlindAppend: false,
                readVersion: nil)
        ]
        let metadata = try Self.newMetadata(schema, description, partitionColumns, now, table: log.table)
        return try await engine.withSession { [log, actions] _ in
            guard try log.listing() == nil else { throw DeltaError.tableExists(table: log.table) }
            try DurableFile.makeFolder(log.path)
            guard try log.put(actions + Self.definition(metadata), as: 0) else {
                throw DeltaError.tableExists(table: log.table)
            }
            return 0
        }
    }

    static func now() -> Int64 { Date().millisecondsSince1970 ?? 0 }

    /// The actions that a table begins with.
    static func definition(_ metadata: TableMetadata) -> [JSONText] {
        [.object([("protocol", ProtocolVersions.ours.json)]), .object([("metaData", metadata.json)])]
    }

    static func newMetadata(
        _ schema: TableSchema, _ description: String?, _ partitionColumns: [String], _ now: Int64, table: String
    ) throws(DeltaError) -> TableMetadata {
        var problems = SchemaString.problems(in: schema)
        for name in partitionColumns where schema[name] == nil {
            problems.append("partition column '\(name)' is not among the columns")
        }
        if Set(partitionColumns).count != partitionColumns.count
            || partitionColumns.count >= max(schema.fields.count, 1)
        {
            problems.append("the partition columns must differ, and leave a column that is none")
        }
        guard problems.isEmpty else { throw .schemaMismatch(table: table, problems: problems) }
        return TableMetadata(
            id: UUID().uuidString.lowercased(), name: nil, description: description,
            format: .init(provider: "parquet", options: [:]), schemaString: SchemaString.encode(schema),
            partitionColumns: partitionColumns, createdTime: now, configuration: [:])
    }
}
