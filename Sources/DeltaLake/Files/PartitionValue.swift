import QueryEngine
import Foundation
import MartletDomain

/// The value of a partition column, which the log keeps as text.
///
/// Source: delta-io/delta, PROTOCOL.md, "Partition Value Serialization".
enum PartitionValue {
    /// The value as an SQL expression of its type. An empty text is null, whatever the type.
    static func sql(_ value: String?, _ type: DataType) -> String {
        guard let value, !value.isEmpty else { return "CAST(NULL AS \(type.sqlName))" }
        switch type {
        case .binary:
            let digits = value.utf8.hexadecimal
            return "from_hex('\(digits)')"
        case .timestamp where !hasZone(value):
            return "CAST(\(quotedLiteral(value + "+00")) AS \(type.sqlName))"
        default:
            return "CAST(\(quotedLiteral(value)) AS \(type.sqlName))"
        }
    }

    /// An SQL expression that gives the text of a value as the log keeps it; null stays null.
    static func text(_ expression: String, _ type: DataType) -> String {
        switch type {
        case .timestamp: "strftime(\(expression) AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
        default: "CAST(\(expression) AS VARCHAR)"
        }
    }

    /// Whether every reader takes that text back for the value that it was made of.
    static func isWritable(_ value: String, _ type: DataType) -> Bool {
        switch type {
        case .float, .double: Double(value)?.isFinite == true
        default: isValid(value, type)
        }
    }

    /// Whether `value` can be a value of that type; a text that cannot is refused before any SQL is made of it.
    static func isValid(_ value: String?, _ type: DataType) -> Bool {
        guard let value, !value.isEmpty else { return true }
        switch type {
        case .string, .binary: return !value.unicodeScalars.contains("\0")
        case .boolean: return value == "true" || value == "false"
        case .byte: return Int8(value) != nil
        case .short: return Int16(value) != nil
        case .integer: return Int32(value) != nil
        case .long: return Int64(value) != nil
        case .float, .double: return Double(value) != nil
        case .decimal: return matches(value, #"^[+-]?[0-9]{1,38}(\.[0-9]{0,38})?$"#)
        case .date: return matches(value, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        case .timestamp:
            return matches(
                value, #"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:]{8}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$"#)
        }
    }

    private static func hasZone(_ value: String) -> Bool { matches(value, "(Z|[+-][0-9]{2}(:?[0-9]{2})?)$", from: 10) }

    private static func matches(_ value: String, _ pattern: String, from offset: Int = 0) -> Bool {
        String(value.dropFirst(offset)).range(of: pattern, options: .regularExpression) != nil
    }
}
