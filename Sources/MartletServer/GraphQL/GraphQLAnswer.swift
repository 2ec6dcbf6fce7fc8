/// What is answered: JSON with its fields in the order in which they were asked for.
package indirect enum GraphQLAnswer: Sendable, Equatable {
    case null
    case text(String)
    case number(Double)
    case list([GraphQLAnswer])
    case object([(key: String, value: GraphQLAnswer)])

    package static func == (left: GraphQLAnswer, right: GraphQLAnswer) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.text(let left), .text(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.list(let left), .list(let right)): left == right
        case (.object(let left), .object(let right)):
            left.elementsEqual(right) { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    /// 64 bits as a text, because JavaScript's numbers do not hold them.
    static func long(_ value: Int64) -> GraphQLAnswer { .text("\(value)") }

    /// UTF-8.
    package var json: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.string(text)
        // JSON has no word for what is not finite.
        case .number(let number) where number.isFinite: writer.number(number)
        case .null, .number: writer.raw("null")
        case .list(let list): writer.list(list) { writer, element in element.write(to: &writer) }
        case .object(let fields):
            writer.object { writer in
                for field in fields {
                    writer.name(field.key)
                    field.value.write(to: &writer)
                }
            }
        }
    }
}
