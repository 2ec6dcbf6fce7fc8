import MartletDomain

/// Carries out requests in GraphQL over a schema.
struct GraphQLExecutor: Sendable {
    let schema: GraphQLSchema

    struct Outcome: Sendable, Equatable {
        var data: GraphQLAnswer
        var errors: [String]
    }

    /// Answers one operation of the document. Whatever is wrong with the request is in the outcome's errors.
    ///
    /// - Throws: What a resolver throws that is none of our refusals, and when the task is cancelled.
    func execute(
        _ text: String, variables: [String: AnyJSON] = [:], operation name: String? = nil
    ) async throws -> Outcome {
        do {
            let document = try GraphQLDocument(parsing: text)
            try document.checkLimits()
            try document.validate(against: schema)
            let operation = try document.operation(named: name)
            let values = try GraphQLCoercion(schema).variables(of: operation, given: variables)
            let execution = GraphQLExecution(schema: schema, document: document, variables: values)
            let root = operation.kind == .mutation ? schema.mutation : schema.query
            let data = try await execution.object(root, Root(), operation.selections)
            return Outcome(data: data, errors: execution.errors)
        } catch let error as GraphQLError {
            return Outcome(data: .null, errors: error.messages)
        }
    }
}

/// What the fields of queries and mutations are fields of.
struct Root: Sendable {}

extension GraphQLDocument {
    fileprivate func operation(named name: String?) throws(GraphQLError) -> Operation {
        if let name, !name.isEmpty {
            guard let operation = operations.first(where: { $0.name == name }) else {
                throw GraphQLError("Unknown operation named '\(name.prefix(100))'.")
            }
            return operation
        }
        guard operations.count < 2 else {
            throw GraphQLError("Must provide operation name if query contains multiple operations.")
        }
        guard let operation = operations.first else { throw GraphQLError("Must provide an operation.") }
        return operation
    }
}

/// One operation under way; used by one task.
private final class GraphQLExecution {
    private let schema: GraphQLSchema
    private let document: GraphQLDocument
    private let variables: [String: GraphQLArgument]
    private(set) var errors: [String] = []
    private var values = 0

    init(schema: GraphQLSchema, document: GraphQLDocument, variables: [String: GraphQLArgument]) {
        (self.schema, self.document, self.variables) = (schema, document, variables)
    }

    func object(
        _ type: GraphQLObject, _ value: any Sendable, _ selections: [GraphQLDocument.Selection]
    ) async throws -> GraphQLAnswer {
        var fields: [(key: String, value: GraphQLAnswer)] = []
        let collected = document.collected(selections)
        fields.reserveCapacity(collected.count)
        for entry in collected { fields.append((entry.key, try await field(entry, of: type, value))) }
        return .object(fields)
    }

    private func field(
        _ entry: GraphQLCollected, of type: GraphQLObject, _ parent: any Sendable
    ) async throws -> GraphQLAnswer {
        try count()
        guard entry.field.name != "__typename" else { return .text(type.name) }
        guard let field = type.fields[entry.field.name] else { return .null }
        let resolved: GraphQLResolved
        do {
            resolved = try await field.resolve(parent, try arguments(of: entry.field, field))
        } catch let error as any MartletError {
            errors.append(error.message)
            return .null
        }
        switch resolved {
        case .value(let value): return value
        case .object(let value):
            guard let object = schema.objects[field.type] else { return .null }
            return try await self.object(object, value, entry.selections)
        case .list(let elements):
            guard let object = schema.objects[field.type] else { return .null }
            var list: [GraphQLAnswer] = []
            list.reserveCapacity(elements.count)
            for element in elements {
                try count()
                list.append(try await self.object(object, element, entry.selections))
            }
            return .list(list)
        }
    }

    private func arguments(
        of asked: GraphQLDocument.Field, _ field: GraphQLField
    ) throws(GraphQLError) -> GraphQLArguments? {
        guard let input = field.input, let argument = asked.arguments.first else { return nil }
        let value = try GraphQLCoercion(schema).argument(argument.value, as: .object(input), variables: variables)
        guard case .object(let fields) = value else { return nil }
        return GraphQLArguments(fields: fields.filter { $0.value != .null })
    }

    private func count() throws {
        values += 1
        if values % 1_024 == 0 { try Task.checkCancellation() }
        guard values <= GraphQLLimits.answerValues else {
            throw GraphQLError(
                "The answer would hold more than \(GraphQLLimits.answerValues) values. Ask for less at once.")
        }
    }
}
