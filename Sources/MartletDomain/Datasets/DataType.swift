/// The type of one column of a table. Words and spelling are Delta Lake's (PROTOCOL.md, "Primitive Types").
public enum DataType: Sendable, Hashable {
    case boolean
    /// 8, 16, 32 and 64 bits, signed.
    case byte, short, integer, long
    case float, double
    /// Digits in all (1...38) and digits after the point.
    case decimal(precision: Int, scale: Int)
    case string, binary
    /// Days of the proleptic Gregorian calendar, no time zone.
    case date
    /// An instant, microseconds since 1970-01-01T00:00:00Z.
    case timestamp
}

extension DataType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .boolean: "boolean"
        case .byte: "byte"
        case .short: "short"
        case .integer: "integer"
        case .long: "long"
        case .float: "float"
        case .double: "double"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .string: "string"
        case .binary: "binary"
        case .date: "date"
        case .timestamp: "timestamp"
        }
    }

    /// Reads a type as Delta spells it; nil for a word that is none of these.
    public init?(_ word: String) {
        switch word {
        case "boolean": self = .boolean
        case "byte": self = .byte
        case "short": self = .short
        case "integer": self = .integer
        case "long": self = .long
        case "float": self = .float
        case "double": self = .double
        case "string": self = .string
        case "binary": self = .binary
        case "date": self = .date
        case "timestamp": self = .timestamp
        default:
            guard word.hasPrefix("decimal("), word.hasSuffix(")") else { return nil }
            let digits = word.dropFirst("decimal(".count).dropLast().split(separator: ",")
            guard digits.count == 2,
                let precision = Int(digits[0].filter { $0 != " " }), let scale = Int(digits[1].filter { $0 != " " }),
                (1...38).contains(precision), (0...precision).contains(scale)
            else { return nil }
            self = .decimal(precision: precision, scale: scale)
        }
    }
}

extension DataType: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let word = try container.decode(String.self)
        guard let type = DataType(word) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(word)' is not a column type")
        }
        self = type
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
