/// Fields without arguments, by what they are of.
extension GraphQLField {
    private static func value<Parent: Sendable>(
        _ type: String, _ value: @escaping @Sendable (Parent) -> GraphQLAnswer?
    ) -> GraphQLField {
        GraphQLField(type: type, input: nil) { parent, _ in .value((parent as? Parent).flatMap(value) ?? .null) }
    }

    static func text<Parent: Sendable>(_ value: @escaping @Sendable (Parent) -> String?) -> GraphQLField {
        .value("String") { (parent: Parent) in value(parent).map(GraphQLAnswer.text) }
    }

    static func long<Parent: Sendable>(_ value: @escaping @Sendable (Parent) -> Int64?) -> GraphQLField {
        .value("LongString") { (parent: Parent) in value(parent).map(GraphQLAnswer.long) }
    }

    /// What is not finite is null.
    static func number<Parent: Sendable>(_ value: @escaping @Sendable (Parent) -> Double) -> GraphQLField {
        .value("Float") { (parent: Parent) in
            let number = value(parent)
            return number.isFinite ? .number(number) : .null
        }
    }

    /// The word of an enumeration.
    static func word<Parent: Sendable>(
        _ type: String, _ value: @escaping @Sendable (Parent) -> String
    ) -> GraphQLField {
        .value(type) { (parent: Parent) in .text(value(parent)) }
    }

    static func texts<Parent: Sendable>(_ value: @escaping @Sendable (Parent) -> [String]) -> GraphQLField {
        .value("String") { (parent: Parent) in .list(value(parent).map(GraphQLAnswer.text)) }
    }

    static func object<Parent: Sendable>(
        _ type: String, _ value: @escaping @Sendable (Parent) async throws -> (any Sendable)?
    ) -> GraphQLField {
        GraphQLField(type: type, input: nil) { parent, _ in
            guard let parent = parent as? Parent, let found = try await value(parent) else { return .value(.null) }
            return .object(found)
        }
    }

    static func list<Parent: Sendable>(
        _ type: String, _ value: @escaping @Sendable (Parent) async throws -> [any Sendable]
    ) -> GraphQLField {
        GraphQLField(type: type, input: nil) { parent, _ in
            guard let parent = parent as? Parent else { return .value(.null) }
            return .list(try await value(parent))
        }
    }

    /// A field of queries or mutations.
    static func root(
        _ type: String, _ input: String, _ value: @escaping @Sendable (GraphQLArguments) async throws -> any Sendable
    ) -> GraphQLField {
        GraphQLField(type: type, input: input) { _, arguments in
            guard let arguments else { throw missing("input") }
            return .object(try await value(arguments))
        }
    }

    /// Always null.
    static func absent(_ type: String) -> GraphQLField {
        GraphQLField(type: type, input: nil) { _, _ in .value(.null) }
    }
}
