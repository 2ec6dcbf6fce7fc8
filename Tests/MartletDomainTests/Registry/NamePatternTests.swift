import MartletDomain
import Testing

struct NamePatternTests {
    @Test(arguments: [
        ("*", "", true), ("*", "a", true), ("a*", "a", true), ("a*", "ab", true), ("a*", "ba", false),
        ("*a", "bca", true), ("*a", "ab", false), ("a*c", "abbc", true), ("a*c", "abb", false), ("?", "", false),
        ("?", "a", true), ("??", "a", false), ("a?c", "abc", true), ("*-*", "flight-delay", true),
        ("*-*", "flight", false), ("**", "x", true), ("", "", true), ("", "a", false), ("A", "a", false),
        ("*aab", "aaaab", true), ("é*", "école", true),
    ])
    func `A star stands for any run of characters, and a question mark for one`(
        pattern: String, name: String, isMatch: Bool
    ) {
        #expect(NamePattern(pattern).matches(name) == isMatch)
    }

    @Test func `A long pattern of stars is matched in no time`() {
        let pattern = NamePattern(String(repeating: "*a", count: 40) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 250)))
    }

    @Test func `Two patterns overlap when some name matches both`() {
        let seed = UInt64.random(in: 0..<1_000_000)
        var random = SplitMix(state: seed)
        let letters = Array("ab*?")
        // Every name of up to four letters of two: enough for patterns of up to three.
        var names = [""]
        for length in 1...4 { names += words(length) }
        for _ in 0..<2_000 {
            func pattern() -> NamePattern {
                NamePattern(
                    String(
                        (0..<Int.random(in: 0...3, using: &random)).map { _ in
                            letters[Int.random(in: 0..<4, using: &random)]
                        }))
            }
            let (one, other) = (pattern(), pattern())
            let common = names.contains { one.matches($0) && other.matches($0) }
            // Names of six letters can be needed by two patterns of three stars between letters.
            if common { #expect(one.overlaps(other), "\(one) and \(other), seed \(seed)") }
            #expect(one.overlaps(other) == other.overlaps(one), "\(one) and \(other), seed \(seed)")
            if one.overlaps(other), !common {
                let longer = words(5) + words(6)
                #expect(
                    longer.contains { one.matches($0) && other.matches($0) }, "\(one) and \(other), seed \(seed)")
            }
        }
    }

    @Test func `The closer pattern is the more specific one`() {
        let patterns = ["*", "?*", "f*", "f?*", "fl*", "flight-*", "flight-delay"]
        for (place, pattern) in patterns.enumerated().dropFirst() {
            #expect(NamePattern(patterns[place - 1]).specificity < NamePattern(pattern).specificity, "\(pattern)")
        }
    }

    private func words(_ length: Int) -> [String] {
        (0..<(1 << length)).map { bits in
            String((0..<length).map { bits & (1 << $0) == 0 ? Character("a") : "b" })
        }
    }
}

struct TimeSpanTests {
    @Test(
        arguments: [
            ("30m", 1_800_000), ("12h", 43_200_000), ("7d", 604_800_000), ("2w", 1_209_600_000), ("90s", 90_000),
            ("P7D", 604_800_000), ("PT12H", 43_200_000), ("P1DT1H", 90_000_000), ("P2W", 1_209_600_000),
            ("PT30M", 1_800_000),
        ] as [(String, Int64)])
    func `A span of time is read as people and ISO 8601 write it`(text: String, milliseconds: Int64) {
        #expect(TimeSpan(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "7", "d", "7x", "P", "PT", "P7", "-7d", "1d2h", "P1M", "99999999999999999999d", "P7DT", "0d"])
    func `What is no span of time is refused`(text: String) { #expect(TimeSpan(text) == nil) }

    @Test(arguments: ["30m", "12h", "7d", "90s"])
    func `A span's words are read as the same span`(text: String) throws {
        #expect(try #require(TimeSpan(text)).words == text)
    }
}
