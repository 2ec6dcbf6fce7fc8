package import Foundation

/// A JSON value that may be put together wrongly: numbers and strings are kept as they are written.
package indirect enum FuzzJSON: Sendable {
    /// Written as it stands: a number, a word, a string with its quotes, or nonsense.
    case raw(String)
    case array([FuzzJSON])
    /// Names may come twice.
    case object([(name: String, value: FuzzJSON)])

    package static func text(_ text: String) -> Self { .raw(quoted(text)) }

    /// Reads well-formed JSON.
    package init(_ data: Data) throws {
        self.init(value: try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed))
    }

    package init(value: Any) {
        switch value {
        case let object as [String: Any]:
            self = .object(object.sorted { $0.key < $1.key }.map { ($0.key, FuzzJSON(value: $0.value)) })
        case let array as [Any]: self = .array(array.map(FuzzJSON.init(value:)))
        case let text as String: self = .text(text)
        case let number as NSNumber: self = .raw(number.description)
        default: self = .raw("null")
        }
    }

    package func write(to text: inout String) {
        switch self {
        case .raw(let raw): text += raw
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                text += Self.quoted(member.name) + ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    package var rendered: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// Nodes of the tree, this one among them.
    package var nodeCount: Int {
        switch self {
        case .raw: 1
        case .array(let elements): elements.reduce(1) { $0 + $1.nodeCount }
        case .object(let members): members.reduce(1) { $0 + $1.value.nodeCount }
        }
    }

    /// Changes the node of this number, counted from this one, which is 0. The name is the member's that it stands under.
    package mutating func change(
        _ number: Int, name: String = "", _ body: (inout FuzzJSON, _ name: String) -> Void
    ) {
        if number == 0 { return body(&self, name) }
        var rest = number - 1
        switch self {
        case .raw: return
        case .array(var elements):
            for index in elements.indices {
                let count = elements[index].nodeCount
                if rest < count {
                    elements[index].change(rest, name: name, body)
                    break
                }
                rest -= count
            }
            self = .array(elements)
        case .object(var members):
            for index in members.indices {
                let count = members[index].value.nodeCount
                if rest < count {
                    members[index].value.change(rest, name: members[index].name, body)
                    break
                }
                rest -= count
            }
            self = .object(members)
        }
    }

    /// A JSON string literal.
    package static func quoted(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": literal += "\\\""
            case "\\": literal += "\\\\"
            case "\u{0}"..<"\u{20}":
                let hexadecimal = String(scalar.value, radix: 16)
                literal += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }
}
