extension SearchFilter {
    /// A longer filter string is refused, in UTF-8 bytes.
    public static let longestFilter = 65_536
    /// More comparisons in one filter are refused.
    public static let mostComparisons = 100
    /// More values in one list are refused.
    public static let mostListed = 1_000

    /// Reads a filter string; an empty one finds everything.
    /// - Throws: ``InvalidRequest`` that says which clause cannot be understood.
    public init(parsing filter: String, as grammar: SearchGrammar) throws(InvalidRequest) {
        guard filter.utf8.count <= Self.longestFilter else {
            throw InvalidRequest("The filter string is longer than \(Self.longestFilter) bytes.")
        }
        let tokens = try SearchToken.all(in: filter)
        guard filter.isEmpty || !tokens.isEmpty else {
            throw InvalidRequest("Invalid filter '\(filter.prefix(500))'. Could not be parsed.")
        }
        var clauses = SearchClauses(tokens: tokens, grammar: grammar)
        comparisons = []
        while let comparison = try clauses.next() {
            comparisons.append(comparison)
            guard comparisons.count <= Self.mostComparisons else {
                throw InvalidRequest("The filter string has more than \(Self.mostComparisons) comparisons.")
            }
        }
    }
}

/// Takes comparison after comparison from the words of a filter string.
private struct SearchClauses {
    let tokens: [SearchToken]
    let grammar: SearchGrammar
    private var place = 0

    init(tokens: [SearchToken], grammar: SearchGrammar) { (self.tokens, self.grammar) = (tokens, grammar) }

    private var current: SearchToken? { place < tokens.count ? tokens[place] : nil }

    private func invalidClause() -> InvalidRequest {
        let clause = tokens[min(place, tokens.count)...].prefix(8).map(\.shown).joined(separator: " ")
        return InvalidRequest("Invalid clause(s) in filter string: '\(clause)'")
    }

    mutating func next() throws(InvalidRequest) -> SearchFilter.Comparison? {
        if place > 0, current != nil {
            guard current?.keyword == "AND", place + 1 < tokens.count else { throw invalidClause() }
            place += 1
        }
        guard let first = current else { return nil }
        guard case .identifier(let identifier) = first, place + 1 < tokens.count else { throw invalidClause() }
        let start = place
        place += 1
        guard let word = try comparatorWord() else {
            place = start
            throw invalidClause()
        }
        let (entity, key) = try grammar.resolve(identifier)
        let value = try value(of: entity, key, after: word)
        let known = grammar.comparators(for: entity, key)
        guard let comparator = SearchComparator(rawValue: word), known.contains(comparator) else {
            if word.hasPrefix("IS ") {
                throw InvalidRequest(
                    "IS NULL / IS NOT NULL is only supported for tags and params, "
                        + "not for '\(entity.rawValue)' '\(key)'")
            }
            let list = known.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw InvalidRequest("Invalid comparator '\(word)' not one of '{\(list)}")
        }
        return SearchFilter.Comparison(entity, key, comparator, value)
    }

    /// `=`, `LIKE`, `NOT IN`, `IS NOT NULL` …, or nil when no comparator stands here.
    private mutating func comparatorWord() throws(InvalidRequest) -> String? {
        if case .comparator(let word) = current {
            place += 1
            return word
        }
        let words = tokens[place...].prefix(3).map { $0.keyword ?? "" }
        for candidate in [
            ["IS", "NOT", "NULL"], ["IS", "NULL"], ["NOT", "IN"], ["IN"], ["LIKE"], ["ILIKE"], ["RLIKE"],
        ]
        where words.starts(with: candidate) {
            place += candidate.count
            return candidate.joined(separator: " ")
        }
        return nil
    }

    private mutating func value(
        of entity: SearchEntity, _ key: String, after comparator: String
    ) throws(InvalidRequest) -> SearchValue {
        if comparator.hasPrefix("IS ") { return .nothing }
        guard let token = current else { throw invalidClause() }
        if token == .open { return .list(try list(of: entity, key, after: comparator)) }
        place += 1
        if comparator.hasSuffix("IN") {
            throw InvalidRequest("Expected a list of quoted strings after \(comparator). Got value \(token.shown)")
        }
        if grammar.isWhole(entity, key) {
            guard let whole = token.wholeNumber else {
                throw InvalidRequest("Invalid value for numeric attribute '\(key)': \(token.shown)")
            }
            return .number(Double(whole))
        }
        if grammar.isNumeric(entity, key) {
            if case .number(let number, _) = token { return .number(number) }
            throw InvalidRequest(
                entity == .metric
                    ? "Expected numeric value type for metric. Found \(token.shown)"
                    : "Expected numeric value type for numeric attribute: \(key). Found \(token.shown)")
        }
        switch token {
        case .text(let text): return .text(text)
        case .identifier(let word) where word.hasPrefix("\"") && word.withoutQuotes != word:
            return .text(word.withoutQuotes)
        case .identifier(let word):
            throw InvalidRequest(
                "Parameter value is either not quoted or unidentified quote types used for string value \(word). "
                    + "Use either single or double quotes.")
        default:
            throw InvalidRequest(
                "Expected a quoted string value for \(entity.rawValue) (e.g. 'my-value'). Got value \(token.shown)")
        }
    }

    private mutating func list(
        of entity: SearchEntity, _ key: String, after comparator: String
    ) throws(InvalidRequest) -> [String] {
        guard comparator.hasSuffix("IN"), grammar.takesList(entity, key) else {
            throw InvalidRequest(
                "'\(key)' does not support comparison by \(comparator) with a list of quoted string values.")
        }
        place += 1
        var list: [String] = []
        while let token = current {
            place += 1
            switch token {
            case .text(let text): list.append(text)
            case .identifier(let word) where word.hasPrefix("\""): list.append(word.withoutQuotes)
            default:
                throw InvalidRequest(
                    "While parsing a list in the query, expected a non-empty list of quoted string values, but got "
                        + token.shown)
            }
            guard list.count <= SearchFilter.mostListed else {
                throw InvalidRequest("A list in the filter string has more than \(SearchFilter.mostListed) values.")
            }
            let separator = current
            place += 1
            if separator == .close { return list }
            guard separator == .comma else { break }
            if current == .close {
                place += 1
                return list
            }
        }
        throw InvalidRequest("Invalid clause(s) in filter string: a list of values is not closed")
    }
}

extension SearchOrder {
    /// Reads an order: `metrics.auc DESC`, `attributes.start_time`, ``params.`max depth` ASC``.
    /// - Throws: ``InvalidRequest`` when it cannot be understood.
    public init(parsing order: String, as grammar: SearchGrammar) throws(InvalidRequest) {
        guard order.utf8.count <= 4_096, let tokens = try? SearchToken.all(in: order), (1...2).contains(tokens.count),
            case .identifier(let identifier) = tokens[0]
        else { throw InvalidRequest("Invalid order_by clause '\(order.prefix(500))'. Could not be parsed.") }
        var isAscending = true
        if tokens.count == 2 {
            switch tokens[1].keyword {
            case "ASC": break
            case "DESC": isAscending = false
            default: throw InvalidRequest("Invalid ordering key in order_by clause '\(order)'.")
            }
        }
        let (entity, key) = try grammar.resolve(identifier)
        self.init(entity, key, isAscending: isAscending)
    }

    /// Reads a list of orders.
    /// - Throws: ``InvalidRequest`` when one cannot be understood or names the same thing twice.
    public static func all(parsing orders: [String], as grammar: SearchGrammar) throws(InvalidRequest) -> [SearchOrder]
    {
        guard orders.count <= 20 else { throw InvalidRequest("`order_by` has more than 20 fields.") }
        var parsed: [SearchOrder] = []
        for order in orders {
            let order = try SearchOrder(parsing: order, as: grammar)
            guard order.entity != .dataset else {
                throw InvalidRequest("Invalid identifier type '\(order.entity.rawValue)'")
            }
            guard !parsed.contains(where: { $0.entity == order.entity && $0.key == order.key }) else {
                throw InvalidRequest("`order_by` contains duplicate fields: \(orders)")
            }
            parsed.append(order)
        }
        return parsed
    }
}
