import Foundation

/// Any JSON, kept as it came: to say what is wrong with a request, and to spell its fields as MLflow does.
package indirect enum AnyJSON: Encodable, Sendable, Hashable {
    case null
    case bool(Bool)
    case whole(Int64)
    case number(Double)
    case text(String)
    case list([AnyJSON])
    case object([String: AnyJSON])

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .whole(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// What stands at a decoder's path; nil when nothing does.
    func value(at path: some Sequence<any CodingKey>) -> AnyJSON? {
        var value = self
        for key in path {
            switch value {
            case .object(let fields):
                guard let field = fields[key.stringValue] else { return nil }
                value = field
            case .list(let elements):
                guard let index = key.intValue, elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    /// As JSON, cut when it is long.
    var shown: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        let text = (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
        return text.utf8.count > 500 ? text.prefix(500) + "…" : text
    }

    /// What MLflow's server, written in Python, calls this kind of value.
    var kind: String {
        switch self {
        case .null: "NoneType"
        case .bool: "bool"
        case .whole: "int"
        case .number: "float"
        case .text: "str"
        case .list: "list"
        case .object: "dict"
        }
    }
}
