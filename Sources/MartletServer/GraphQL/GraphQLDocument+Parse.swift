extension GraphQLDocument {
    /// Reads a request.
    /// - Throws: ``GraphQLError`` when it is not GraphQL, or deeper or longer than ``GraphQLLimits``.
    package init(parsing text: String) throws(GraphQLError) {
        var parser = try GraphQLParser(text)
        self = try parser.document()
    }
}

private struct GraphQLParser {
    private var tokens: GraphQLTokens
    private var token: GraphQLTokens.Token
    /// How many braces, brackets and parentheses are open.
    private var depth = 0

    init(_ text: String) throws(GraphQLError) {
        tokens = try GraphQLTokens(text)
        token = try tokens.next()
    }

    mutating func document() throws(GraphQLError) -> GraphQLDocument {
        var document = GraphQLDocument()
        repeat {
            if token == .mark("{") {
                document.operations.append(
                    .init(kind: .query, name: nil, variables: [], directives: [], selections: try selections()))
            } else if token == .name("fragment") {
                let fragment = try fragment()
                guard document.fragments.updateValue(fragment, forKey: fragment.name) == nil else {
                    throw GraphQLError("There can be only one fragment named '\(fragment.name)'.")
                }
                guard document.fragments.count <= GraphQLLimits.fragments else {
                    throw GraphQLError("The query has more than \(GraphQLLimits.fragments) fragments.")
                }
            } else {
                document.operations.append(try operation())
            }
        } while token != .end
        return document
    }

    // MARK: Words

    private func unexpected() -> GraphQLError { .syntax("Unexpected \(token.description).") }

    private mutating func advance() throws(GraphQLError) { token = try tokens.next() }

    private mutating func take(_ mark: String) throws(GraphQLError) {
        guard token == .mark(mark) else { throw .syntax("Expected '\(mark)', found \(token.description).") }
        try advance()
    }

    /// Whether the mark was there, and was taken.
    private mutating func took(_ mark: String) throws(GraphQLError) -> Bool {
        guard token == .mark(mark) else { return false }
        try advance()
        return true
    }

    private mutating func name() throws(GraphQLError) -> String {
        guard case .name(let name) = token else { throw .syntax("Expected Name, found \(token.description).") }
        try advance()
        return name
    }

    /// At least one element, between two marks.
    private mutating func list<Element>(
        _ open: String, _ close: String, canBeEmpty: Bool = false,
        _ element: (inout Self) throws(GraphQLError) -> Element
    ) throws(GraphQLError) -> [Element] {
        try take(open)
        depth += 1
        defer { depth -= 1 }
        guard depth <= GraphQLLimits.nesting else {
            throw GraphQLError("Query exceeds maximum depth of \(GraphQLLimits.depth)")
        }
        var elements: [Element] = []
        while token != .mark(close) { elements.append(try element(&self)) }
        guard canBeEmpty || !elements.isEmpty else { throw unexpected() }
        try advance()
        return elements
    }

    // MARK: Definitions

    private mutating func operation() throws(GraphQLError) -> GraphQLDocument.Operation {
        guard case .name(let word) = token, let kind = GraphQLDocument.Kind(rawValue: word) else { throw unexpected() }
        try advance()
        var operation = GraphQLDocument.Operation(kind: kind, name: nil, variables: [], directives: [], selections: [])
        if case .name = token { operation.name = try name() }
        if token == .mark("(") {
            operation.variables = try list("(", ")") { (parser) throws(GraphQLError) in try parser.variable() }
        }
        operation.directives = try directives()
        operation.selections = try selections()
        return operation
    }

    private mutating func variable() throws(GraphQLError) -> GraphQLDocument.Variable {
        try take("$")
        let name = try name()
        try take(":")
        let type = try typeReference()
        return .init(name: name, type: type, defaultValue: try took("=") ? try value(isConstant: true) : nil)
    }

    private mutating func typeReference() throws(GraphQLError) -> GraphQLDocument.TypeReference {
        var type: GraphQLDocument.TypeReference
        if token == .mark("[") {
            let inner = try list("[", "]") { (parser) throws(GraphQLError) in try parser.typeReference() }
            guard inner.count == 1 else { throw unexpected() }
            type = .list(inner[0])
        } else {
            type = .named(try name())
        }
        if try took("!") { type = .required(type) }
        return type
    }

    private mutating func fragment() throws(GraphQLError) -> GraphQLDocument.Fragment {
        try advance()
        let name = try name()
        guard name != "on" else { throw .syntax("Unexpected Name 'on'.") }
        guard token == .name("on") else { throw .syntax("Expected 'on', found \(token.description).") }
        try advance()
        return .init(name: name, type: try self.name(), directives: try directives(), selections: try selections())
    }

    // MARK: Selections

    private mutating func selections() throws(GraphQLError) -> [GraphQLDocument.Selection] {
        try list("{", "}") { (parser) throws(GraphQLError) in try parser.selection() }
    }

    private mutating func selection() throws(GraphQLError) -> GraphQLDocument.Selection {
        guard try took("...") else { return .field(try field()) }
        if case .name(let name) = token, name != "on" {
            try advance()
            return .spread(name, try directives())
        }
        var type: String?
        if token == .name("on") {
            try advance()
            type = try name()
        }
        let directives = try directives()
        return .inline(type: type, directives, try selections())
    }

    private mutating func field() throws(GraphQLError) -> GraphQLDocument.Field {
        let first = try name()
        let second = try took(":") ? try name() : nil
        let arguments = try arguments(isConstant: false)
        let directives = try directives()
        return .init(
            alias: second == nil ? nil : first, name: second ?? first, arguments: arguments, directives: directives,
            selections: token == .mark("{") ? try selections() : [])
    }

    private mutating func arguments(isConstant: Bool) throws(GraphQLError) -> [GraphQLDocument.Argument] {
        guard token == .mark("(") else { return [] }
        return try list("(", ")") { (parser) throws(GraphQLError) in try parser.argument(isConstant: isConstant) }
    }

    private mutating func argument(isConstant: Bool) throws(GraphQLError) -> GraphQLDocument.Argument {
        let name = try name()
        try take(":")
        return .init(name: name, value: try value(isConstant: isConstant))
    }

    private mutating func directives() throws(GraphQLError) -> [GraphQLDocument.Directive] {
        var directives: [GraphQLDocument.Directive] = []
        while try took("@") {
            directives.append(.init(name: try name(), arguments: try arguments(isConstant: false)))
        }
        return directives
    }

    // MARK: Values

    private mutating func value(isConstant: Bool) throws(GraphQLError) -> GraphQLDocument.Value {
        switch token {
        case .mark("["):
            return .list(
                try list("[", "]", canBeEmpty: true) { (parser) throws(GraphQLError) in
                    try parser.value(isConstant: isConstant)
                })
        case .mark("{"):
            return .object(
                try list("{", "}", canBeEmpty: true) { (parser) throws(GraphQLError) in
                    try parser.argument(isConstant: isConstant)
                })
        case .mark("$") where !isConstant:
            try advance()
            return .variable(try name())
        case .integer(let digits): return try took(.integer(digits))
        case .real(let digits): return try took(.real(digits))
        case .text(let text): return try took(.text(text))
        case .name("true"): return try took(.boolean(true))
        case .name("false"): return try took(.boolean(false))
        case .name("null"): return try took(.null)
        case .name(let name): return try took(.name(name))
        default: throw unexpected()
        }
    }

    private mutating func took(_ value: GraphQLDocument.Value) throws(GraphQLError) -> GraphQLDocument.Value {
        try advance()
        return value
    }
}
