import MartletDomain

extension ColumnKind {
    /// How row expressions see it; nil for one that they do not read.
    var valueType: FeatureValueType? {
        switch self {
        case .boolean: .boolean
        case .byte, .short, .integer, .long: .long
        case .float, .double, .decimal: .double
        case .string: .string
        case .date: .date
        case .timestamp: .timestamp
        case .binary, .naiveTimestamp, .nanoseconds, .other: nil
        }
    }

    init(_ type: FeatureValueType) {
        switch type {
        case .boolean: self = .boolean
        case .long: self = .long
        case .double: self = .double
        case .string: self = .string
        case .date: self = .date
        case .timestamp: self = .timestamp
        }
    }
}

extension PlanBuilder {
    /// The expression as SQL and its type; nil, with the reason on record, if it does not fit its columns.
    ///
    /// - Parameter column: The SQL and type of a column by name; nil if there is none.
    mutating func compiled(
        _ expression: RowExpression, _ place: String, column: (String) -> (sql: String, kind: ColumnKind)?
    ) -> (sql: String, kind: ColumnKind)? {
        var types: [FeatureValueType] = []
        var columns: [(sql: String, kind: ColumnKind)] = []
        for name in expression.columns {
            guard let found = column(name) else {
                report(.missingColumn, "\(place) reads \(name), which is no column")
                return nil
            }
            guard let type = found.kind.valueType else {
                report(.typeMismatch, "\(place) reads \(name), and expressions do not read \(found.kind)")
                return nil
            }
            types.append(type)
            columns.append(found)
        }
        do {
            let type = try expression.type(given: types) ?? .boolean
            return (try dialect.expression(expression, columns), ColumnKind(type))
        } catch {
            report(.typeMismatch, "\(place) \(error)")
            return nil
        }
    }

    /// A default as SQL of the feature's type; nil, with the reason on record, if it is not of that type.
    mutating func fallback(
        _ value: FeatureValue, for name: String, _ kind: ColumnKind, _ place: String
    ) -> String? {
        if let text = Self.text(of: value, as: kind) { return dialect.cast(dialect.literal(text), to: kind) }
        if value.isNull { return nil }
        report(.typeMismatch, "\(place) has a default for \(name) that is no \(kind)")
        return nil
    }

    /// The value spelled so that the engine reads it as that type; nil if it is not of the type.
    private static func text(of value: FeatureValue, as kind: ColumnKind) -> String? {
        switch (kind, value) {
        case (.boolean, .boolean(let value)): value.description
        case (.byte, .long(let value)): Int8(exactly: value)?.description
        case (.short, .long(let value)): Int16(exactly: value)?.description
        case (.integer, .long(let value)): Int32(exactly: value)?.description
        case (.long, .long(let value)): value.description
        case (.float, .double(let value)), (.double, .double(let value)): value.description
        case (.float, .long(let value)), (.double, .long(let value)): Double(value).description
        case (.decimal(let precision, let scale), .string(let text)):
            fits(text, precision: precision, scale: scale) ? text : nil
        case (.decimal(let precision, let scale), .long(let value)):
            fits(value.description, precision: precision, scale: scale) ? value.description : nil
        case (.decimal(let precision, let scale), .double(let value)):
            fits(value.description, precision: precision, scale: scale) ? value.description : nil
        case (.string, .string(let text)): text
        case (.date, .string(let text)) where text.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil: text
        case (.timestamp, .string(let text)) where text.wholeMatch(of: /\d{4}-\d\d-\d\dT[0-9:.]+Z/) != nil: text
        default: nil
        }
    }

    /// Whether the text is a decimal number with at most so many digits, none of them lost.
    private static func fits(_ text: String, precision: Int, scale: Int) -> Bool {
        guard let match = text.wholeMatch(of: /[-+]?(\d*)(?:\.(\d*))?/), match.1.count + (match.2?.count ?? 0) > 0
        else { return false }
        let whole = match.1.drop { $0 == "0" }.count
        return whole <= precision - scale && (match.2?.count ?? 0) <= scale
    }
}
