import Foundation
import MartletServer
import Testing

@Suite struct AnyJSONTests {
    /// Each is what Python's `json.loads` makes of the text.
    @Test(arguments: [
        ("null", AnyJSON.null), (" true ", .bool(true)), ("-0", .whole(0)), ("-12", .whole(-12)),
        ("1.5e3", .number(1500)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("NaN", .text("nan")),
        ("-Infinity", .number(-.infinity)),
        (#""\u00e9\ud83d\ude00\/\n\"""#, .text("é😀/\n\"")), ("[]", .list([])),
        ("[1, [2.0], {}]", .list([.whole(1), .list([.number(2)]), .object([:])])),
        (#"{"a": 1, "b": {"a": null}, "a": 2}"#, .object(["a": .whole(2), "b": .object(["a": .null])])),
        (#""NaN""#, .text("NaN")),
    ])
    func `A text is read as the value that it spells`(text: String, value: AnyJSON) throws {
        let read = try AnyJSON(parsing: Data(text.utf8))
        // NaN equals nothing.
        if case .number(let number) = read, number.isNaN { return #expect(value == .text("nan")) }
        #expect(read == value)
    }

    @Test(arguments: [
        "", " ", "nul", "tru", "01", "+1", "1.", ".5", "1e", "-", "[1,]", "[1 2]", "{", "{\"a\"}", "{\"a\":}", "{a: 1}",
        "{\"a\": 1,}",
        "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud83d\\u0041\"", "\"\n\"", "1 2", "[1]]", "\u{FEFF}1", "'a'", "Inf", "nan",
    ])
    func `A text that is no JSON is refused`(text: String) {
        #expect(throws: BodyError.self) { try AnyJSON(parsing: Data(text.utf8)) }
    }

    @Test func `Bytes that are no text are refused`() {
        #expect(throws: BodyError.malformed("it is not UTF-8")) { try AnyJSON(parsing: Data([0x22, 0xFF, 0x22])) }
    }

    @Test func `A hundred levels are read, and more are refused before they are followed`() throws {
        func nested(_ depth: Int) -> Data {
            Data((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try AnyJSON(parsing: nested(101))
        #expect(throws: BodyError.self) { try AnyJSON(parsing: nested(102)) }
        #expect(throws: BodyError.self) { try AnyJSON(parsing: nested(500_000)) }
        let objects = String(repeating: #"{"a":"#, count: 500_000)
        #expect(throws: BodyError.self) { try AnyJSON(parsing: Data(objects.utf8)) }
    }
}
