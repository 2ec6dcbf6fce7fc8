/// A piece of a file that a person wrote, with the line that it stands on, so that what is wrong can be pointed at.
public struct LocatedNode: Sendable {
    public indirect enum Content: Sendable {
        case null
        case scalar(DeclarationNode.Scalar)
        case list([LocatedNode])
        case mapping([Entry])
    }

    public struct Entry: Sendable {
        public var key: String
        public var line: Int?
        public var value: LocatedNode

        public init(_ key: String, line: Int?, _ value: LocatedNode) {
            (self.key, self.line, self.value) = (key, line, value)
        }
    }

    /// From 1; nil when it is not known.
    public var line: Int?
    public var content: Content

    public init(line: Int?, _ content: Content) { (self.line, self.content) = (line, content) }

    public init(_ node: DeclarationNode) {
        line = nil
        content =
            switch node {
            case .null: .null
            case .scalar(let scalar): .scalar(scalar)
            case .list(let elements): .list(elements.map { LocatedNode($0) })
            case .mapping(let entries):
                .mapping(entries.map { Entry($0.key, line: nil, LocatedNode($0.value)) })
            }
    }

    public var scalar: DeclarationNode.Scalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
    public var entries: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }
    public var elements: [LocatedNode]? { if case .list(let elements) = content { elements } else { nil } }
    public var isNull: Bool { if case .null = content { true } else { false } }
}

/// Everything that is wrong with a file, a line each.
public struct ConfigurationProblems: MartletError, Equatable {
    public var problems: [String]

    public init(_ problems: [String]) { self.problems = problems }

    public var code: ErrorCode { .invalidState }
    public var message: String { problems.joined(separator: "\n") }
}

/// Reads values out of located nodes and gathers what is wrong with them.
struct LocatedReader {
    /// Most elements of any list.
    static let longestList = 200

    private(set) var problems: [String] = []

    mutating func report(_ line: Int?, _ place: String, _ problem: String) {
        problems.append("\(line.map { "line \($0): " } ?? "")\(place) \(problem)")
    }

    /// The values of a mapping by their keys; each that is not known is reported.
    mutating func mapping(_ node: LocatedNode, _ place: String, known: [String]) -> [String: LocatedNode] {
        if node.isNull { return [:] }
        guard let entries = node.entries else {
            report(node.line, place, "must be a mapping of \(known.joined(separator: ", "))")
            return [:]
        }
        var values: [String: LocatedNode] = [:]
        for entry in entries {
            if !known.contains(entry.key) {
                report(
                    entry.line, place, "does not know '\(entry.key)'; known are \(known.joined(separator: ", "))")
            } else if values[entry.key] != nil {
                report(entry.line, place, "has '\(entry.key)' twice")
            } else {
                values[entry.key] = entry.value
            }
        }
        return values
    }

    mutating func elements(_ node: LocatedNode?, _ place: String) -> [LocatedNode] {
        guard let node, !node.isNull else { return [] }
        guard let elements = node.elements else {
            report(node.line, place, "must be a list")
            return []
        }
        if elements.count > Self.longestList { report(node.line, place, "has more than \(Self.longestList) elements") }
        return Array(elements.prefix(Self.longestList))
    }

    mutating func text(_ node: LocatedNode?, _ place: String) -> String? {
        guard let node, !node.isNull else { return nil }
        guard let text = node.scalar?.text, !text.isEmpty, text.utf8.count <= 1_000 else {
            report(node.line, place, "must be a word")
            return nil
        }
        return text
    }

    /// A list of words; one word stands for a list of one.
    mutating func texts(_ node: LocatedNode?, _ place: String) -> [String] {
        guard let node, !node.isNull else { return [] }
        if node.scalar != nil { return text(node, place).map { [$0] } ?? [] }
        return elements(node, place).compactMap { text($0, place) }
    }

    mutating func flag(_ node: LocatedNode?, _ place: String) -> Bool {
        guard let node, !node.isNull else { return false }
        guard let flag = node.scalar?.boolean else {
            report(node.line, place, "must be true or false")
            return false
        }
        return flag
    }

    mutating func number(_ node: LocatedNode?, _ place: String, in range: ClosedRange<Double>? = nil) -> Double? {
        guard let node, !node.isNull else { return nil }
        guard let number = node.scalar?.double ?? node.scalar?.long.map(Double.init), number.isFinite else {
            report(node.line, place, "must be a number")
            return nil
        }
        if let range, !range.contains(number) {
            report(node.line, place, "must be between \(range.lowerBound) and \(range.upperBound), not \(number)")
            return nil
        }
        return number
    }

    mutating func count(_ node: LocatedNode?, _ place: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let node, !node.isNull else { return nil }
        guard let count = node.scalar?.long, range.contains(count) else {
            report(
                node.line, place, "must be a whole number between \(range.lowerBound) and \(range.upperBound)")
            return nil
        }
        return count
    }

    mutating func span(_ node: LocatedNode?, _ place: String) -> TimeSpan? {
        guard let text = text(node, place) else { return nil }
        guard let span = TimeSpan(text) else {
            report(node?.line, place, "must be a span of time, as 30m, 12h, 7d or P7D, not '\(text)'")
            return nil
        }
        return span
    }
}
