extension AnyJSON {
    /// As MLflow's server, written in Python, shows it.
    fileprivate var inRefusal: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .whole(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let text): "'\(text.prefix(100))'"
        case .list: "[…]"
        case .object: "{…}"
        }
    }
}

/// Turns what is written, or brought as a variable, into what a type takes.
struct GraphQLCoercion {
    let schema: GraphQLSchema

    init(_ schema: GraphQLSchema) { self.schema = schema }

    /// The variables of an operation by name; one that was neither given nor has a default is not among them.
    func variables(
        of operation: GraphQLDocument.Operation, given: [String: AnyJSON]
    ) throws(GraphQLError) -> [String: GraphQLArgument] {
        var found: [String: GraphQLArgument] = [:]
        var problems: [String] = []
        for variable in operation.variables {
            do throws(GraphQLError) {
                if let value = given[variable.name] {
                    found[variable.name] = try argument(value, as: variable.type, of: variable.name)
                } else if let value = variable.defaultValue {
                    found[variable.name] = try argument(value, as: variable.type)
                } else if case .required = variable.type {
                    throw GraphQLError(
                        "Variable '$\(variable.name)' of required type '\(variable.type)' was not provided.")
                }
            } catch {
                problems += error.messages
            }
        }
        guard problems.isEmpty else { throw GraphQLError(messages: problems) }
        return found
    }

    /// What the schema takes under a name; nil for kinds that no field of ours takes.
    private func input(named name: String) -> GraphQLInput? {
        if schema.inputs[name] != nil { return .object(name) }
        if schema.enumerations[name] != nil { return .enumeration(name) }
        switch name {
        case "String": return .text
        case "Int": return .integer
        case "LongString": return .long
        default: return nil
        }
    }

    // MARK: What is written

    func argument(
        _ value: GraphQLDocument.Value, as type: GraphQLDocument.TypeReference
    ) throws(GraphQLError) -> GraphQLArgument {
        switch type {
        case .required(let inner):
            if value == .null { throw GraphQLError("Expected value of type '\(type)', found null.") }
            return try argument(value, as: inner)
        case .named(let name):
            guard let input = input(named: name) else { return .null }
            return try argument(value, as: input, variables: [:])
        case .list(let element):
            if value == .null { return .null }
            let list = if case .list(let list) = value { list } else { [value] }
            var found: [GraphQLArgument] = []
            for value in list { found.append(try argument(value, as: element)) }
            return .list(found)
        }
    }

    /// - Parameter variables: What stands for variables; nil while a document is only checked.
    func argument(
        _ value: GraphQLDocument.Value, as input: GraphQLInput, variables: [String: GraphQLArgument]?
    ) throws(GraphQLError) -> GraphQLArgument {
        switch (input, value) {
        case (_, .null): return .null
        case (_, .variable(let name)): return variables?[name] ?? .null
        case (.text, .text(let text)): return .text(text)
        case (.text, _): throw GraphQLError("String cannot represent a non string value: \(value.inRefusal)")
        case (.integer, .integer(let digits)):
            guard let number = Int32(digits) else {
                throw GraphQLError("Int cannot represent non 32-bit signed integer value: \(value.inRefusal)")
            }
            return .integer(Int64(number))
        case (.integer, _): throw GraphQLError("Int cannot represent non-integer value: \(value.inRefusal)")
        case (.long, .integer(let digits)):
            guard let number = Int64(digits) else { throw Self.unexpected(value, input) }
            return .integer(number)
        case (.enumeration(let name), .name(let word)):
            guard schema.enumerations[name]?.contains(word) == true else {
                throw GraphQLError("Value '\(word)' does not exist in '\(name)' enum.")
            }
            return .text(word)
        case (.enumeration(let name), _):
            throw GraphQLError("Enum '\(name)' cannot represent non-enum value: \(value.inRefusal).")
        case (.list(let element), .list(let list)):
            var found: [GraphQLArgument] = []
            for value in list { found.append(try argument(value, as: element, variables: variables)) }
            return .list(found)
        case (.list(let element), _): return .list([try argument(value, as: element, variables: variables)])
        case (.object(let name), .object(let fields)):
            return .object(try object(fields, as: name, variables: variables))
        case (.long, _), (.object, _): throw Self.unexpected(value, input)
        }
    }

    private static func unexpected(_ value: GraphQLDocument.Value, _ input: GraphQLInput) -> GraphQLError {
        GraphQLError("Expected value of type '\(input)', found \(value.inRefusal).")
    }

    private func object(
        _ fields: [GraphQLDocument.Argument], as name: String, variables: [String: GraphQLArgument]?
    ) throws(GraphQLError) -> [String: GraphQLArgument] {
        var found: [String: GraphQLArgument] = [:]
        var problems: [String] = []
        for field in fields {
            guard let input = schema.inputs[name]?[field.name] else {
                problems.append("Field '\(field.name)' is not defined by type '\(name)'.")
                continue
            }
            // A variable that was not given is a field that was not given.
            if case .variable(let variable) = field.value, let variables, variables[variable] == nil { continue }
            do throws(GraphQLError) {
                let value = try argument(field.value, as: input, variables: variables)
                if found.updateValue(value, forKey: field.name) != nil {
                    problems.append("There can be only one input field named '\(field.name)'.")
                }
            } catch {
                problems += error.messages
            }
        }
        guard problems.isEmpty else { throw GraphQLError(messages: problems) }
        return found
    }

    // MARK: What is brought

    private func argument(
        _ value: AnyJSON, as type: GraphQLDocument.TypeReference, of variable: String
    ) throws(GraphQLError) -> GraphQLArgument {
        switch (type, value) {
        case (.required(let inner), .null):
            throw GraphQLError("Variable '$\(variable)' of non-null type '\(inner)!' must not be null.")
        case (.required(let inner), _): return try argument(value, as: inner, of: variable)
        case (_, .null): return .null
        case (.named(let name), _):
            guard let input = input(named: name) else { return .null }
            return try argument(value, as: input, of: variable, at: variable)
        case (.list(let element), .list(let list)):
            var found: [GraphQLArgument] = []
            for value in list { found.append(try argument(value, as: element, of: variable)) }
            return .list(found)
        case (.list(let element), _): return .list([try argument(value, as: element, of: variable)])
        }
    }

    private func argument(
        _ value: AnyJSON, as input: GraphQLInput, of variable: String, at path: String
    ) throws(GraphQLError) -> GraphQLArgument {
        func refusal(_ reason: String) -> GraphQLError {
            let place = path == variable ? "" : " at '\(path)'"
            return GraphQLError("Variable '$\(variable)' got invalid value \(value.inRefusal)\(place); \(reason)")
        }
        switch (input, value) {
        case (_, .null): return .null
        case (.text, .text(let text)): return .text(text)
        case (.text, _): throw refusal("String cannot represent a non string value: \(value.inRefusal)")
        case (.integer, .whole(let number)) where Int32(exactly: number) != nil: return .integer(number)
        case (.integer, .whole):
            throw refusal("Int cannot represent non 32-bit signed integer value: \(value.inRefusal)")
        case (.integer, _): throw refusal("Int cannot represent non-integer value: \(value.inRefusal)")
        case (.long, .whole(let number)): return .integer(number)
        case (.long, .text(let digits)):
            guard let number = Int64(digits) else { throw refusal("Expected type 'LongString'.") }
            return .integer(number)
        case (.enumeration(let name), .text(let word)):
            guard schema.enumerations[name]?.contains(word) == true else {
                throw refusal("Value '\(word.prefix(100))' does not exist in '\(name)' enum.")
            }
            return .text(word)
        case (.enumeration(let name), _):
            throw refusal("Enum '\(name)' cannot represent non-string value: \(value.inRefusal).")
        case (.list(let element), .list(let list)):
            var found: [GraphQLArgument] = []
            for (index, value) in list.enumerated() {
                found.append(try argument(value, as: element, of: variable, at: "\(path)[\(index)]"))
            }
            return .list(found)
        case (.list(let element), _): return .list([try argument(value, as: element, of: variable, at: path)])
        case (.object(let name), .object(let fields)):
            var found: [String: GraphQLArgument] = [:]
            for (field, value) in fields.sorted(by: { $0.key < $1.key }) {
                guard let input = schema.inputs[name]?[field] else {
                    throw refusal("Field '\(field.prefix(100))' is not defined by type '\(name)'.")
                }
                found[field] = try argument(value, as: input, of: variable, at: "\(path).\(field)")
            }
            return .object(found)
        case (.long, _), (.object, _): throw refusal("Expected type '\(input)'.")
        }
    }
}

extension GraphQLDocument.Value {
    fileprivate var inRefusal: String {
        switch self {
        case .variable(let name): "$\(name)"
        case .integer(let digits), .real(let digits): String(digits.prefix(100))
        case .text(let text): "\"\(text.prefix(100))\""
        case .boolean(let value): "\(value)"
        case .null: "null"
        case .name(let name): String(name.prefix(100))
        case .list: "[…]"
        case .object: "{…}"
        }
    }
}
