extension FeatureView {
    /// The definition as one JSON text: keys sorted, no spaces, expressions in their canonical form. Equal for
    /// definitions that mean the same however they were written down; its SHA-256 is the view's identity.
    public var canonicalPlan: String { PlanValue(self).text }
}

extension FeatureView: Codable {
    /// - Throws: ``FeatureError/invalidDeclaration(_:)`` with every problem; decoders may wrap it.
    public init(from decoder: any Decoder) throws {
        let views = try Self.views(in: DeclarationNode(from: decoder))
        guard views.count == 1 else { throw FeatureError.invalidDeclaration(["The file holds \(views.count) views"]) }
        self = views[0]
    }

    /// Features are written as a list, because JSON objects have no order.
    public func encode(to encoder: any Encoder) throws {
        try PlanValue(self).node.encode(to: encoder)
    }
}

extension FeatureView {
    /// This view read back from its plan, so that every rule of files holds for views that are made in other ways.
    /// - Throws: ``FeatureError/invalidDeclaration(_:)`` with every problem.
    func checked() throws(FeatureError) -> FeatureView {
        guard let view = try Self.views(in: PlanValue(self).node).first else { return self }
        return view
    }
}

extension FeatureWindow.Extent {
    /// The plainest of the extents that take in the same events: windows that slide by their own length tumble, and
    /// an offset is less than the step.
    var canonical: Self {
        switch self {
        case .tumbling(let length, let offset): .tumbling(length, offset: Self.rest(offset, length))
        case .sliding(let length, let every, let offset):
            length == every
                ? .tumbling(length, offset: Self.rest(offset, length))
                : .sliding(length, every: every, offset: Self.rest(offset, every))
        case .rolling, .months, .lifetime: self
        }
    }

    private static func rest(_ offset: Int64, _ step: Int64) -> Int64 {
        guard step > 0 else { return 0 }
        let rest = offset % step
        return rest < 0 ? rest + step : rest
    }
}

/// The JSON values that a plan is made of.
indirect enum PlanValue {
    case text(String)
    case long(Int64)
    case flag(Bool)
    case list([PlanValue])
    case object([String: PlanValue])

    init(_ view: FeatureView) {
        var object: [String: PlanValue] = [
            "feature_view": .text(view.name), "version": .long(Int64(view.version)),
            "features": .list(view.features.map(PlanValue.init)),
        ]
        if let source = view.source {
            object["source"] = PlanValue(source)
            object["join"] = .list(view.join.map { .text($0) })
        }
        self = .object(object)
    }

    init(_ source: FeatureSource) {
        var object: [String: PlanValue] = [
            "table": .text(source.table), "entity": .list(source.entity.map { .text($0) }),
        ]
        object["event_time"] = source.eventTime.map { .text($0) }
        object["available_at"] = source.availableAt.map { .text($0) }
        object["tie_break"] = source.tieBreak.map { .text($0) }
        self = .object(object)
    }

    init(_ feature: Feature) {
        var object: [String: PlanValue] = ["name": .text(feature.name)]
        if feature.isHidden { object["hidden"] = .flag(true) }
        switch feature.definition {
        case .aggregate(let aggregate, let column, let window, let filter):
            object[aggregate.name] = .text(column ?? "*")
            if case .approxQuantile(let quantile) = aggregate { object["quantile"] = .text(quantile.description) }
            object["window"] = PlanValue(window)
            object["where"] = filter.map { .text($0.description) }
        case .ratio(let dividend, let divisor): object["ratio"] = .list([.text(dividend), .text(divisor)])
        case .sum(let names): object["sum"] = .list(names.map { .text($0) })
        case .coalesce(let names): object["coalesce"] = .list(names.map { .text($0) })
        case .latest(let column, let lookback):
            object["latest"] = .text(column)
            object["lookback"] = lookback.map { .text(Self.spelled($0)) }
        case .lookup(let column): object["lookup"] = .text(column)
        case .expression(let expression): object["expression"] = .text(expression.description)
        }
        self = .object(object)
    }

    init(_ window: FeatureWindow) {
        var object: [String: PlanValue]
        switch window.extent.canonical {
        case .rolling(let duration): object = ["rolling": .text(Self.spelled(duration))]
        case .months(let months): object = ["rolling": .text("P\(months)M")]
        case .tumbling(let duration, let offset):
            object = ["tumbling": .text(Self.spelled(duration))]
            if offset != 0 { object["offset"] = .text(Self.spelled(offset)) }
        case .sliding(let duration, let every, let offset):
            object = ["sliding": .text(Self.spelled(duration)), "every": .text(Self.spelled(every))]
            if offset != 0 { object["offset"] = .text(Self.spelled(offset)) }
        case .lifetime: object = ["lifetime": .flag(true)]
        }
        if window.delay != 0 { object["delay"] = .text(Self.spelled(window.delay)) }
        if window.includesEnd { object["bounds"] = .text("(]") }
        self = .object(object)
    }

    /// Whole days, else seconds with six digits after the point where needed.
    static func spelled(_ microseconds: Int64) -> String {
        // A minus, so that what may not be below zero is refused when it is read back.
        if microseconds < 0 { return "-" + spelled(microseconds == .min ? .max : -microseconds) }
        let day: Int64 = 86_400_000_000
        if microseconds % day == 0 { return "P\(microseconds / day)D" }
        let fraction = String(microseconds % 1_000_000 + 1_000_000).dropFirst()
        return "PT\(microseconds / 1_000_000)" + (fraction == "000000" ? "S" : ".\(fraction)S")
    }

    var text: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .long(let value): value.description
        case .flag(let value): value.description
        case .list(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let values):
            "{"
                + values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { Self.quoted($0.key) + ":" + $0.value.text }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    var node: DeclarationNode {
        switch self {
        case .text(let text): .scalar(.init(text: text))
        case .long(let value): .scalar(.init(text: value.description, long: value))
        case .flag(let value): .scalar(.init(text: value.description, boolean: value))
        case .list(let values): .list(values.map(\.node))
        case .object(let values): .mapping(values.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.node) })
        }
    }
}
