/// The type of a column as features see it: what is compared with what, and how the engine spells it.
///
/// Wider than a table's ``DataType``: files hold times without a zone, nanoseconds and lists, which pass through.
package enum ColumnKind: Sendable, Hashable {
    case boolean, byte, short, integer, long, float, double
    case decimal(precision: Int, scale: Int)
    case string, binary
    /// Days since 1970-01-01.
    case date
    /// An instant in microseconds since 1970-01-01T00:00:00Z.
    case timestamp
    /// Microseconds without a zone, as written.
    case naiveTimestamp
    /// An instant in nanoseconds since 1970-01-01T00:00:00Z.
    case nanoseconds
    /// Carried along, never compared: the engine's own word.
    case other(String)

    /// From DuckDB's word: `BIGINT`, `DECIMAL(18,2)`, `TIMESTAMP WITH TIME ZONE`.
    package init(sql word: String) {
        switch word {
        case "BOOLEAN": self = .boolean
        case "TINYINT": self = .byte
        case "SMALLINT": self = .short
        case "INTEGER": self = .integer
        case "BIGINT": self = .long
        case "FLOAT": self = .float
        case "DOUBLE": self = .double
        case "VARCHAR": self = .string
        case "BLOB": self = .binary
        case "DATE": self = .date
        case "TIMESTAMP WITH TIME ZONE": self = .timestamp
        case "TIMESTAMP": self = .naiveTimestamp
        case "TIMESTAMP_NS": self = .nanoseconds
        default:
            guard word.hasPrefix("DECIMAL("), word.hasSuffix(")") else {
                self = .other(word)
                return
            }
            let digits = word.dropFirst("DECIMAL(".count).dropLast().split(separator: ",").compactMap { Int($0) }
            self = digits.count == 2 ? .decimal(precision: digits[0], scale: digits[1]) : .other(word)
        }
    }

    /// From the word of a declaration: `int64`, `float32`, `timestamp_ntz`, `decimal(18,2)`, `list<string>`. Nil for
    /// any other.
    package init?(declared word: String) {
        switch word {
        case "bool", "boolean": self = .boolean
        case "int8", "byte": self = .byte
        case "int16", "short": self = .short
        case "int32", "integer", "int": self = .integer
        case "int64", "long", "bigint": self = .long
        case "float32", "float": self = .float
        case "float64", "double": self = .double
        case "string": self = .string
        case "binary": self = .binary
        case "date": self = .date
        case "timestamp": self = .timestamp
        case "timestamp_ntz": self = .naiveTimestamp
        case "timestamp_ns": self = .nanoseconds
        default:
            if word.hasPrefix("decimal("), word.hasSuffix(")") {
                let digits = word.dropFirst("decimal(".count).dropLast().split(separator: ",")
                    .map { Int($0.filter { $0 != " " }) }
                guard digits.count == 2, let precision = digits[0], let scale = digits[1],
                    (1...38).contains(precision), (0...precision).contains(scale)
                else { return nil }
                self = .decimal(precision: precision, scale: scale)
            } else if word.hasPrefix("list<"), word.hasSuffix(">") {
                guard let element = ColumnKind(declared: String(word.dropFirst("list<".count).dropLast())) else {
                    return nil
                }
                self = .other(element.sqlName + "[]")
            } else {
                return nil
            }
        }
    }

    /// As DuckDB's SQL spells it.
    package var sqlName: String {
        switch self {
        case .boolean: "BOOLEAN"
        case .byte: "TINYINT"
        case .short: "SMALLINT"
        case .integer: "INTEGER"
        case .long: "BIGINT"
        case .float: "FLOAT"
        case .double: "DOUBLE"
        case .decimal(let precision, let scale): "DECIMAL(\(precision),\(scale))"
        case .string: "VARCHAR"
        case .binary: "BLOB"
        case .date: "DATE"
        case .timestamp: "TIMESTAMP WITH TIME ZONE"
        case .naiveTimestamp: "TIMESTAMP"
        case .nanoseconds: "TIMESTAMP_NS"
        case .other(let word): word
        }
    }

    package var isInteger: Bool {
        switch self {
        case .byte, .short, .integer, .long: true
        default: false
        }
    }

    package var isFloatingPoint: Bool { self == .float || self == .double }

    package var isDecimal: Bool { if case .decimal = self { true } else { false } }

    package var isNumber: Bool { isInteger || isFloatingPoint || isDecimal }

    package var isTime: Bool {
        switch self {
        case .date, .timestamp, .naiveTimestamp, .nanoseconds: true
        default: false
        }
    }

    /// Whether values of both may be compared as keys and clocks are: one type, decimals of any number of digits.
    package func matches(_ other: ColumnKind) -> Bool { self == other || (isDecimal && other.isDecimal) }

    /// Whether a clock of this kind and one of the other count from the same zero in the same unit. A date is its
    /// midnight in UTC.
    package func isComparableClock(to other: ColumnKind) -> Bool {
        self == other || (self == .date && other == .timestamp) || (self == .timestamp && other == .date)
    }
}

extension ColumnKind: CustomStringConvertible {
    /// The word of a declaration.
    package var description: String {
        switch self {
        case .boolean: "bool"
        case .byte: "int8"
        case .short: "int16"
        case .integer: "int32"
        case .long: "int64"
        case .float: "float32"
        case .double: "float64"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .string: "string"
        case .binary: "binary"
        case .date: "date"
        case .timestamp: "timestamp"
        case .naiveTimestamp: "timestamp_ntz"
        case .nanoseconds: "timestamp_ns"
        case .other(let word): word.lowercased()
        }
    }
}
