import AuditLog
import Foundation
import Testing

@Suite struct CanonicalJSONTests {
    private func text(_ value: CanonicalJSON) throws -> String {
        String(decoding: try value.encoded(), as: UTF8.self)
    }

    @Test func `Numbers are written as ECMAScript writes them`() throws {
        let file = AuditGolden.folder.appendingPathComponent("numbers.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 411)
        for line in lines {
            let parts = line.split(separator: " ")
            let value = Double(bitPattern: try #require(UInt64(parts[0], radix: 16)))
            #expect(try text(.number(value)) == parts[1])
        }
    }

    @Test func `Random doubles are read back bit for bit`() throws {
        var generator = SeededGenerator(seed: 8785)
        for _ in 0..<5000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let bytes = try CanonicalJSON.number(value).encoded()
            #expect(Double(String(decoding: bytes, as: UTF8.self)) == value, "seed 8785, \(value)")
            let read = try CanonicalJSON(canonical: bytes)
            #expect(try read.encoded() == bytes, "seed 8785, \(value)")
        }
    }

    @Test func `What has no canonical form is refused`() throws {
        for value in [Double.nan, .infinity, -.infinity] {
            #expect(throws: AuditLogError.self) { try CanonicalJSON.number(value).encoded() }
        }
        #expect(throws: AuditLogError.self) { try CanonicalJSON.integer(1 << 53).encoded() }
        #expect(throws: AuditLogError.self) { try CanonicalJSON.integer(.min).encoded() }
        #expect(try text(.integer(-(1 << 53) + 1)) == "-9007199254740991")
        var deep = CanonicalJSON.null
        for _ in 0...CanonicalJSON.maximumDepth { deep = .array([deep]) }
        #expect(throws: AuditLogError.self) { try deep.encoded() }
    }

    @Test func `Keys are sorted by UTF-16 and only what must be is escaped`() throws {
        let keys = ["\u{20AC}", "\r", "\u{FB33}", "1", "\u{1F600}", "\u{80}", "\u{F6}"]
        let value = CanonicalJSON.object(Dictionary(uniqueKeysWithValues: keys.map { ($0, .null) }))
        let expected = ["\\r", "1", "\u{80}", "\u{F6}", "\u{20AC}", "\u{1F600}", "\u{FB33}"]
        #expect(try text(value) == "{" + expected.map { "\"\($0)\":null" }.joined(separator: ",") + "}")
        let odd = CanonicalJSON.string("\u{20AC}$\u{F}\u{A}A'\u{42}\u{22}\u{5C}\\\"/\u{7F}\u{8}\u{C}\u{9}\u{2028}")
        #expect(
            try text(odd) == #""€$\u000f\nA'B\"\\\\\"/"# + "\u{7F}" + #"\b\f\t"# + "\u{2028}\"")
        #expect(
            try text(.array([.bool(true), .bool(false), .null, .object([:]), .array([])])) == "[true,false,null,{},[]]")
    }

    @Test func `Only canonical bytes are read`() throws {
        let good = [#"{"a":1,"b":[true,null,"x\n"]}"#, "1e+21", "0.1", #""\u001f""#, "-7"]
        for text in good {
            #expect(try CanonicalJSON(canonical: Array(text.utf8)).encoded() == Array(text.utf8), "\(text)")
        }
        let bad = [
            "", " 1", "1 ", "{ }", #"{"b":1,"a":2}"#, #"{"a":1,"a":2}"#, "[1,]", "01", "1.0", "-0", "1e21", "1E+21",
            "+1",
            "nul", "tru", #""\u0041""#, #""\/""#, #""\u000a""#, #""\ud83d\ude00""#, "\"\n\"", "\"abc", "{\"a\"}", "[",
            "9007199254740993",
            "1e999", "NaN", "\u{FEFF}1", String(repeating: "[", count: 100_000), #"{"\u00e9":1}"#,
            "{\"e\u{301}\":1,\"\u{E9}\":2}",
        ]
        for text in bad {
            #expect(throws: AuditLogError.self, "\(text.prefix(40))") { try CanonicalJSON(canonical: Array(text.utf8)) }
        }
        #expect(throws: AuditLogError.self) { try CanonicalJSON(canonical: [0x22, 0xFF, 0x22]) }
    }

    @Test func `SHA-256 of known text is known`() throws {
        #expect(
            CanonicalJSON.sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(try CanonicalJSON.object([:]).sha256Hex() == CanonicalJSON.sha256Hex("{}"))
    }
}
