import MartletDomain
import Testing

@Suite struct ArtifactPathTests {
    @Test(arguments: [
        ("a/b.txt", ["a", "b.txt"]), ("a b/é ✈.txt", ["a b", "é ✈.txt"]), ("a//b/", ["a", "b"]),
        ("./a/./b", ["a", "b"]),
        ("100%", ["100%"]), ("50% + 1%zz", ["50% + 1%zz"]), ("a%20b", ["a%20b"]), ("....", ["...."]),
        ("..a/a..", ["..a", "a.."]),
        ("a;b", ["a;b"]), ("a:b", ["a:b"]), ("CON/nul", ["CON", "nul"]), (" ", [" "]),
    ])
    func `A path is its names, however its slashes are written`(text: String, names: [String]) throws {
        #expect(try ArtifactPath(text).names == names)
    }

    @Test(arguments: [
        "", "/", ".", "./.", "/a", "//a", "..", "../a", "a/..", "a/../b", "a/b/../../..", "%2e%2e/a", "%2E%2e",
        "%252e%252e%252fa",
        "%25252e%25252e/a", "..%2fa", "a/..%5cb", "..%5c..", "..\\a", "a\\b", "\\\\server\\share", "C:/a", "c:",
        "C:%5ca", "C:%2fa", "%2fetc/passwd",
        "%252fetc", "a%00b", "a\u{0}", "a\nb", "a\u{7F}", "%0d%0aa", "a#b", "a%23b", "..;/a", "..;x=1/a", ".;/a",
        "a/..;/b", "..%3b/a",
        "%c0%ae%c0%ae/a", "%C0%AF", "%e0%80%af", "%ff", "%f0%80%80%ae", "file:/etc/passwd", "FILE:///etc",
        "%66ile:/etc",
        ".martlet-incoming", ".martlet-incoming/x", "./.martlet-incoming/x", "%2emartlet-incoming/x",
        String(repeating: "x", count: 256), String(repeating: "x/", count: 1_025),
        "%" + String(repeating: "25", count: 20) + "2e", "a/%2e/b", "a%2f%2fb", "a%2f", "\u{301}a", "a/\u{301}b",
        "a/%CC%81b",
    ])
    func `No spelling of a way out is a path`(text: String) {
        #expect(throws: ArtifactError.self, "\(text)") { try ArtifactPath(text) }
    }

    @Test func `An encoded path is decoded once, byte by byte`() throws {
        #expect(try ArtifactPath(encoded: "a%20b/%C3%A9%2B+.txt").names == ["a b", "é++.txt"])
        #expect(try ArtifactPath(encoded: "100%25").names == ["100%"])
        for text in ["%c3", "%C3%28", "%2e%2e/a", "%252e%252e/a", "a%ZZ/.."] {
            #expect(throws: ArtifactError.self, "\(text)") { try ArtifactPath(encoded: text) }
        }
        for text in ["a b/é", "100% + 1", "~-._", "ü/✈"] {
            #expect(PercentEncoding.text(PercentEncoding.encode(text)) == text)
        }
    }
}
