/// Where the files of a partition lie, and how the log spells a path.
///
/// Source: delta-io/delta, PROTOCOL.md, "Data Files" (paths are URIs); folders are named as Apache Hive does.
enum PartitionPath {
    private static let null = "__HIVE_DEFAULT_PARTITION__"

    /// A folder is named by at most so many bytes, as file systems have it.
    private static let limit = 255

    /// `column=value/column=value`, relative to the table. Some readers take the values from it and not from the log, so
    /// it must hold them whole: see ``isTooLong(_:of:)``.
    static func folder(_ values: [(column: String, value: String?)]) -> String {
        values.map { name($0.value, of: $0.column) }.joined(separator: "/")
    }

    /// Whether no folder can be named by that value.
    static func isTooLong(_ value: String, of column: String) -> Bool { name(value, of: column).utf8.count > limit }

    private static func name(_ value: String?, of column: String) -> String {
        escaped(column) + "=" + (value.map(escaped) ?? null)
    }

    /// A path as the log has it: every byte that a URI does not take as it is becomes `%XX`.
    static func uri(_ path: String) -> String {
        var text = ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"), UInt8(ascii: "="):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += percent(byte)
            }
        }
        return text
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\u{0}"..<"\u{20}", "\"", "#", "%", "'", "*", "/", ":", "=", "?", "\\", "\u{7F}", "{", "[", "]", "^",
                // deltalake spells these otherwise when it removes a file than the log that added it, so that the file
                // would stay to it (1.2.1); a percent sign and what is not ASCII it spells as we do.
                " ", "!", "$", "&", "(", ")", "+", ",", ";", "@", "~":
                text += percent(UInt8(truncatingIfNeeded: scalar.value))
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func percent(_ byte: UInt8) -> String {
        "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
