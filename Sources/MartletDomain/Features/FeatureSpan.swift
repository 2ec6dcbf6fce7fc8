/// A length of a rolling window: exact, or in calendar months.
public struct FeatureSpan: Sendable, Hashable {
    enum Length: Sendable, Hashable {
        case exact(ExactSpan)
        case months(Int)
    }

    let length: Length

    private init(_ length: Length) { self.length = length }

    public static func months(_ count: Int) -> Self { Self(.months(count)) }
    public static func days(_ count: Int) -> Self { Self(.exact(.days(count))) }
    public static func hours(_ count: Int) -> Self { Self(.exact(.hours(count))) }
    public static func minutes(_ count: Int) -> Self { Self(.exact(.minutes(count))) }
    public static func seconds(_ count: Int) -> Self { Self(.exact(.seconds(count))) }
    public static func microseconds(_ count: Int) -> Self { Self(.exact(.microseconds(count))) }
}

/// An exact length of time. One that 64 bits of microseconds have no room for, some 292,000 years, is the greatest there is.
public struct ExactSpan: Sendable, Hashable {
    let microseconds: Int64

    private init(_ count: Int, of unit: Int64) {
        let (length, overflow) = Int64(count).multipliedReportingOverflow(by: unit)
        microseconds = overflow ? (count < 0 ? -.max : .max) : length
    }

    public static func days(_ count: Int) -> Self { Self(count, of: 86_400_000_000) }
    public static func hours(_ count: Int) -> Self { Self(count, of: 3_600_000_000) }
    public static func minutes(_ count: Int) -> Self { Self(count, of: 60_000_000) }
    public static func seconds(_ count: Int) -> Self { Self(count, of: 1_000_000) }
    public static func microseconds(_ count: Int) -> Self { Self(count, of: 1) }
}

extension FeatureWindow {
    /// `[t − span, t)`.
    public static func rolling(_ span: FeatureSpan) -> Self {
        switch span.length {
        case .months(let months): Self(.months(months))
        case .exact(let exact): Self(.rolling(exact.microseconds))
        }
    }

    /// The last whole one of the windows that follow each other from the epoch plus the offset.
    public static func tumbling(_ span: ExactSpan, offset: ExactSpan = .seconds(0)) -> Self {
        Self(Extent.tumbling(span.microseconds, offset: offset.microseconds))
    }

    /// Ends at the newest instant at or before `t` on the grid `offset + every · n`.
    public static func sliding(_ span: ExactSpan, every: ExactSpan, offset: ExactSpan = .seconds(0)) -> Self {
        Self(Extent.sliding(span.microseconds, every: every.microseconds, offset: offset.microseconds))
    }

    /// The window shifted back: `[t − delay − d, t − delay)`.
    public func delayed(by span: ExactSpan) -> Self {
        var window = self
        window.delay = span.microseconds
        return window
    }

    /// `(t − d, t]` in place of `[t − d, t)`.
    public var includingEnd: Self {
        var window = self
        window.includesEnd = true
        return window
    }
}
