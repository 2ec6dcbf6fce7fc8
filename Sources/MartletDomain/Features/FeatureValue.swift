/// One cell as row expressions see it.
public enum FeatureValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    case long(Int64)
    case double(Double)
    case string(String)
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)

    public var isNull: Bool { if case .null = self { true } else { false } }

    /// A decimal as expressions see it: the double nearest to `unscaled / 10^scale`.
    public static func decimal(_ unscaled: Int128, scale: Int) -> FeatureValue {
        .double(Double(unscaled: unscaled, scale: scale))
    }
}

/// The type of a row expression's value. Small integers widen to `long`, floats and decimals to `double`.
public enum FeatureValueType: String, Sendable, Equatable, CaseIterable {
    case boolean, long, double, string, date, timestamp

    /// Nil for a type that expressions do not read.
    public init?(_ type: DataType) {
        switch type {
        case .boolean: self = .boolean
        case .byte, .short, .integer, .long: self = .long
        case .float, .double, .decimal: self = .double
        case .string: self = .string
        case .date: self = .date
        case .timestamp: self = .timestamp
        case .binary: return nil
        }
    }

    /// The column type that a value of this type is stored in.
    public var dataType: DataType {
        switch self {
        case .boolean: .boolean
        case .long: .long
        case .double: .double
        case .string: .string
        case .date: .date
        case .timestamp: .timestamp
        }
    }

    public var isNumeric: Bool { self == .long || self == .double }
}

extension Double {
    /// The double nearest to the decimal `unscaled / 10^scale`.
    package init(unscaled: Int128, scale: Int) {
        let exact: Int128 = 1 << 53
        if (-exact...exact).contains(unscaled), (0...22).contains(scale) {
            // Both are exact, so the one division rounds once.
            self = Double(unscaled) / (0..<scale).reduce(1.0) { power, _ in power * 10 }
        } else {
            self = Double("\(unscaled)e-\(scale)") ?? .nan
        }
    }
}
