/// A request in the GraphQL language, as it was written. Source: the specification of October 2021, executable documents.
package struct GraphQLDocument: Sendable, Equatable {
    package var operations: [Operation] = []
    package var fragments: [String: Fragment] = [:]

    package enum Kind: String, Sendable { case query, mutation, subscription }

    package struct Operation: Sendable, Equatable {
        package var kind: Kind
        package var name: String?
        package var variables: [Variable]
        package var directives: [Directive]
        package var selections: [Selection]
    }

    package struct Variable: Sendable, Equatable {
        package var name: String
        package var type: TypeReference
        package var defaultValue: Value?
    }

    /// `String`, `[String!]`, …
    package indirect enum TypeReference: Sendable, Equatable, CustomStringConvertible {
        case named(String)
        case list(TypeReference)
        case required(TypeReference)

        package var description: String {
            switch self {
            case .named(let name): name
            case .list(let element): "[\(element)]"
            case .required(let type): "\(type)!"
            }
        }

        /// The name within all brackets.
        var innermost: String {
            switch self {
            case .named(let name): name
            case .list(let inner), .required(let inner): inner.innermost
            }
        }
    }

    package struct Fragment: Sendable, Equatable {
        package var name: String
        package var type: String
        package var directives: [Directive]
        package var selections: [Selection]
    }

    package indirect enum Selection: Sendable, Equatable {
        case field(Field)
        case spread(String, [Directive])
        case inline(type: String?, [Directive], [Selection])
    }

    package struct Field: Sendable, Equatable {
        package var alias: String?
        package var name: String
        package var arguments: [Argument]
        package var directives: [Directive]
        /// Empty where there are no braces: an empty pair is refused by the language.
        package var selections: [Selection]

        /// The name of its value in the answer.
        var key: String { alias ?? name }
    }

    package struct Argument: Sendable, Equatable {
        package var name: String
        package var value: Value

        package init(name: String, value: Value) { (self.name, self.value) = (name, value) }
    }

    package struct Directive: Sendable, Equatable {
        package var name: String
        package var arguments: [Argument]
    }

    package indirect enum Value: Sendable, Equatable {
        case variable(String)
        /// As it is written: it may be longer than any number of ours.
        case integer(String)
        case real(String)
        case text(String)
        case boolean(Bool)
        case null
        case name(String)
        case list([Value])
        case object([Argument])
    }
}

/// Why a request in GraphQL was not carried out. Shown to whoever asked, within the answer's `errors`.
package struct GraphQLError: Error, Equatable, Sendable {
    package var messages: [String]

    package init(_ message: String) { messages = [message] }
    package init(messages: [String]) { self.messages = messages }

    static func syntax(_ message: String) -> GraphQLError { GraphQLError("Syntax Error: \(message)") }
}
