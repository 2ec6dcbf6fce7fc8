import Foundation

/// How often a model in service is to be looked at: `daily`, `weekly`, `monthly`, an ISO 8601 duration (`P7D`, `PT12H`,
/// `P1M`) or five fields as cron has them (`0 6 * * 1`), in UTC.
public enum CheckFrequency: Sendable, Hashable {
    case daily, weekly, monthly
    case every(TimeSpan)
    case months(Int)
    case cron(CronSchedule)

    /// The moment by which the look after the one at `time` is due, milliseconds since 1970 UTC.
    public func due(after time: Int64) -> Int64 {
        switch self {
        case .daily: return time + 86_400_000
        case .weekly: return time + 7 * 86_400_000
        case .monthly: return Self.adding(1, to: time)
        case .every(let span): return time + span.milliseconds
        case .months(let count): return Self.adding(count, to: time)
        case .cron(let schedule): return schedule.next(after: time) ?? time
        }
    }

    private static func adding(_ months: Int, to time: Int64) -> Int64 {
        let date = Date(timeIntervalSince1970: Double(time) / 1_000)
        let calendar = Calendar.ofUTC
        guard let later = calendar.date(byAdding: .month, value: months, to: date) else { return time }
        return Int64((later.timeIntervalSince1970 * 1_000).rounded())
    }
}

extension CheckFrequency: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let frequency = CheckFrequency(rawValue: text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(text)' is no frequency: write daily, weekly, monthly, P7D or 0 6 * * 1")
        }
        self = frequency
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension CheckFrequency: RawRepresentable {
    public init?(rawValue: String) {
        switch rawValue {
        case "daily": self = .daily
        case "weekly": self = .weekly
        case "monthly": self = .monthly
        default:
            if let months = Self.months(rawValue) {
                self = .months(months)
            } else if rawValue.hasPrefix("P"), let span = TimeSpan(rawValue) {
                self = .every(span)
            } else if let schedule = CronSchedule(rawValue) {
                self = .cron(schedule)
            } else {
                return nil
            }
        }
    }

    public var rawValue: String {
        switch self {
        case .daily: "daily"
        case .weekly: "weekly"
        case .monthly: "monthly"
        case .every(let span):
            span.milliseconds % 86_400_000 == 0
                ? "P\(span.milliseconds / 86_400_000)D" : "PT\(span.milliseconds / 1_000)S"
        case .months(let count): "P\(count)M"
        case .cron(let schedule): schedule.text
        }
    }

    /// `P3M` or `P1Y`.
    private static func months(_ text: String) -> Int? {
        guard text.hasPrefix("P"), let unit = text.last, unit == "M" || unit == "Y",
            let count = Int(text.dropFirst().dropLast()), (1...1_200).contains(count)
        else { return nil }
        return unit == "Y" ? count * 12 : count
    }
}

extension Calendar {
    static var ofUTC: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }
}

/// Minute, hour, day of the month, month and day of the week (0 and 7 are Sunday), each `*`, a number, a range, a list
/// or steps: `0 6 * * 1-5`, `*/15 * * * *`. When both kinds of day are limited either will do, as with cron. Times are
/// UTC.
public struct CronSchedule: Sendable, Hashable {
    public let text: String
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let days: Set<Int>
    private let months: Set<Int>
    private let weekdays: Set<Int>
    private let limitsDays: Bool
    private let limitsWeekdays: Bool

    public init?(_ text: String) {
        let fields = text.split(separator: " ").map(String.init)
        guard fields.count == 5, text.utf8.count <= 200, let minutes = Self.values(fields[0], 0...59),
            let hours = Self.values(fields[1], 0...23), let days = Self.values(fields[2], 1...31),
            let months = Self.values(fields[3], 1...12), let weekdays = Self.values(fields[4], 0...7)
        else { return nil }
        self.text = fields.joined(separator: " ")
        (self.minutes, self.hours, self.days, self.months) = (minutes, hours, days, months)
        self.weekdays = Set(weekdays.map { $0 % 7 })
        (limitsDays, limitsWeekdays) = (!fields[2].hasPrefix("*"), !fields[4].hasPrefix("*"))
        guard next(after: 0) != nil else { return nil }
    }

    private static func values(_ field: String, _ range: ClosedRange<Int>) -> Set<Int>? {
        var values: Set<Int> = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "/", omittingEmptySubsequences: false)
            guard (1...2).contains(halves.count), let step = halves.count == 2 ? Int(halves[1]) : 1, step >= 1 else {
                return nil
            }
            let bounds: ClosedRange<Int>
            if halves[0] == "*" {
                bounds = range
            } else {
                let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
                guard (1...2).contains(ends.count), let first = ends[0], range.contains(first) else { return nil }
                let last = ends.count == 2 ? ends[1] : halves.count == 2 ? range.upperBound : first
                guard let last, range.contains(last), first <= last else { return nil }
                bounds = first...last
            }
            values.formUnion(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step))
        }
        return values
    }

    /// The first time after `time`, milliseconds since 1970 UTC; nil if there is none within eight years.
    public func next(after time: Int64) -> Int64? {
        let calendar = Calendar.ofUTC
        let start = (time / 60_000 + 1) * 60_000
        let midnight = start - ((start % 86_400_000) + 86_400_000) % 86_400_000
        for day in 0..<(366 * 8) {
            let morning = midnight + Int64(day) * 86_400_000
            let parts = calendar.dateComponents(
                [.month, .day, .weekday], from: Date(timeIntervalSince1970: Double(morning) / 1_000))
            guard let month = parts.month, let date = parts.day, let weekday = parts.weekday,
                months.contains(month), isDay(date, weekday - 1)
            else { continue }
            for hour in hours.sorted() {
                for minute in minutes.sorted() {
                    let found = morning + Int64(hour * 60 + minute) * 60_000
                    if found >= start { return found }
                }
            }
        }
        return nil
    }

    private func isDay(_ date: Int, _ weekday: Int) -> Bool {
        let (isDate, isWeekday) = (days.contains(date), weekdays.contains(weekday))
        return limitsDays && limitsWeekdays ? isDate || isWeekday : isDate && isWeekday
    }
}
