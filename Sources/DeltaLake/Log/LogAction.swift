import Foundation

/// One line of a log entry. Actions and fields that are not named here are ignored, as the protocol asks.
///
/// Source: delta-io/delta, PROTOCOL.md, "Actions".
struct LogAction: Decodable {
    var `protocol`: ProtocolVersions?
    var metaData: TableMetadata?
    var add: AddFile?
    var remove: RemoveFile?
    var txn: TransactionAction?
    var commitInfo: CommitMark?
}

/// What a commit of ours says of its entry. Others write what they like there, of any type.
struct CommitMark: Decodable {
    /// Actions of the entry, this one too.
    var actionCount: Int?

    enum CodingKeys: String, CodingKey { case actionCount = "martletActionCount" }

    init(from decoder: any Decoder) {
        let members = try? decoder.container(keyedBy: CodingKeys.self)
        actionCount = try? members?.decode(Int.self, forKey: .actionCount)
    }
}

/// What a program must be able to do to read or write the table.
struct ProtocolVersions: Decodable, Equatable {
    var minReaderVersion: Int
    var minWriterVersion: Int
    /// Only meant with reader version 3.
    var readerFeatures: [String]?
    /// Only meant with writer version 7.
    var writerFeatures: [String]?

    static let ours = ProtocolVersions(minReaderVersion: 1, minWriterVersion: 2)

    var json: JSONText {
        var members: [(String, JSONText)] = [
            ("minReaderVersion", .integer(Int64(minReaderVersion))),
            ("minWriterVersion", .integer(Int64(minWriterVersion))),
        ]
        if let readerFeatures { members.append(("readerFeatures", .array(readerFeatures.map { .string($0) }))) }
        if let writerFeatures { members.append(("writerFeatures", .array(writerFeatures.map { .string($0) }))) }
        return .object(members)
    }
}

/// What the table is: its identity, columns and properties.
struct TableMetadata: Decodable, Equatable {
    struct Format: Decodable, Equatable {
        var provider: String
        var options: [String: String?]?
    }

    var id: String
    var name: String?
    var description: String?
    var format: Format
    var schemaString: String
    var partitionColumns: [String]
    /// Milliseconds since 1970.
    var createdTime: Int64?
    var configuration: [String: String?]?

    var isAppendOnly: Bool { (configuration?["delta.appendOnly"] ?? nil)?.lowercased() == "true" }

    var json: JSONText {
        var members: [(String, JSONText)] = [("id", .string(id))]
        if let name { members.append(("name", .string(name))) }
        if let description { members.append(("description", .string(description))) }
        members += [
            ("format", .object([("provider", .string(format.provider)), ("options", Self.json(format.options))])),
            ("schemaString", .string(schemaString)),
            ("partitionColumns", .array(partitionColumns.map { .string($0) })),
        ]
        if let createdTime { members.append(("createdTime", .integer(createdTime))) }
        members.append(("configuration", Self.json(configuration)))
        return .object(members)
    }

    private static func json(_ strings: [String: String?]?) -> JSONText {
        .object((strings ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, .optional($0.value)) })
    }
}

/// A data file that became part of the table.
struct AddFile: Decodable, Equatable {
    /// Relative to the table, encoded as a URI.
    var path: String
    var partitionValues: [String: String?]?
    var size: Int64?
    /// Milliseconds since 1970.
    var modificationTime: Int64?
    var dataChange: Bool?
    var stats: String?
    var tags: [String: String?]?
    /// Says which rows of the file are no longer in the table.
    var deletionVector: DeletionVectorDescriptor?

    /// Rows of the file as its statistics say, deleted ones too; nil when they do not or cannot be right.
    var rowCount: Int64? {
        struct Statistics: Decodable { var numRecords: Int64? }
        guard let stats, let read = try? JSONDecoder().decode(Statistics.self, from: Data(stats.utf8)),
            let rows = read.numRecords, rows >= 0
        else { return nil }
        return rows
    }

    /// The action that takes this file out of the table again.
    /// - Parameter dataChange: False when the same rows are added again in other files.
    func removal(at milliseconds: Int64, dataChange: Bool = true) -> JSONText {
        var members: [(String, JSONText)] = [
            ("path", .string(path)), ("deletionTimestamp", .integer(milliseconds)),
            ("dataChange", .boolean(dataChange)),
            ("extendedFileMetadata", .boolean(true)),
            (
                "partitionValues",
                .object((partitionValues ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, .optional($0.value)) })
            ),
        ]
        if let size { members.append(("size", .integer(size))) }
        return .object([("remove", .object(members))])
    }
}

/// A data file that is no longer part of the table.
struct RemoveFile: Decodable, Equatable {
    var path: String
    /// The one that the file had when it was removed.
    var deletionVector: DeletionVectorDescriptor?
    var dataChange: Bool?
    /// Milliseconds since 1970.
    var deletionTimestamp: Int64?
    var extendedFileMetadata: Bool?
    var partitionValues: [String: String?]?
    var size: Int64?
}
