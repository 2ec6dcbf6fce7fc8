/// A span of time of fixed length, as people write it: `30m`, `12h`, `7d`, `2w`, or as ISO 8601 has it: `P7D`, `PT12H`,
/// `P2W`.
public struct TimeSpan: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func days(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count * 86_400_000) }
    public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count * 1_000) }
    public static func minutes(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count * 60_000) }

    /// Nil for anything else, for nothing, and for more than a hundred years.
    public init?(_ text: String) {
        let word = text.uppercased()
        let isISO = word.hasPrefix("P")
        var (total, digits, isTime, count) = (Int64(0), "", !isISO, 0)
        for character in isISO ? word.dropFirst() : word[...] {
            if character == "T", isISO, !isTime, digits.isEmpty {
                isTime = true
            } else if character.isASCII, character.isNumber {
                digits.append(character)
            } else {
                guard let number = Int64(digits), number <= 1_000_000_000,
                    let unit = Self.unit(character, isISO: isISO, isTime: isTime)
                else { return nil }
                total += number * unit
                (digits, count) = ("", count + 1)
                guard total <= 36_525 * 86_400_000 else { return nil }
            }
        }
        guard digits.isEmpty, !word.hasSuffix("T"), count > 0, isISO || count == 1, total > 0 else { return nil }
        milliseconds = total
    }

    private static func unit(_ letter: Character, isISO: Bool, isTime: Bool) -> Int64? {
        switch letter {
        case "W" where !isISO || !isTime: 7 * 86_400_000
        case "D" where !isISO || !isTime: 86_400_000
        case "H" where isTime: 3_600_000
        case "M" where isTime: 60_000
        case "S" where isTime: 1_000
        default: nil
        }
    }

    /// `7d`, `12h`, `30m` or `90s`.
    public var words: String {
        for (unit, letter) in [(Int64(86_400_000), "d"), (3_600_000, "h"), (60_000, "m")]
        where milliseconds % unit == 0 {
            return "\(milliseconds / unit)\(letter)"
        }
        return "\(milliseconds / 1_000)s"
    }

    public var description: String { words }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}

extension TimeSpan: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let span = TimeSpan(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is no span of time: write 30m, 12h, 7d or P7D")
        }
        self = span
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(words)
    }
}
