import Testing

import TerminalText

@Suite struct TextTests {
    @Test(
        arguments: [
            (["a", "b"], "a,b\r\n"),
            (
                ["a,b", "say \"hi\"", "two\nlines", "cr\r", "plain"],
                "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"cr\r\",plain\r\n"
            ),
            ([nil, "", " "], ",\"\", \r\n"),
            ([], "\r\n"),
        ] as [([String?], String)])
    func `Fields are quoted as RFC 4180 has it`(fields: [String?], line: String) {
        #expect(csvLine(fields) == line)
    }

    @Test func `A field with a carriage return and line feed in one character is quoted`() {
        #expect(csvLine(["a\r\nb"]) == "\"a\r\nb\"\r\n")
    }

    @Test(
        arguments: [
            (0.5, "0.5"), (1, "1"), (-3, "-3"), (0.123456789, "0.123457"), (1e-9, "1e-09"), (123_456_789, "123456789"),
            (1e20, "1e+20"), (-9_223_372_036_854_775_808, "-9.22337e+18"), (.nan, "NaN"), (.infinity, "Infinity"),
            (-.greatestFiniteMagnitude, "-Infinity"),
        ] as [(Double, String)])
    func `Numbers for people are short`(value: Double, text: String) { #expect(shortNumber(value) == text) }

    @Test(arguments: [0.1, 1e300, -0.0, .leastNonzeroMagnitude, 1 / 3, 123_456_789.25])
    func `Numbers for programs come back as they were`(value: Double) {
        #expect(Double(exactNumber(value))?.bitPattern == value.bitPattern)
    }

    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (999_960, "1.0 MB"), (5_000_000_000_000_000, "5000.0 TB"),
        ] as [(Int64, String)])
    func `Sizes have units of a thousand`(bytes: Int64, text: String) { #expect(shortSize(bytes) == text) }

    @Test(
        arguments: [
            (0, "0.0 s"), (12_340, "12.3 s"), (200_000, "3 min 20 s"), (7_500_000, "2 h 5 min"),
            (97_200_000, "1 d 3 h"),
            (-1, ""),
        ] as [(Int64, String)])
    func `Spans of time have two units at most`(milliseconds: Int64, text: String) {
        #expect(shortDuration(milliseconds: milliseconds) == text)
    }

    @Test func `A tree keeps the branches of every folder that goes on below`() {
        let deep = FileTree([
            .init("a", size: nil), .init("a/b", size: nil), .init("a/b/c", size: nil), .init("a/b/c/d", size: 1),
            .init("a/e", size: 2), .init("f", size: 3),
        ])
        #expect(
            deep.lines == [
                "├─ a/", "│  ├─ b/", "│  │  └─ c/", "│  │     └─ d  1 B", "│  └─ e  2 B", "└─ f  3 B",
            ])
    }

    @Test func `A tree shows what is in what`() {
        let tree = FileTree([
            .init("model", size: nil), .init("model/MLmodel", size: 1_500), .init("model/data", size: nil),
            .init("model/data/a.bin", size: 3), .init("notes.txt", size: 0),
        ])
        #expect(
            tree.lines == [
                "├─ model/",
                "│  ├─ MLmodel  1.5 kB",
                "│  └─ data/",
                "│     └─ a.bin  3 B",
                "└─ notes.txt  0 B",
            ])
    }
}
