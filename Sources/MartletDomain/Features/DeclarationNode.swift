/// A piece of a file that a person wrote (YAML or JSON), before it means anything: order kept, nothing lost.
///
/// Read whole before it is understood, so that every problem in it can be listed at once.
public indirect enum DeclarationNode: Sendable, Equatable {
    case null
    case scalar(Scalar)
    case list([DeclarationNode])
    /// In the order of the file. (JSON has no order: list features there as an array of objects with a `name`.)
    case mapping([Entry])

    public struct Entry: Sendable, Equatable {
        public var key: String
        public var value: DeclarationNode

        public init(_ key: String, _ value: DeclarationNode) { (self.key, self.value) = (key, value) }
    }

    /// One plain value and each reading that it allows: YAML does not say whether `12` is a number or a name.
    public struct Scalar: Sendable, Equatable {
        public var text: String
        public var boolean: Bool?
        public var long: Int64?
        public var double: Double?

        public init(text: String, boolean: Bool? = nil, long: Int64? = nil, double: Double? = nil) {
            (self.text, self.boolean, self.long, self.double) = (text, boolean, long, double)
        }
    }

    /// Levels of nesting that a declaration may have.
    public static let depthLimit = 12

    public var text: String? { if case .scalar(let scalar) = self { scalar.text } else { nil } }
    public var boolean: Bool? { if case .scalar(let scalar) = self { scalar.boolean } else { nil } }
    public var long: Int64? { if case .scalar(let scalar) = self { scalar.long } else { nil } }
    public var double: Double? { if case .scalar(let scalar) = self { scalar.double } else { nil } }
    public var entries: [Entry]? { if case .mapping(let entries) = self { entries } else { nil } }
    public var elements: [DeclarationNode]? { if case .list(let elements) = self { elements } else { nil } }

    public subscript(key: String) -> DeclarationNode? { entries?.first { $0.key == key }?.value }

    /// One name, or a list of names; nil if this is neither.
    public var names: [String]? {
        if let text { return [text] }
        guard let elements else { return nil }
        let names = elements.compactMap(\.text)
        return names.count == elements.count ? names : nil
    }
}

extension DeclarationNode: Codable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        guard decoder.codingPath.count <= Self.depthLimit else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath, debugDescription: "nested more than \(Self.depthLimit) levels deep")
            )
        }
        if let container = try? decoder.container(keyedBy: Key.self) {
            self = .mapping(
                try container.allKeys.map {
                    Entry($0.stringValue, try container.decode(DeclarationNode.self, forKey: $0))
                })
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [DeclarationNode] = []
            while !container.isAtEnd { elements.append(try container.decode(DeclarationNode.self)) }
            self = .list(elements)
        } else {
            self = try Self.scalar(from: decoder.singleValueContainer())
        }
    }

    private static func scalar(from container: any SingleValueDecodingContainer) throws -> DeclarationNode {
        if container.decodeNil() { return .null }
        let boolean = try? container.decode(Bool.self)
        let long = try? container.decode(Int64.self)
        let double = try? container.decode(Double.self)
        let text: String? =
            (try? container.decode(String.self)) ?? boolean.map(\.description) ?? long.map(\.description)
            ?? double.map(\.description)
        guard let text else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "neither a word nor a number")
        }
        return .scalar(Scalar(text: text, boolean: boolean, long: long, double: double))
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .scalar(let scalar):
            var container = encoder.singleValueContainer()
            if let boolean = scalar.boolean {
                try container.encode(boolean)
            } else if let long = scalar.long {
                try container.encode(long)
            } else if let double = scalar.double {
                try container.encode(double)
            } else {
                try container.encode(scalar.text)
            }
        case .list(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .mapping(let entries):
            var container = encoder.container(keyedBy: Key.self)
            for entry in entries { try container.encode(entry.value, forKey: Key(stringValue: entry.key)) }
        }
    }
}
