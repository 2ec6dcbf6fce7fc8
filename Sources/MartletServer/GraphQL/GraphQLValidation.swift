extension GraphQLDocument {
    /// - Throws: ``GraphQLError`` with everything that is asked for and is not there.
    func validate(against schema: GraphQLSchema) throws(GraphQLError) {
        var validation = GraphQLValidation(document: self, schema: schema)
        validation.checkDocument()
        let problems = validation.problems
        guard problems.isEmpty else { throw GraphQLError(messages: Array(problems.prefix(100))) }
    }
}

private struct GraphQLValidation {
    let document: GraphQLDocument
    let schema: GraphQLSchema
    private(set) var problems: [String] = []
    private var usedFragments: Set<String> = []
    /// Of the operation that is looked at.
    private var variables: [String: GraphQLDocument.TypeReference] = [:]
    private var usedVariables: Set<String> = []

    init(document: GraphQLDocument, schema: GraphQLSchema) { (self.document, self.schema) = (document, schema) }

    private mutating func add(_ problem: String) {
        if !problems.contains(problem), problems.count < 100 { problems.append(problem) }
    }

    mutating func checkDocument() {
        let names = document.operations.map(\.name)
        if names.count > 1, names.contains(nil) {
            add("This anonymous operation must be the only defined operation.")
        }
        for (name, count) in Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +) where count > 1 {
            if let name { add("There can be only one operation named '\(name)'.") }
        }
        checkFragments()
        // What leads back to itself cannot be followed.
        guard problems.isEmpty else { return }
        for operation in document.operations { check(operation) }
        for name in document.fragments.keys.sorted() where !usedFragments.contains(name) {
            add("Fragment '\(name)' is never used.")
        }
    }

    // MARK: Fragments

    private mutating func checkFragments() {
        var spreads: [String: [String]] = [:]
        for (name, fragment) in document.fragments {
            let found = Self.spreads(in: fragment.selections)
            spreads[name] = found
            for unknown in found where document.fragments[unknown] == nil { add("Unknown fragment '\(unknown)'.") }
            if schema.objects[fragment.type] == nil { add("Unknown type '\(fragment.type)'.") }
            check(fragment.directives, at: "FRAGMENT_DEFINITION")
        }
        for operation in document.operations {
            for unknown in Self.spreads(in: operation.selections) where document.fragments[unknown] == nil {
                add("Unknown fragment '\(unknown)'.")
            }
        }
        var visited: Set<String> = []
        for name in spreads.keys.sorted() where !visited.contains(name) {
            follow(name, spreads, path: [], &visited)
        }
    }

    /// Reports each way by which a fragment comes back to itself. As deep as there are fragments, which are few.
    private mutating func follow(
        _ name: String, _ spreads: [String: [String]], path: [String], _ visited: inout Set<String>
    ) {
        if let start = path.firstIndex(of: name) {
            let via = path[(start + 1)...].map { "'\($0)'" }.joined(separator: ", ")
            return add("Cannot spread fragment '\(name)' within itself\(via.isEmpty ? "" : " via \(via)").")
        }
        guard visited.insert(name).inserted else { return }
        for next in spreads[name] ?? [] { follow(next, spreads, path: path + [name], &visited) }
    }

    /// The names of fragments that stand anywhere within.
    private static func spreads(in selections: [GraphQLDocument.Selection]) -> [String] {
        var found: [String] = []
        var waiting = selections
        while let selection = waiting.popLast() {
            switch selection {
            case .field(let field): waiting += field.selections
            case .inline(_, _, let inner): waiting += inner
            case .spread(let name, _): found.append(name)
            }
        }
        return found
    }

    // MARK: Operations

    private mutating func check(_ operation: GraphQLDocument.Operation) {
        check(operation.directives, at: operation.kind.rawValue.uppercased())
        (variables, usedVariables) = ([:], [])
        for variable in operation.variables {
            if variables.updateValue(variable.type, forKey: variable.name) != nil {
                add("There can be only one variable named '$\(variable.name)'.")
            }
            let name = variable.type.innermost
            if schema.objects[name] != nil {
                add("Variable '$\(variable.name)' cannot be non-input type '\(variable.type)'.")
            } else if !isKnown(variable.type) {
                add("Unknown type '\(name)'.")
            } else if let value = variable.defaultValue {
                do throws(GraphQLError) {
                    _ = try GraphQLCoercion(schema).argument(value, as: variable.type)
                } catch {
                    error.messages.forEach { add($0) }
                }
            }
        }
        switch operation.kind {
        case .query: check(operation.selections, of: schema.query)
        case .mutation: check(operation.selections, of: schema.mutation)
        case .subscription: add("The schema is not configured to execute subscription operation.")
        }
        for variable in operation.variables where !usedVariables.contains(variable.name) {
            let place = operation.name.map { " in operation '\($0)'" } ?? ""
            add("Variable '$\(variable.name)' is never used\(place).")
        }
    }

    /// Whether variables may be of this type.
    private func isKnown(_ type: GraphQLDocument.TypeReference) -> Bool {
        let name = type.innermost
        return schema.scalars.contains(name) || schema.inputs[name] != nil || schema.enumerations[name] != nil
    }

    /// The only directive that there is says which part of the interface asks.
    private mutating func check(_ directives: [GraphQLDocument.Directive], at place: String) {
        for directive in directives {
            guard directive.name == "component" else {
                directive.arguments.forEach { if case .variable(let name) = $0.value { usedVariables.insert(name) } }
                add("Unknown directive '@\(directive.name)'.")
                continue
            }
            if place != "QUERY", place != "MUTATION" {
                add("Directive '@component' may not be used on \(place).")
            }
            guard directive.arguments.count == 1, directive.arguments[0].name == "name",
                case .text = directive.arguments[0].value
            else {
                add("Directive '@component' takes one argument, 'name', a text.")
                continue
            }
        }
    }

    // MARK: Selections

    private mutating func check(_ selections: [GraphQLDocument.Selection], of type: GraphQLObject) {
        checkFragments(of: selections, type)
        var conflicts: [String: String] = [:]
        let collected = document.collected(selections) { first, later in
            let reason =
                first.name != later.name
                ? "'\(first.name)' and '\(later.name)' are different fields"
                : first.arguments != later.arguments ? "they have differing arguments" : nil
            guard let reason else { return }
            conflicts[first.key] =
                "Fields '\(first.key)' conflict because \(reason). Use different aliases on the fields to fetch both if "
                + "this was intentional."
        }
        for entry in collected {
            if let conflict = conflicts[entry.key] { add(conflict) } else { check(entry, of: type) }
        }
    }

    private mutating func check(_ entry: GraphQLCollected, of type: GraphQLObject) {
        let name = entry.field.name
        check(entry.field.directives, at: "FIELD")
        if name == "__typename" {
            if !entry.selections.isEmpty {
                add("Field '__typename' must not have a selection since type 'String!' has no subfields.")
            }
            entry.field.arguments.forEach { add("Unknown argument '\($0.name)' on field '\(type.name).__typename'.") }
            return
        }
        guard let field = type.fields[name] else {
            add("Cannot query field '\(name)' on type '\(type.name)'.")
            return
        }
        check(entry.field.arguments, of: field, named: "\(type.name).\(name)")
        if let object = schema.objects[field.type] {
            if entry.selections.isEmpty {
                add(
                    "Field '\(name)' of type '\(field.type)' must have a selection of subfields. "
                        + "Did you mean '\(name) { ... }'?")
            } else {
                check(entry.selections, of: object)
            }
        } else if !entry.selections.isEmpty {
            add("Field '\(name)' must not have a selection since type '\(field.type)' has no subfields.")
        }
    }

    /// The fragments of one level must be of its type: no type is part of another.
    private mutating func checkFragments(of selections: [GraphQLDocument.Selection], _ type: GraphQLObject) {
        var waiting = selections
        var seen: Set<String> = []
        while let selection = waiting.popLast() {
            switch selection {
            case .field: continue
            case .inline(let wanted, let directives, let inner):
                check(directives, at: "INLINE_FRAGMENT")
                if let wanted, wanted != type.name {
                    add(
                        schema.objects[wanted] == nil
                            ? "Unknown type '\(wanted)'."
                            : "Fragment cannot be spread here as objects of type '\(type.name)' can never be of type "
                                + "'\(wanted)'.")
                } else {
                    waiting += inner
                }
            case .spread(let name, let directives):
                check(directives, at: "FRAGMENT_SPREAD")
                guard seen.insert(name).inserted, let fragment = document.fragments[name] else { continue }
                usedFragments.insert(name)
                if fragment.type == type.name {
                    waiting += fragment.selections
                } else {
                    add(
                        "Fragment '\(name)' cannot be spread here as objects of type '\(type.name)' can never be of "
                            + "type '\(fragment.type)'.")
                }
            }
        }
    }

    // MARK: Arguments

    private mutating func check(
        _ arguments: [GraphQLDocument.Argument], of field: GraphQLField, named name: String
    ) {
        if arguments.count > 1, Set(arguments.map(\.name)).count < arguments.count {
            add("There can be only one argument of each name.")
        }
        for argument in arguments {
            guard let input = field.input, argument.name == "input" else {
                add("Unknown argument '\(argument.name)' on field '\(name)'.")
                continue
            }
            checkVariables(in: argument.value, at: .object(input))
            do throws(GraphQLError) {
                _ = try GraphQLCoercion(schema).argument(argument.value, as: .object(input), variables: nil)
            } catch {
                error.messages.forEach { add($0) }
            }
        }
    }

    private mutating func checkVariables(in value: GraphQLDocument.Value, at place: GraphQLInput) {
        switch (value, place) {
        case (.variable(let name), _):
            usedVariables.insert(name)
            guard let type = variables[name] else { return add("Variable '$\(name)' is not defined.") }
            if isKnown(type), !type.fits(place) {
                add("Variable '$\(name)' of type '\(type)' used in position expecting type '\(place)'.")
            }
        case (.list(let list), .list(let element)): list.forEach { checkVariables(in: $0, at: element) }
        case (_, .list(let element)): checkVariables(in: value, at: element)
        case (.object(let fields), .object(let name)):
            for field in fields {
                if let type = schema.inputs[name]?[field.name] { checkVariables(in: field.value, at: type) }
            }
        default: return
        }
    }
}

extension GraphQLDocument.TypeReference {
    /// Whether a variable of this type may stand where `place` is taken. All places take null.
    fileprivate func fits(_ place: GraphQLInput) -> Bool {
        switch (self, place) {
        case (.required(let inner), _): inner.fits(place)
        case (.list(let inner), .list(let element)): inner.fits(element)
        case (_, .list), (.list, _): false
        case (.named(let name), _): name == place.description
        }
    }
}
