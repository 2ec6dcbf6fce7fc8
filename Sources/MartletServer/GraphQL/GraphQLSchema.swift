/// What may be asked for: objects with fields, and the shapes of arguments.
struct GraphQLSchema: Sendable {
    var query: GraphQLObject
    var mutation: GraphQLObject
    /// All types of answers by name, the two above among them.
    var objects: [String: GraphQLObject]
    var inputs: [String: [String: GraphQLInput]]
    var enumerations: [String: [String]]
    /// Names of single values: `String`, …
    var scalars: Set<String>
}

struct GraphQLObject: Sendable {
    var name: String
    var fields: [String: GraphQLField]
}

struct GraphQLField: Sendable {
    /// The name of the type of the value or, in a list, of its elements.
    var type: String
    /// The name of the input object that the argument `input` takes; nil when there are no arguments.
    var input: String?
    /// The value of the field of an object.
    var resolve: @Sendable (_ of: any Sendable, _ input: GraphQLArguments?) async throws -> GraphQLResolved
}

/// A field's value before anything is selected from it.
enum GraphQLResolved: Sendable {
    case value(GraphQLAnswer)
    case object(any Sendable)
    case list([any Sendable])
}

/// What a field of an input object takes.
indirect enum GraphQLInput: Sendable, CustomStringConvertible {
    case text
    /// 32 bits.
    case integer
    /// 64 bits, also as a text.
    case long
    case enumeration(String)
    case object(String)
    case list(GraphQLInput)

    var description: String {
        switch self {
        case .text: "String"
        case .integer: "Int"
        case .long: "LongString"
        case .enumeration(let name), .object(let name): name
        case .list(let element): "[\(element)]"
        }
    }
}

/// An argument as a resolver reads it: checked, and with variables put in.
indirect enum GraphQLArgument: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case list([GraphQLArgument])
    case object([String: GraphQLArgument])
    case null
}

/// The fields of the argument `input` that were given and are not null.
struct GraphQLArguments: Sendable {
    var fields: [String: GraphQLArgument]

    func text(_ name: String) -> String? {
        if case .text(let text)? = fields[name] { text } else { nil }
    }

    func integer(_ name: String) -> Int64? {
        if case .integer(let value)? = fields[name] { value } else { nil }
    }

    func texts(_ name: String) -> [String] {
        guard case .list(let list)? = fields[name] else { return [] }
        return list.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
}
