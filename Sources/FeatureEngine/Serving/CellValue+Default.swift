import MartletDomain

extension CellValue {
    /// A default as a cell of a type; nil for null and for what is not of the type.
    init?(_ value: FeatureValue, as kind: ColumnKind) {
        switch (kind, value) {
        case (.boolean, .boolean(let value)): self = .boolean(value)
        case (.byte, .long(let value)), (.short, .long(let value)), (.integer, .long(let value)),
            (.long, .long(let value)):
            self = .long(value)
        case (.float, .double(let value)): self = .double(Double(Float(value)))
        case (.double, .double(let value)): self = .double(value)
        case (.float, .long(let value)): self = .double(Double(Float(value)))
        case (.double, .long(let value)): self = .double(Double(value))
        case (.decimal(_, let scale), .string(let text)):
            guard let value = Self.unscaled(text, scale) else { return nil }
            self = .decimal(value)
        case (.decimal(_, let scale), .long(let value)):
            guard let value = Self.unscaled(value.description, scale) else { return nil }
            self = .decimal(value)
        case (.decimal(_, let scale), .double(let value)):
            guard let value = Self.unscaled(value.description, scale) else { return nil }
            self = .decimal(value)
        case (.string, .string(let text)): self = .string(text)
        case (.date, .string(let text)):
            guard let instant = try? Instant(text) else { return nil }
            let day: Int64 = 86_400_000_000
            self = .date(Int32(clamping: instant.microseconds / day - (instant.microseconds % day < 0 ? 1 : 0)))
        case (.timestamp, .string(let text)):
            guard let instant = try? Instant(text) else { return nil }
            self = .timestamp(instant.microseconds)
        default: return nil
        }
    }

    /// The digits of a decimal number without its point; nil if some would be lost.
    private static func unscaled(_ text: String, _ scale: Int) -> Int128? {
        var (value, digits, isNegative, fraction): (Int128, Int, Bool, Int?) = (0, 0, false, nil)
        for (index, character) in text.enumerated() {
            if index == 0, character == "-" || character == "+" {
                isNegative = character == "-"
            } else if character == ".", fraction == nil {
                fraction = 0
            } else if let digit = character.wholeNumberValue, character.isASCII {
                digits += 1
                if fraction != nil { fraction = (fraction ?? 0) + 1 }
                guard digits <= 38 else { return nil }
                value = value * 10 + Int128(digit)
            } else {
                return nil
            }
        }
        let missing = scale - (fraction ?? 0)
        guard digits > 0, missing >= 0 else { return nil }
        for _ in 0..<missing {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return isNegative ? -value : value
    }
}
