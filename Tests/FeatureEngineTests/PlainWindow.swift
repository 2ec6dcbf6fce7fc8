import Foundation
import MartletDomain

/// Which events a window takes in, worked out without the code that is tested: grids by search, months by Foundation.
struct PlainWindow {
    let window: FeatureWindow

    init(_ window: FeatureWindow) { self.window = window }

    /// - Parameters:
    ///   - event: When it happened, microseconds since 1970 UTC.
    ///   - label: The instant as of which the feature is computed.
    func holds(_ event: Int64, at label: Int64) -> Bool {
        let now = Int128(label) - Int128(window.delay)
        var (start, end): (Int128?, Int128)
        switch window.extent {
        case .lifetime: (start, end) = (nil, now)
        case .rolling(let length): (start, end) = (now - Int128(length), now)
        case .months(let months): (start, end) = (Self.months(months, before: now), now)
        case .tumbling(let length, let offset):
            end = Self.newest(now, every: Int128(length), offset: Int128(offset))
            start = end - Int128(length)
        case .sliding(let length, let every, let offset):
            end = Self.newest(now, every: Int128(every), offset: Int128(offset))
            start = end - Int128(length)
        }
        let event = Int128(event)
        if window.includesEnd { return event <= end && start.map { event > $0 } ?? true }
        return event < end && start.map { event >= $0 } ?? true
    }

    /// The newest point of the grid that is not after `now`.
    private static func newest(_ now: Int128, every: Int128, offset: Int128) -> Int128 {
        var (low, high) = (Int128(-1) << 70, Int128(1) << 70)
        while high - low > 1 {
            let middle = (low + high) >> 1
            if offset + middle * every <= now { low = middle } else { high = middle }
        }
        return offset + low * every
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    /// The same time of day as many months before; the last day of a month that is too short.
    private static func months(_ count: Int, before now: Int128) -> Int128 {
        let day: Int128 = 86_400_000_000
        var (days, rest) = now.quotientAndRemainder(dividingBy: day)
        if rest < 0 { (days, rest) = (days - 1, rest + day) }
        let midnight = Date(timeIntervalSince1970: Double(days) * 86_400)
        let today = calendar.dateComponents([.year, .month, .day], from: midnight)
        var (year, month) = (today.year ?? 0, (today.month ?? 1) - count)
        while month < 1 { (year, month) = (year - 1, month + 12) }
        guard let first = calendar.date(from: DateComponents(year: year, month: month, day: 1)),
            let length = calendar.range(of: .day, in: .month, for: first)?.count,
            let earlier = calendar.date(
                from: DateComponents(year: year, month: month, day: min(today.day ?? 1, length)))
        else { return now }
        return Int128(earlier.timeIntervalSince1970.rounded()) * 1_000_000 + rest
    }
}
