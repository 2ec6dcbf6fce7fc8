/// A length of a window: exact, or in calendar months.
public struct FeatureSpan: Sendable, Hashable {
    let months: Int
    /// Exact lengths; 0 for months, which no window of exact length takes.
    let microseconds: Int64

    private init(months: Int = 0, _ count: Int = 0, of unit: Int64 = 0) {
        let (length, overflow) = Int64(count).multipliedReportingOverflow(by: unit)
        (self.months, microseconds) = (months, overflow ? 0 : length)
    }

    public static func months(_ count: Int) -> Self { Self(months: count) }
    public static func days(_ count: Int) -> Self { Self(count, of: 86_400_000_000) }
    public static func hours(_ count: Int) -> Self { Self(count, of: 3_600_000_000) }
    public static func minutes(_ count: Int) -> Self { Self(count, of: 60_000_000) }
    public static func seconds(_ count: Int) -> Self { Self(count, of: 1_000_000) }
    public static func microseconds(_ count: Int) -> Self { Self(count, of: 1) }
}

extension FeatureWindow {
    /// `[t − span, t)`.
    public static func rolling(_ span: FeatureSpan) -> Self {
        span.months != 0 ? Self(.months(span.months)) : Self(.rolling(span.microseconds))
    }

    /// The last whole one of the windows that follow each other from the epoch plus the offset. Not of months.
    public static func tumbling(_ span: FeatureSpan, offset: FeatureSpan = .seconds(0)) -> Self {
        Self(Extent.tumbling(span.microseconds, offset: offset.microseconds))
    }

    /// Ends at the newest instant at or before `t` on the grid `offset + every · n`. Not of months.
    public static func sliding(_ span: FeatureSpan, every: FeatureSpan, offset: FeatureSpan = .seconds(0)) -> Self {
        Self(Extent.sliding(span.microseconds, every: every.microseconds, offset: offset.microseconds))
    }

    /// The window shifted back: `[t − delay − d, t − delay)`. Not by months.
    public func delayed(by span: FeatureSpan) -> Self {
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
