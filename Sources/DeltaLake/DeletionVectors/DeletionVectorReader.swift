import Foundation
import MartletDomain

/// Reads the deletion vectors of a table's files, and refuses each that is not exactly what the log says of it.
///
/// Source: delta-io/delta, PROTOCOL.md, "Deletion Vector File Storage Format".
struct DeletionVectorReader {
    let table: String
    var paths: DataFilePath
    /// Room that the vectors read so far take, in bytes.
    private var room: Int64 = 0

    /// Longest vector that is read, in bytes; one of every row of 2^30 takes so much.
    static let sizeLimit: Int64 = 128 << 20
    /// Room that the vectors of one version may take together, in bytes.
    static let roomLimit: Int64 = 512 << 20
    /// Most rows of a data file with a vector.
    static let rowLimit = Int64(Int32.max)

    init(_ log: LogFolder) {
        table = log.table
        paths = DataFilePath(root: log.root, table: log.table)
    }

    /// The rows that a vector takes out of a data file; nil when it is empty.
    /// - Parameters:
    ///   - file: The data file, as the log has it.
    ///   - physicalRows: Rows that are in the data file.
    mutating func rows(
        of vector: DeletionVectorDescriptor, in file: String, physicalRows: Int64
    ) throws(DeltaError) -> DeletedRows? {
        func refused(_ reason: String) -> DeltaError { .deletionVector(table: table, path: file, reason: reason) }
        guard physicalRows <= Self.rowLimit else {
            throw refused("is of a file of \(physicalRows) rows, more than the \(Self.rowLimit) that Martlet accepts")
        }
        guard vector.sizeInBytes > 0, vector.sizeInBytes <= Self.sizeLimit else {
            throw refused("has \(vector.sizeInBytes) bytes, and Martlet reads 1 to \(Self.sizeLimit)")
        }
        let bytes =
            switch vector.storageType {
            case "i": try inline(vector, file)
            case "u", "p": try stored(vector, file)
            default: throw refused("is stored in a way called '\(vector.storageType)', not 'i', 'u' or 'p'")
            }
        let set: RoaringBitmapArray
        do {
            set = try RoaringBitmapArray(bytes)
        } catch {
            throw refused(error.reason)
        }
        guard set.cardinality == vector.cardinality else {
            throw refused("takes out \(set.cardinality) rows, and the log says \(vector.cardinality)")
        }
        if let last = set.bounds?.upperBound, last >= physicalRows {
            throw refused("takes out row \(last), and the file has \(physicalRows) rows")
        }
        room += DeletedRows.room(for: set)
        guard room <= Self.roomLimit else {
            throw refused("and those before it take more than \(Self.roomLimit) bytes of memory")
        }
        return DeletedRows(set)
    }

    private func inline(_ vector: DeletionVectorDescriptor, _ file: String) throws(DeltaError) -> [UInt8] {
        let reason: String
        if let bytes = Z85.decode(vector.pathOrInlineDv) {
            // Writers fill up to a multiple of four.
            let filling = Int64(bytes.count) - vector.sizeInBytes
            if (0..<4).contains(filling) { return Array(bytes.prefix(Int(vector.sizeInBytes))) }
            reason = "has \(bytes.count) bytes in the log, which says \(vector.sizeInBytes)"
        } else {
            reason = "is in the log as a text that is not base 85 (Z85)"
        }
        throw .deletionVector(table: table, path: file, reason: reason)
    }

    private mutating func stored(_ vector: DeletionVectorDescriptor, _ file: String) throws(DeltaError) -> [UInt8] {
        func refused(_ reason: String) -> DeltaError { .deletionVector(table: table, path: file, reason: reason) }
        let found: (path: String, bytes: Int64)
        do throws(DeltaError) {
            if vector.storageType == "p" {
                found = try paths.resolve(vector.pathOrInlineDv)
            } else if let path = vector.relativePath {
                found = try paths.resolve(decoded: path, logged: path)
            } else {
                throw refused("is named by a text that does not end in a UUID in base 85 (Z85)")
            }
        } catch {
            guard case .missingDataFile(_, let path) = error else { throw error }
            throw refused("is in the file '\(path)', which is gone, perhaps vacuumed")
        }
        let name = "its file '\((found.path as NSString).lastPathComponent)'"
        // Behind the byte of the version when the log does not say where.
        let offset = max(1, vector.offset ?? 1)
        let (end, overflow) = offset.addingReportingOverflow(vector.sizeInBytes + 8)
        guard vector.offset ?? 0 >= 0, !overflow, end <= found.bytes else {
            throw refused("lies beyond the end of \(name), which has \(found.bytes) bytes")
        }
        guard let handle = FileHandle(forReadingAtPath: found.path) else {
            throw .fileSystem(operation: "open", file: found.path, reason: "it could not be read")
        }
        defer { try? handle.close() }
        guard let version = Self.read(1, at: 0, handle), version.first == 1 else {
            throw refused("is in a file of another format: \(name) does not begin with version 1")
        }
        guard let all = Self.read(Int(vector.sizeInBytes) + 8, at: UInt64(offset), handle) else {
            throw refused("could not be read whole from \(name)")
        }
        let size = Self.bigEndian(all.prefix(4))
        guard size == UInt32(vector.sizeInBytes) else {
            throw refused("has \(size) bytes in \(name), and the log says \(vector.sizeInBytes)")
        }
        let bytes = [UInt8](all.dropFirst(4).dropLast(4))
        guard CRC32.checksum(of: bytes) == Self.bigEndian(all.suffix(4)) else {
            throw refused("is damaged: its checksum in \(name) is not that of its bytes")
        }
        return bytes
    }

    /// So many bytes; nil when there are fewer.
    private static func read(_ count: Int, at offset: UInt64, _ handle: FileHandle) -> Data? {
        guard (try? handle.seek(toOffset: offset)) != nil, let data = try? handle.read(upToCount: count),
            data.count == count
        else { return nil }
        return data
    }

    private static func bigEndian(_ bytes: Data) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
