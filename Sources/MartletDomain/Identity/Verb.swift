/// What a request wants to do: `registry.transition_stage`. The same words name the change in the audit log.
public struct Verb: Sendable, Hashable {
    /// The capability: `registry`.
    public let service: String
    /// `transition_stage`.
    public let action: String

    public init(_ service: String, _ action: String) { (self.service, self.action) = (service, action) }

    public init(_ action: AuditAction) { self.init(action.service, action.name) }

    /// Whether it only looks: such verbs begin with `get_`, `list_`, `search_` or `read_`.
    public var isReading: Bool { ["get_", "list_", "search_", "read_"].contains { action.hasPrefix($0) } }
}

extension Verb: CustomStringConvertible, ExpressibleByStringLiteral {
    public var description: String { "\(service).\(action)" }

    public init(stringLiteral text: String) {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        self.init(parts.first ?? "", parts.count == 2 ? parts[1] : "")
    }
}

/// Verbs that are meant together: `registry.transition_stage`, `tracking.*`, `*.get_*`, `*`.
///
/// A `*` stands for any letters of one part; alone it means every verb.
public struct VerbPattern: Sendable, Hashable {
    private let service: String
    private let action: String

    /// - Returns: Nil unless it is a service and an action of small letters, digits, `_` and `*`, with a point between.
    public init?(_ text: String) {
        if text == "*" {
            (service, action) = ("*", "*")
            return
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard text.utf8.count <= 128, parts.count == 2, parts.allSatisfy(Self.isPart) else { return nil }
        (service, action) = (parts[0], parts[1])
    }

    private static func isPart(_ part: String) -> Bool {
        !part.isEmpty
            && part.utf8.allSatisfy { byte in
                switch byte {
                case 0x2A, 0x30...0x39, 0x5F, 0x61...0x7A: true
                default: false
                }
            }
    }

    /// Whether it means verbs that only look.
    public var isReading: Bool { Verb(service, action).isReading }

    public func matches(_ verb: Verb) -> Bool {
        Self.matches(service.utf8, verb.service.utf8) && Self.matches(action.utf8, verb.action.utf8)
    }

    /// Whether `text` has the pieces of `pattern` between its stars, in their order. Linear but for the last star's
    /// piece.
    private static func matches(_ pattern: String.UTF8View, _ text: String.UTF8View) -> Bool {
        let star = UInt8(ascii: "*")
        var (place, character) = (pattern.startIndex, text.startIndex)
        var resume: (pattern: String.UTF8View.Index, text: String.UTF8View.Index)?
        while character < text.endIndex {
            if place < pattern.endIndex, pattern[place] == star {
                place = pattern.index(after: place)
                resume = (place, character)
            } else if place < pattern.endIndex, pattern[place] == text[character] {
                (place, character) = (pattern.index(after: place), text.index(after: character))
            } else if let last = resume {
                let next = text.index(after: last.text)
                resume = (last.pattern, next)
                (place, character) = (last.pattern, next)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == star }
    }
}

extension VerbPattern: CustomStringConvertible, ExpressibleByStringLiteral, Codable {
    public var description: String { service == "*" && action == "*" ? "*" : "\(service).\(action)" }

    /// A text that is no pattern matches nothing.
    public init(stringLiteral text: String) {
        if let pattern = Self(text) { self = pattern } else { (service, action) = ("", "") }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let pattern = Self(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(text)' is not verbs: write them as service.action, tracking.* or *.get_*")
        }
        self = pattern
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
