/// A pattern of names: `*` stands for any run of characters, `?` for one, everything else for itself, in the case it
/// has.
public struct NamePattern: Sendable, Hashable, CustomStringConvertible {
    public let text: String
    private let parts: [Part]

    private enum Part: Hashable { case any, one, literal(Unicode.Scalar) }

    public init(_ text: String) {
        self.text = text
        parts = text.unicodeScalars.map { scalar -> Part in
            switch scalar {
            case "*": .any
            case "?": .one
            default: .literal(scalar)
            }
        }.reduce(into: []) { parts, part in
            if !(part == .any && parts.last == .any) { parts.append(part) }
        }
    }

    public static let all = NamePattern("*")

    public var description: String { text }

    /// How closely it says what it means: no wildcard before any, then more characters that stand for themselves, then
    /// more that stand for one.
    public struct Specificity: Sendable, Hashable, Comparable {
        var isExact: Bool
        var literals: Int
        var ones: Int

        public static func < (left: Self, right: Self) -> Bool {
            if left.isExact != right.isExact { return right.isExact }
            return (left.literals, left.ones) < (right.literals, right.ones)
        }
    }

    public var specificity: Specificity {
        let literals = parts.filter { if case .literal = $0 { true } else { false } }.count
        let ones = parts.filter { $0 == .one }.count
        return Specificity(isExact: literals == parts.count, literals: literals, ones: ones)
    }

    /// Takes time in proportion to the lengths' product, whatever the pattern.
    public func matches(_ name: String) -> Bool {
        // Whether the parts so far match what was read so far; one more place than parts.
        var reached = [Bool](repeating: false, count: parts.count + 1)
        reached[0] = true
        for place in parts.indices where parts[place] == .any && reached[place] { reached[place + 1] = true }
        for scalar in name.unicodeScalars {
            var next = [Bool](repeating: false, count: parts.count + 1)
            for place in parts.indices {
                switch parts[place] {
                case .any: next[place + 1] = reached[place + 1] || next[place]
                case .one: next[place + 1] = reached[place]
                case .literal(let wanted): next[place + 1] = reached[place] && wanted == scalar
                }
            }
            reached = next
        }
        return reached[parts.count]
    }

    /// Whether some name matches both.
    public func overlaps(_ other: NamePattern) -> Bool {
        let (mine, theirs) = (parts, other.parts)
        var known: [Int: Bool] = [:]
        func meet(_ left: Int, _ right: Int) -> Bool {
            let key = left * (theirs.count + 1) + right
            if let answer = known[key] { return answer }
            known[key] = false
            let answer: Bool
            if left == mine.count {
                answer = theirs[right...].allSatisfy { $0 == .any }
            } else if right == theirs.count {
                answer = mine[left...].allSatisfy { $0 == .any }
            } else if mine[left] == .any {
                answer = meet(left + 1, right) || meet(left, right + 1)
            } else if theirs[right] == .any {
                answer = meet(left, right + 1) || meet(left + 1, right)
            } else if case .literal(let one) = mine[left], case .literal(let two) = theirs[right] {
                answer = one == two && meet(left + 1, right + 1)
            } else {
                answer = meet(left + 1, right + 1)
            }
            known[key] = answer
            return answer
        }
        return meet(0, 0)
    }
}
