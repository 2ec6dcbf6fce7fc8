extension RowExpression {
    /// Reads an expression.
    /// - Throws: ``Problem`` for text that is none, or is too long or too deep.
    public init(_ text: String) throws(Problem) {
        var parser = Parser(tokens: try Self.tokens(of: text))
        let root = try parser.expression(above: 0)
        if let token = parser.peek { throw Problem("has \(Parser.spelled(token)) where it should end") }
        self.init(columns: parser.columns, root: root)
    }

    /// Operator precedence by binding strength: a prefix, then operators as long as they bind tighter than the caller.
    private struct Parser {
        static let depthLimit = 40
        static let nodeLimit = 400

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

        mutating func expression(above strength: Int) throws(Problem) -> Node {
            depth += 1
            defer { depth -= 1 }
            guard depth <= Self.depthLimit else { throw Problem("is nested more than \(Self.depthLimit) deep") }
            var left = try prefix()
            while let token = peek {
                nodes += 1
                guard nodes <= Self.nodeLimit else { throw Problem("has more than \(Self.nodeLimit) parts") }
                if token == .word("is"), strength < 4 {
                    position += 1
                    let negated = take(.word("not"))
                    try expect(.word("null"))
                    left = negated ? .not(.isNull(left)) : .isNull(left)
                    continue
                }
                guard let symbol = Self.binary(token), symbol.strength > strength else { break }
                position += 1
                left = .binary(symbol, left, try expression(above: symbol.strength))
                if symbol.strength == 4, let next = peek, Self.binary(next)?.strength == 4 {
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
            nodes += 1
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
            let otherwise = take(.word("else")) ? try expression(above: 0) : .literal(.null)
            try expect(.word("end"))
            return .choice(branches, otherwise: otherwise)
        }
    }
}
