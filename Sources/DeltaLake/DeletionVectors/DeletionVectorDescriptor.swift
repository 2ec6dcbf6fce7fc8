import Foundation

/// Where the deletion vector of a file is, as an action of the log says it.
///
/// Source: delta-io/delta, PROTOCOL.md, "Deletion Vector Descriptor Schema" and "Derived Fields".
struct DeletionVectorDescriptor: Decodable, Equatable, Hashable {
    /// `u` a file of the table named by a UUID, `p` a file named by its path, `i` the bytes themselves.
    var storageType: String
    var pathOrInlineDv: String
    /// Where in the file it begins, in bytes; the first one of a file when absent.
    var offset: Int64?
    /// Without length and checksum.
    var sizeInBytes: Int64
    /// Number of rows that it takes out.
    var cardinality: Int64

    /// What tells it from others of the same data file.
    var uniqueID: String { storageType + pathOrInlineDv + (offset.map { "@\($0)" } ?? "") }

    /// The file of type `u`, relative to the table; nil when the text ends in no UUID.
    var relativePath: String? {
        let characters = pathOrInlineDv.utf8
        guard characters.count >= 20 else { return nil }
        let prefix = String(decoding: characters.dropLast(20), as: UTF8.self)
        guard let b = Z85.decode(String(decoding: characters.suffix(20), as: UTF8.self)), b.count == 16 else {
            return nil
        }
        let uuid = UUID(
            uuid: (b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15])
        )
        return (prefix.isEmpty ? "" : prefix + "/") + "deletion_vector_\(uuid.uuidString.lowercased()).bin"
    }
}
