/// Rows as a client sent them, column by column: what JSON has words for, before the table's types say what it means.
public struct PushedFrame: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        public var name: String
        /// Null, boolean, long, double or string.
        public var cells: [JSONCell]

        public init(_ name: String, _ cells: [JSONCell]) { (self.name, self.cells) = (name, cells) }
    }

    /// Rows of one push at most.
    public static let mostRows = 10_000

    public var columns: [Column]

    public init(columns: [Column]) { self.columns = columns }

    public var rowCount: Int { columns.first?.cells.count ?? 0 }

    public subscript(name: String) -> Column? { columns.first { $0.name == name } }
}

/// One value as JSON has it.
public enum JSONCell: Sendable, Hashable {
    case null
    case boolean(Bool)
    case long(Int64)
    case double(Double)
    case string(String)
}

extension JSONCell: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .long(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else {
            self = .string(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .long(let value): try container.encode(value)
        case .double(let value) where value.isNaN: try container.encode("NaN")
        case .double(.infinity): try container.encode("Infinity")
        case .double(-.infinity): try container.encode("-Infinity")
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        }
    }
}

extension PushedFrame: Codable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// `{"column": [values]}`; columns sorted by name, because objects have no order.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        columns = try container.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
            Column($0.stringValue, try container.decode([JSONCell].self, forKey: $0))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for column in columns { try container.encode(column.cells, forKey: Key(stringValue: column.name)) }
    }
}
