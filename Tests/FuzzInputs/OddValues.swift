/// Values that programs stumble over.
enum OddValues {
    static let numbers = [
        "0", "-0", "-1", "1", "0.0", "-0.0", "1e999", "-1e999", "1e-999", "5e-324", "1.7976931348623157e308", "NaN",
        "Infinity", "-Infinity", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "-9223372036854775809", "18446744073709551615", "99999999999999999999999999999999999999", "2147483648",
        "-2147483649", "4294967296", "0.1e1", "1E400", "01", "+1", ".5", "5.", "0x10", "1e", "--1", "1_000",
        "123456789012345678901234567890.123456789", "9007199254740993", "50001", "1000000000000000",
    ]

    static let words = ["null", "true", "false", "[]", "{}", "\"\"", "undefined", "None", "nul", "\"", "'x'", "[[]]"]

    static let strings = [
        "", " ", "\u{0}", "a\u{0}b", "\u{1}\u{2}\u{1F}", "\n", "\r\n", "\t", "'", "\"", "`", "\\", "''", "\"\"", "%",
        "_",
        "%s%n%d", "${x}", "{{x}}", "<script>", "../../../../etc/passwd", "..", ".", "/", "//", "a/b", "/etc/passwd",
        "C:\\x", "file:///etc/passwd", "mlflow-artifacts:/", "mlflow-artifacts:/../../x", "models:/", "models:/x/1",
        "models:/m-", "runs:/", "runs:/x/y", "dbfs:/x", "s3://x/y", "http://127.0.0.1:1/x", "'; DROP TABLE runs; --",
        "1 OR 1=1", "\u{FEFF}x", "\u{202E}abc", "e\u{301}", "é", "ﬀ", "İ", "ß", "😀", "👩‍👩‍👧‍👦", "\u{10FFFF}", "\u{FFFD}",
        "\u{D7FF}", "NaN", "Infinity", "-1", "0", "1", "9223372036854775808", "1e999", "null", "true", "latest",
        "Production",
        "production", "None", "ACTIVE_ONLY", "ALL", "RUNNING", "42", "mlflow.runName", "mlflow.source.name", "x.y",
        "a b",
        "v1", "a=b&c=d", "#", "?", "*", "**", "^$", "(", ")", "[", "]", "{", "}", "\u{85}", "\u{2028}", "\u{A0}",
    ]

    /// Literals of strings that only their spelling makes odd.
    static let literals = [
        #""\ud800""#, #""\udc00\ud800""#, #""\u0000""#, #""\uZZZZ""#, #""\x41""#, #""\"#, #""\u00""#,
        #""\ud83d\ude00""#,
        "\"\u{1}\"", "\"tab\tin\"", "\"line\nin\"",
    ]

    static func string(_ dice: inout Dice) -> String {
        switch dice.below(10) {
        case 0: return String(repeating: dice.pick(strings), count: 1 + dice.below(40))
        case 1:
            return String(repeating: "a", count: dice.pick([249, 250, 251, 255, 256, 257, 499, 500, 501, 5000, 5001]))
        case 2:
            return String(
                repeating: dice.pick(["x", "é", "😀", "%", "'", "\\"]), count: dice.pick([6000, 8001, 20_000]))
        case 3: return dice.pick(strings) + dice.pick(strings)
        case 4:
            return String(
                String.UnicodeScalarView(
                    (0..<(1 + dice.below(12))).compactMap { _ in
                        UnicodeScalar(UInt32(dice.below(dice.pick([0x80, 0x800, 0x11_0000]))))
                    }))
        default: return dice.pick(strings)
        }
    }

    static func json(_ dice: inout Dice) -> FuzzJSON {
        switch dice.below(12) {
        case 0...3: return .raw(dice.pick(numbers))
        case 4, 5: return .raw(dice.pick(words))
        case 6...8: return .text(string(&dice))
        case 9: return .raw(dice.pick(literals))
        case 10: return nested(dice.pick([3, 40, 500, 600, 5000, 50_000]), isArray: dice.isLucky(50))
        default:
            let (count, value) = (dice.pick([2, 20, 200, 1001]), FuzzJSON.raw(dice.pick(numbers + words)))
            return .array(Array(repeating: value, count: count))
        }
    }

    private static func nested(_ depth: Int, isArray: Bool) -> FuzzJSON {
        isArray
            ? .raw(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
            : .raw(String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth))
    }
}
