extension FeatureView {
    /// Reads views that are declared in SQL, one statement each:
    ///
    ///     CREATE FEATURE VIEW vendor_performance VERSION 3 ON procurement.awards
    ///       ENTITY (uei) EVENT TIME ended_at AVAILABLE AT loaded_at TIE BREAK seq JOIN (recipient_uei) AS
    ///     SELECT count(*) OVER (ROLLING '12 months') AS awards_12m,
    ///            sum(on_time) FILTER (WHERE closed) OVER (ROLLING '12 months' DELAY '1 day') AS on_time_12m HIDDEN,
    ///            on_time_12m / awards_12m AS on_time_rate_12m,
    ///            latest(agency) LOOKBACK '30 days' AS last_agency;
    ///
    /// Windows are `ROLLING 'd'`, `TUMBLING 'd' [OFFSET 'd']`, `SLIDING 'd' EVERY 'd' [OFFSET 'd']` or `LIFETIME`, then
    /// `[DELAY 'd'] [INCLUSIVE END]`. Lengths are words (`'1 day 12 hours'`) or ISO 8601. Of expressions, a quotient or
    /// sum of names is a ratio or a sum, a `coalesce` of names that; others are row expressions.
    ///
    /// - Throws: ``FeatureError/invalidDeclaration(_:)`` with every problem, and where each stands.
    public static func views(sql text: String) throws(FeatureError) -> [FeatureView] {
        guard text.utf8.count <= 1_000_000 else { throw .invalidDeclaration(["The text is larger than 1000000 bytes"]) }
        var parser = ViewStatementParser(text)
        let nodes = parser.statements()
        var problems = parser.problems
        var views: [FeatureView] = []
        if !nodes.isEmpty {
            do {
                views = try self.views(in: .mapping([.init("feature_views", .list(nodes))]))
            } catch {
                problems += error.problems
            }
        }
        guard problems.isEmpty else { throw .invalidDeclaration(problems) }
        return views
    }
}

/// Reads statements into the same nodes as a file of YAML gives, so that one reader knows what they mean.
private struct ViewStatementParser {
    /// Why reading stopped; the problem is listed already.
    private struct Stop: Error {}

    private var tokens: [SQLToken] = []
    private let source: SQLText
    private var position = 0
    private(set) var problems: [String] = []

    init(_ text: String) {
        source = SQLText(text)
        do {
            tokens = try source.tokens()
        } catch {
            problems.append(error.message)
        }
    }

    mutating func statements() -> [DeclarationNode] {
        var nodes: [DeclarationNode] = []
        guard problems.isEmpty else { return [] }
        if tokens.allSatisfy({ $0.symbol == ";" }) { problems.append("The text declares no view") }
        while position < tokens.count {
            if take(symbol: ";") { continue }
            do {
                nodes.append(try statement())
                if position < tokens.count, !take(symbol: ";") { throw refusal("';'") }
            } catch {
                while position < tokens.count, !take(symbol: ";") { position += 1 }
            }
        }
        return nodes
    }

    // MARK: A statement

    private mutating func statement() throws(Stop) -> DeclarationNode {
        for word in ["CREATE", "FEATURE", "VIEW"] { try expect(word) }
        var view: [DeclarationNode.Entry] = [.init("feature_view", .text(try name("a name for the view")))]
        try expect("VERSION")
        view.append(.init("version", try number("the view's version")))
        if take("ON") {
            var source: [DeclarationNode.Entry] = [.init("table", .text(try tableName()))]
            while let clause = try clause() {
                if clause.key == "join" { view.append(clause) } else { source.append(clause) }
            }
            view.append(.init("source", .mapping(source)))
        }
        try expect("AS")
        try expect("SELECT")
        var features: [DeclarationNode] = []
        repeat {
            do {
                features.append(try item())
            } catch {
                skipItem()
            }
        } while take(symbol: ",")
        view.append(.init("features", .list(features)))
        return .mapping(view)
    }

    private mutating func clause() throws(Stop) -> DeclarationNode.Entry? {
        if take("ENTITY") { return .init("entity", try names()) }
        if take("JOIN") { return .init("join", try names()) }
        for (first, second, key) in [
            ("EVENT", "TIME", "event_time"), ("AVAILABLE", "AT", "available_at"), ("TIE", "BREAK", "tie_break"),
        ] where take(first) {
            try expect(second)
            return .init(key, .text(try name("a column")))
        }
        return nil
    }

    private mutating func tableName() throws(Stop) -> String {
        var parts = [try name("a table")]
        while take(symbol: ".") { parts.append(try name("the rest of the table's name")) }
        return parts.joined(separator: ".")
    }

    private mutating func names() throws(Stop) -> DeclarationNode {
        try expect(symbol: "(")
        var names: [DeclarationNode] = []
        repeat { names.append(.text(try name("a column"))) } while take(symbol: ",")
        try expect(symbol: ")")
        return .list(names)
    }

    // MARK: A feature

    private static let reads = Set(FeatureAggregate.names + ["latest", "lookup"])

    private mutating func item() throws(Stop) -> DeclarationNode {
        var entries: [DeclarationNode.Entry]
        if let word = peek?.keyword?.lowercased(), Self.reads.contains(word), peek(1)?.symbol == "(" {
            entries = try call(word)
        } else {
            entries = [try expression(until: "AS", in: "SELECT")]
        }
        try expect("AS")
        entries.insert(.init("name", .text(try name("a name for the feature"))), at: 0)
        if take("HIDDEN") { entries.append(.init("hidden", .scalar(.init(text: "true", boolean: true)))) }
        if let token = peek, token.symbol != ",", token.symbol != ";" { throw refusal("',' or ';'") }
        return .mapping(entries)
    }

    private mutating func call(_ word: String) throws(Stop) -> [DeclarationNode.Entry] {
        position += 2
        var key = word
        if word == "count", take("DISTINCT") { key = "count_distinct" }
        let column = take(symbol: "*") ? "*" : try name("a column")
        var entries: [DeclarationNode.Entry] = [.init(key, .text(column))]
        if word == "approx_quantile" {
            try expect(symbol: ",")
            entries.append(.init("quantile", try number("a number from 0 to 1")))
        }
        try expect(symbol: ")")
        if take("FILTER") {
            try expect(symbol: "(")
            try expect("WHERE")
            entries.append(.init("where", .text(try text(until: { $0.symbol == ")" }, "a condition"))))
            try expect(symbol: ")")
        }
        if take("OVER") { entries.append(.init("window", try window())) }
        if take("LOOKBACK") { entries.append(.init("lookback", .text(try length()))) }
        if let symbol = peek?.symbol, ["+", "-", "*", "/"].contains(symbol) {
            throw problem("computes with \(word)(…); give it a name with AS, and compute with the name")
        }
        return entries
    }

    private mutating func window() throws(Stop) -> DeclarationNode {
        try expect(symbol: "(")
        var entries: [DeclarationNode.Entry] = []
        if take("LIFETIME") {
            entries.append(.init("lifetime", .scalar(.init(text: "true", boolean: true))))
        } else if take("ROLLING") {
            entries.append(.init("rolling", .text(try length())))
        } else if take("TUMBLING") {
            entries.append(.init("tumbling", .text(try length())))
        } else if take("SLIDING") {
            entries.append(.init("sliding", .text(try length())))
            try expect("EVERY")
            entries.append(.init("every", .text(try length())))
        } else {
            throw refusal("ROLLING, TUMBLING, SLIDING or LIFETIME")
        }
        if take("OFFSET") { entries.append(.init("offset", .text(try length()))) }
        if take("DELAY") { entries.append(.init("delay", .text(try length()))) }
        if take("INCLUSIVE") {
            try expect("END")
            entries.append(.init("bounds", .text("(]")))
        }
        try expect(symbol: ")")
        return .mapping(entries)
    }

    private mutating func expression(until end: String, in place: String) throws(Stop) -> DeclarationNode.Entry {
        let text = try text(until: { $0.isKeyword(end) || $0.symbol == "," || $0.symbol == ";" }, "an expression")
        guard let expression = try? RowExpression(text) else { return .init("expression", .text(text)) }
        if let (kind, names) = expression.plainForm { return .init(kind, .list(names.map { .text($0) })) }
        return .init("expression", .text(text))
    }

    /// The text of an expression, up to the token outside its parentheses that ends it.
    private mutating func text(until isEnd: (SQLToken) -> Bool, _ expected: String) throws(Stop) -> String {
        let start = position
        var depth = 0
        while let token = peek {
            if depth == 0, isEnd(token) { break }
            if token.symbol == "(" { depth += 1 }
            if token.symbol == ")" { depth -= 1 }
            if depth < 0 || token.symbol == ";" { break }
            position += 1
        }
        guard position > start else { throw refusal(expected) }
        return spelled(tokens[start..<position])
    }

    /// Tokens as they stand, with a space for what is between them: blanks, or a comment.
    private func spelled(_ tokens: ArraySlice<SQLToken>) -> String {
        var (text, end) = ("", tokens.first?.range.lowerBound ?? 0)
        for token in tokens {
            if token.range.lowerBound > end { text += " " }
            text += source.text(token.range)
            end = token.range.upperBound
        }
        return text
    }

    private mutating func skipItem() {
        var depth = 0
        while let token = peek, token.symbol != ";", depth > 0 || token.symbol != "," {
            if token.symbol == "(" { depth += 1 }
            if token.symbol == ")" { depth = max(0, depth - 1) }
            position += 1
        }
    }

    // MARK: Tokens

    private var peek: SQLToken? { peek(0) }

    private func peek(_ distance: Int) -> SQLToken? {
        position + distance < tokens.count ? tokens[position + distance] : nil
    }

    private mutating func take(_ word: String) -> Bool {
        guard peek?.isKeyword(word) == true else { return false }
        position += 1
        return true
    }

    private mutating func take(symbol: String) -> Bool {
        guard peek?.symbol == symbol else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ word: String) throws(Stop) { if !take(word) { throw refusal(word) } }

    private mutating func expect(symbol: String) throws(Stop) {
        if !take(symbol: symbol) { throw refusal("'\(symbol)'") }
    }

    private mutating func name(_ expected: String) throws(Stop) -> String {
        switch peek?.kind {
        case .word(let text)?, .name(let text)?:
            position += 1
            return text
        default: throw refusal(expected)
        }
    }

    private mutating func number(_ expected: String) throws(Stop) -> DeclarationNode {
        guard case .number(let text)? = peek?.kind else { throw refusal(expected) }
        position += 1
        return .scalar(.init(text: text, long: Int64(text), double: Double(text)))
    }

    /// A length of time in ISO 8601.
    private mutating func length() throws(Stop) -> String {
        guard case .string(let text)? = peek?.kind else { throw refusal("a length of time like '12 months'") }
        guard let length = SQLText.isoLength(text) else {
            throw problem("has '\(text)', which is no length of time like '12 months', '1 day 6 hours' or 'P30D'")
        }
        position += 1
        return length
    }

    private mutating func refusal(_ expected: String) -> Stop {
        let found = peek.map { "has \(source.text($0.range).prefix(60))" } ?? "ends"
        return problem("\(found) where \(expected) is expected")
    }

    private mutating func problem(_ text: String) -> Stop {
        let offset = peek?.range.lowerBound ?? source.count
        problems.append("\(source.place(offset)) \(text)")
        return Stop()
    }
}

extension DeclarationNode {
    fileprivate static func text(_ text: String) -> Self { .scalar(Scalar(text: text)) }
}

extension RowExpression {
    /// `a / b`, `a + b + …` and `coalesce(a, b, …)` of nothing but names, as the kind of feature that says the same.
    fileprivate var plainForm: (kind: String, names: [String])? {
        switch root {
        case .binary(.divided, .column(let first), .column(let second)): ("ratio", [columns[first], columns[second]])
        case .binary(.plus, _, _): addends(root).map { ("sum", $0) }
        case .coalesce(let operands):
            names(operands).map { ("coalesce", $0) }
        default: nil
        }
    }

    private func names(_ nodes: [Node]) -> [String]? {
        let names = nodes.compactMap { node in if case .column(let index) = node { columns[index] } else { nil } }
        return names.count == nodes.count ? names : nil
    }

    private func addends(_ node: Node) -> [String]? {
        switch node {
        case .column(let index): return [columns[index]]
        case .binary(.plus, let left, .column(let index)): return addends(left).map { $0 + [columns[index]] }
        default: return nil
        }
    }
}
