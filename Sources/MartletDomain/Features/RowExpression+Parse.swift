extension RowExpression {
    /// Most operations within each other; a chain like `a or b or c` is one.
    static let depthLimit = 40
    /// Most operands and operations.
    static let nodeLimit = 400

    /// Reads an expression.
    /// - Throws: ``Problem`` for text that is none, or is too long or too deep, as it is or as ``description`` writes it.
    public init(_ text: String) throws(Problem) {
        self = try Self.parsed(text)
        try requireReadable()
    }

    /// What is kept of an expression is its ``description``, so that one which did not read back would be lost.
    func requireReadable() throws(Problem) {
        guard root.depth <= Self.depthLimit else { throw Problem("is nested more than \(Self.depthLimit) deep") }
        let text = description
        guard text.utf8.count <= Self.lengthLimit else {
            throw Problem("is longer than \(Self.lengthLimit) bytes when it is written in full")
        }
        guard try Self.parsed(text) == self else { throw Problem("does not read back as it is written in full") }
    }

    private static func parsed(_ text: String) throws(Problem) -> RowExpression {
        var parser = Parser(tokens: try Self.tokens(of: text))
        let root = try parser.expression(above: 0)
        if let token = parser.peek { throw Problem("has \(Parser.spelled(token)) where it should end") }
        return RowExpression(columns: parser.columns, root: root)
    }

    /// Operator precedence by binding strength: a prefix, then operators as long as they bind tighter than the caller.
    private struct Parser {
        /// Each operation takes two calls where it is in parentheses.
        static let callLimit = 2 * depthLimit + 2

        let tokens: [Token]
        var position = 0
        var depth = 0
        var nodes = 0
        var columns: [String] = []

        init(tokens: [Token]) { self.tokens = tokens }

        var peek: Token? { position < tokens.count ? tokens[position] : nil }

        static func spelled(_ token: Token) -> String {
            switch token {
            case .word(let text), .name(let text), .symbol(let text): "'\(text)'"
            case .string(let text): "the string '\(text)'"
            case .number(.long(let value)): "\(value)"
            case .number(.double(let value)): "\(value)"
            case .number: "a number"
            }
        }

        mutating func take(_ token: Token) -> Bool {
            guard peek == token else { return false }
            position += 1
            return true
        }

        mutating func expect(_ token: Token) throws(Problem) {
            guard !take(token) else { return }
            let found = peek.map { "has " + Self.spelled($0) } ?? "ends"
            throw Problem("\(found) where \(Self.spelled(token)) is expected")
        }

        /// Notes parts of the expression.
        mutating func count(_ parts: Int = 1) throws(Problem) {
            nodes += parts
            guard nodes <= nodeLimit else { throw Problem("has more than \(nodeLimit) parts") }
        }

        mutating func expression(above strength: Int) throws(Problem) -> Node {
            depth += 1
            defer { depth -= 1 }
            guard depth <= Self.callLimit else { throw Problem("is nested more than \(depthLimit) deep") }
            var left = try prefix()
            while let token = peek {
                if token == .word("is"), strength < 4 {
                    position += 1
                    let negated = take(.word("not"))
                    try expect(.word("null"))
                    try count(negated ? 2 : 1)
                    left = negated ? .not(.isNull(left)) : .isNull(left)
                    continue
                }
                guard let symbol = Self.binary(token), symbol.strength > strength else { break }
                position += 1
                try count()
                left = .binary(symbol, left, try expression(above: symbol.strength))
                if symbol.isComparison, let next = peek, Self.binary(next)?.isComparison == true {
                    throw Problem("chains comparisons; join them with and")
                }
            }
            return left
        }

        static func binary(_ token: Token) -> Operator? {
            switch token {
            case .word("and"): .and
            case .word("or"): .or
            case .symbol(let text): Operator(rawValue: text)
            default: nil
            }
        }

        mutating func prefix() throws(Problem) -> Node {
            guard let token = peek else { throw Problem(tokens.isEmpty ? "is empty" : "ends too early") }
            position += 1
            if token != .symbol("(") { try count() }
            switch token {
            case .number(let value): return .literal(value)
            case .string(let text): return .literal(.string(text))
            case .name(let name):
                if let index = columns.firstIndex(of: name) { return .column(index) }
                columns.append(name)
                return .column(columns.count - 1)
            case .word("null"): return .literal(.null)
            case .word("true"): return .literal(.boolean(true))
            case .word("false"): return .literal(.boolean(false))
            case .word("not"): return .not(try expression(above: 3))
            case .symbol("-"): return .negated(try expression(above: 6))
            case .symbol("("):
                let inner = try expression(above: 0)
                try expect(.symbol(")"))
                return inner
            case .word("coalesce"): return try coalesce()
            case .word("case"): return try choice()
            default: throw Problem("has \(Self.spelled(token)) where a value is expected")
            }
        }

        mutating func coalesce() throws(Problem) -> Node {
            try expect(.symbol("("))
            var operands = [try expression(above: 0)]
            while take(.symbol(",")) { operands.append(try expression(above: 0)) }
            try expect(.symbol(")"))
            return .coalesce(operands)
        }

        mutating func choice() throws(Problem) -> Node {
            var branches: [Branch] = []
            while take(.word("when")) {
                let condition = try expression(above: 0)
                try expect(.word("then"))
                branches.append(Branch(condition: condition, value: try expression(above: 0)))
            }
            guard !branches.isEmpty else { throw Problem("has a case without when") }
            var otherwise = Node.literal(.null)
            if take(.word("else")) { otherwise = try expression(above: 0) } else { try count() }
            try expect(.word("end"))
            return .choice(branches, otherwise: otherwise)
        }
    }
}
