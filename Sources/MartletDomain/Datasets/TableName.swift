/// A table's name: two or three parts joined by points, `schema.table` or `catalog.schema.table`, and after a colon the
/// branch that is meant, if it is not `main`: `schema.table:cleaned`.
///
/// Each part is a letter, then letters, digits and underscores, 64 at most: a part is also a folder's name. A branch's name
/// may have hyphens, too.
public struct TableName: Sendable, Hashable {
    public let parts: [String]
    /// Nil for `main`.
    public let branch: String?

    /// The branch that every table has.
    public static let mainBranch = "main"

    /// - Throws: ``DatasetError/invalidName(_:)``.
    public init(_ text: String) throws(DatasetError) {
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        let parts = (halves.first ?? "").split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2, (2...3).contains(parts.count), parts.allSatisfy({ Self.isPart($0) }) else {
            throw .invalidName(text)
        }
        let branch = halves.count == 2 ? String(halves[1]) : Self.mainBranch
        guard Self.isPart(branch, hyphens: true) else { throw .invalidName(text) }
        (self.parts, self.branch) = (parts, branch == Self.mainBranch ? nil : branch)
    }

    private init(parts: [String], branch: String?) { (self.parts, self.branch) = (parts, branch) }

    /// The table itself, whichever branch this name means.
    public var main: TableName { TableName(parts: parts, branch: nil) }

    /// The same table on that branch; nil and `main` mean the table itself.
    /// - Throws: ``DatasetError/invalidName(_:)``.
    public func on(branch: String?) throws(DatasetError) -> TableName {
        guard let branch, branch != Self.mainBranch else { return main }
        guard Self.isPart(branch, hyphens: true) else { throw .invalidName("\(main):\(branch)") }
        return TableName(parts: parts, branch: branch)
    }

    private static func isPart(_ part: String, hyphens: Bool = false) -> Bool {
        // A leading underscore is Delta's: `_delta_log` lies in a table's own folder.
        guard (1...64).contains(part.utf8.count), let first = part.utf8.first, !(0x30...0x39).contains(first),
            first != 0x5F, first != 0x2D
        else {
            return false
        }
        return part.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            case 0x2D: hyphens
            default: false
            }
        }
    }
}

extension TableName: CustomStringConvertible, Codable {
    public var description: String { parts.joined(separator: ".") + (branch.map { ":" + $0 } ?? "") }

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
