/// The words that feature views and training sets share.
extension DeclarationReader {
    /// Names of other features, each a word.
    mutating func operands(_ key: String, _ count: ClosedRange<Int> = 1...200) -> [String]? {
        let names = node[key]?.elements?.compactMap(\.text) ?? []
        guard count.contains(names.count), names.count == node[key]?.elements?.count, !names.contains("") else {
            report(count == 2...2 ? "needs two names under '\(key)'" : "needs a list of names under '\(key)'")
            return nil
        }
        return names
    }

    /// An aggregate by its word, with `quantile` where it takes one.
    mutating func aggregate(_ word: String) -> FeatureAggregate? {
        if word != "approx_quantile" {
            if has("quantile") { report("has 'quantile' but is no approx_quantile") }
            if let aggregate = FeatureAggregate(word) { return aggregate }
            report("has the unknown function '\(word)'; known are \(FeatureAggregate.names.joined(separator: ", "))")
            return nil
        }
        let quantile = node["quantile"].flatMap { $0.double ?? $0.text.flatMap(Double.init) }
        if let aggregate = FeatureAggregate(word, quantile: quantile) { return aggregate }
        report("needs a number from 0 to 1 under 'quantile'")
        return nil
    }

    /// A length of time in microseconds, like `PT6H`; none with months.
    mutating func duration(_ key: String, atLeast least: Int64 = 0, signed: Bool = false) -> Int64? {
        guard let text = text(key) else { return nil }
        let negative = signed && text.hasPrefix("-")
        if case .microseconds(let length) = CalendarDuration(negative ? String(text.dropFirst()) : text),
            length >= least
        {
            return negative ? -length : length
        }
        let above = least > 0 ? "a duration above zero" : "a duration"
        report("needs \(above) without months under '\(key)', like P1D or PT6H, not '\(text)'")
        return nil
    }

    /// The greatest age of a looked-up row in microseconds, 0 for the same instant.
    mutating func lookback() -> Int64? {
        guard let text = text("lookback") else { return nil }
        if case .microseconds(let length) = CalendarDuration(text) { return length }
        let problem = text.hasPrefix("-") ? "a duration that is not below zero" : "a duration without months"
        report("needs \(problem) under 'lookback', like PT3H, not '\(text)'", as: .invalidLookback)
        return nil
    }

    /// A condition: an expression as text, or `{column: …, op: …, value: …}`.
    mutating func filter(_ key: String) -> RowExpression? {
        guard node[key]?.entries != nil, let value = node[key] else { return expression(key) }
        var condition = DeclarationReader(
            value, "The '\(key)' of \(place.lowercasedFirst)", keys: ["column", "op", "value"])
        defer { adopt(condition.issues) }
        let column = condition.required("column")
        let symbol = condition.required("op")
        guard let operand = value["value"].flatMap(FeatureValue.init) else {
            condition.report("needs one word or number under 'value'")
            return nil
        }
        if case .double(let number) = operand, !number.isFinite {
            condition.report("needs a finite number under 'value', not \(number)")
            return nil
        }
        if column.isEmpty { return nil }
        guard let filter = RowExpression(comparing: column, symbol, to: operand) else {
            if RowExpression(comparing: column, "=", to: operand) == nil {
                condition.report("has a column and a value that are longer than an expression may be")
            } else if !symbol.isEmpty {
                condition.report("needs one of = != < <= > >= under 'op', not '\(symbol)'")
            }
            return nil
        }
        return filter
    }

    /// `{rolling: P30D}`, `{lifetime: true}`, `{tumbling: P1D, offset: PT6H}` or `{sliding: P7D, every: P1D}`, each
    /// with `delay` and `bounds: "(]"`; these two may also stand beside the window.
    mutating func window() -> FeatureWindow? {
        guard let node = node["window"] else {
            report("lacks 'window': {rolling: P30D}, or {lifetime: true}")
            return nil
        }
        var window = DeclarationReader(
            node, "The window of \(place.lowercasedFirst)",
            keys: ["rolling", "lifetime", "tumbling", "sliding", "every", "offset", "delay", "bounds"])
        defer { adopt(window.issues) }
        guard window.issues.isEmpty else { return nil }
        let extent = window.extent()
        for key in ["delay", "bounds"] where has(key) && window.has(key) {
            window.report("has '\(key)', and so has the feature; say it once")
        }
        let delay = (window.has("delay") ? window.duration("delay") : duration("delay")) ?? 0
        let includesEnd = window.has("bounds") ? window.includesEnd() : includesEnd()
        return extent.map { FeatureWindow($0, delay: delay, includesEnd: includesEnd) }
    }

    private mutating func includesEnd() -> Bool {
        guard let bounds = text("bounds") else { return false }
        if bounds != "(]", bounds != "[)" { report("needs \"[)\" or \"(]\" under 'bounds', not '\(bounds)'") }
        return bounds == "(]"
    }

    private mutating func extent() -> FeatureWindow.Extent? {
        let found = ["rolling", "lifetime", "tumbling", "sliding"].filter(has)
        guard found.count == 1 else {
            report("needs one of {rolling: P30D}, {lifetime: true}, {tumbling: P1D} or {sliding: P7D, every: P1D}")
            return nil
        }
        if has("every"), found != ["sliding"] { report("has 'every' but is not sliding") }
        if has("offset"), found == ["rolling"] || found == ["lifetime"] { report("has 'offset' but no grid") }
        switch found[0] {
        case "lifetime":
            if flag("lifetime") { return .lifetime }
            report("needs {lifetime: true}")
            return nil
        case "rolling": return rolling()
        case "tumbling":
            guard let length = duration("tumbling", atLeast: 1) else { return nil }
            return .tumbling(length, offset: offset(every: length))
        default:
            if !has("every") { report("lacks 'every', the distance between the ends of windows") }
            guard let length = duration("sliding", atLeast: 1), let every = duration("every", atLeast: 1) else {
                return nil
            }
            return .sliding(length, every: every, offset: offset(every: every))
        }
    }

    private mutating func rolling() -> FeatureWindow.Extent? {
        guard let text = text("rolling") else { return nil }
        switch CalendarDuration(text) {
        case .months(let months) where months > 0: return .months(months)
        case .microseconds(let duration) where duration > 0: return .rolling(duration)
        default:
            report("needs a duration above zero, like P30D, PT6H or P12M, not '\(text)'")
            return nil
        }
    }

    /// From 0 up to `every`.
    private mutating func offset(every: Int64) -> Int64 {
        let rest = (duration("offset", signed: true) ?? 0) % every
        return rest < 0 ? rest + every : rest
    }
}

extension FeatureValue {
    /// A plain value as YAML reads it: `1` a number, `"1"` text. Nil for a list or a mapping.
    init?(_ node: DeclarationNode) {
        switch node {
        case .null: self = .null
        case .scalar(let scalar):
            if let boolean = scalar.boolean, ["true", "false"].contains(scalar.text.lowercased()) {
                self = .boolean(boolean)
            } else if scalar.long != nil, let long = Int64(scalar.text) {
                self = .long(long)
            } else if let double = scalar.double, !scalar.text.contains(":") {
                self = .double(double)
            } else {
                self = .string(scalar.text)
            }
        case .list, .mapping: return nil
        }
    }
}

extension RowExpression {
    /// One column compared with one value, equal to the same comparison as text. A comparison with null is never true.
    ///
    /// Nil for what is no comparison, and for values that no expression can spell: infinities, NaN, dates, instants.
    public init?(comparing column: String, _ symbol: String, to value: FeatureValue) {
        guard let comparison = Operator(rawValue: symbol == "!=" ? "<>" : symbol == "==" ? "=" : symbol),
            comparison.isComparison, let value = Node(value)
        else { return nil }
        self.init(columns: [column], root: .binary(comparison, .column(0), value))
        guard (try? requireReadable()) != nil else { return nil }
    }
}
