/// A table's name: two or three parts joined by points, `schema.table` or `catalog.schema.table`.
///
/// Each part is a letter, then letters, digits and underscores, 64 at most: a part is also a folder's name.
public struct TableName: Sendable, Hashable {
    public let parts: [String]

    /// - Throws: ``DatasetError/invalidName(_:)``.
    public init(_ text: String) throws(DatasetError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), parts.allSatisfy(Self.isPart) else { throw .invalidName(text) }
        self.parts = parts
    }

    private static func isPart(_ part: String) -> Bool {
        // A leading underscore is Delta's: `_delta_log` lies in a table's own folder.
        guard (1...64).contains(part.utf8.count), let first = part.utf8.first, !(0x30...0x39).contains(first),
            first != 0x5F
        else {
            return false
        }
        return part.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
    }
}

extension TableName: CustomStringConvertible, Codable {
    public var description: String { parts.joined(separator: ".") }

    public init(from decoder: any Decoder) throws {
        self = try TableName(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A table as it was: `flights.flights@3`. Everything that is computed records these, so that it can be computed again.
public struct TableReference: Sendable, Hashable {
    public var name: TableName
    public var version: Int64

    public init(_ name: TableName, version: Int64) { (self.name, self.version) = (name, version) }

    /// - Throws: ``DatasetError/invalidReference(_:)``.
    public init(_ text: String) throws(DatasetError) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let version = Int64(parts[1]), version >= 0 else { throw .invalidReference(text) }
        self.init(try TableName(String(parts[0])), version: version)
    }
}

extension TableReference: CustomStringConvertible, Codable {
    public var description: String { "\(name)@\(version)" }

    public init(from decoder: any Decoder) throws {
        self = try TableReference(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
