import Foundation

/// A span of the calendar in which nothing changes in front of callers, but by break-glass.
public struct FreezeWindow: Sendable, Hashable {
    public enum Days: Sendable, Hashable {
        /// Local times `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`; the end is not within, a day's end is that day's midnight
        /// after it.
        case once(from: LocalTime, to: LocalTime)
        /// Each year from the first day to the last, both within; the last may be in the year after.
        case yearly(from: MonthDay, to: MonthDay)
        /// Each week on these days: 1 is Sunday, 7 Saturday.
        case weekly(Set<Int>)
    }

    public struct MonthDay: Sendable, Hashable, Comparable {
        public var month: Int
        public var day: Int

        public init(month: Int, day: Int) { (self.month, self.day) = (month, day) }

        public static func < (left: Self, right: Self) -> Bool { (left.month, left.day) < (right.month, right.day) }
    }

    public struct LocalTime: Sendable, Hashable, Comparable {
        public var year: Int
        public var date: MonthDay
        /// Since midnight; 1440 is the end of the day.
        public var minute: Int

        public init(year: Int, _ date: MonthDay, minute: Int = 0) {
            (self.year, self.date, self.minute) = (year, date, minute)
        }

        public static func < (left: Self, right: Self) -> Bool {
            (left.year, left.date, left.minute) < (right.year, right.date, right.minute)
        }
    }

    public var name: String
    public var days: Days
    /// IANA's name: `Europe/Berlin`.
    public var timeZone: String
    /// What is frozen: versions go neither in nor out.
    public var stages: [Stage]

    public init(name: String, _ days: Days, timeZone: String = "UTC", stages: [Stage] = [.production]) {
        (self.name, self.days, self.timeZone, self.stages) = (name, days, timeZone, stages)
    }

    /// - Parameter time: Milliseconds since 1970 UTC.
    /// A zone that is not known freezes always: what cannot be evaluated does not pass.
    public func contains(_ time: Int64) -> Bool {
        guard let zone = TimeZone(identifier: timeZone) else { return true }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let date = Date(timeIntervalSince1970: Double(time) / 1_000)
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .weekday], from: date)
        guard let year = parts.year, let month = parts.month, let day = parts.day, let hour = parts.hour,
            let minute = parts.minute, let weekday = parts.weekday
        else { return true }
        let today = MonthDay(month: month, day: day)
        switch days {
        case .once(let from, let to):
            let now = LocalTime(year: year, today, minute: hour * 60 + minute)
            return from <= now && now < to
        case .yearly(let from, let to):
            return from <= to ? (from <= today && today <= to) : (today >= from || today <= to)
        case .weekly(let days): return days.contains(weekday)
        }
    }
}

extension FreezeWindow.MonthDay {
    /// `MM-DD`; nil for a day that no year has.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let month = Int(parts[0]),
            let day = Int(parts[1]), (1...12).contains(month), day >= 1
        else { return nil }
        let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        self.init(month: month, day: day)
    }

    var text: String { twoDigits(month) + "-" + twoDigits(day) }
}

extension FreezeWindow.LocalTime {
    /// `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`.
    /// - Parameter isEnd: Whether a day alone means its end.
    public init?(_ text: String, isEnd: Bool) {
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }
        guard let date = parts.first, date.utf8.count == 10, let year = Int(date.prefix(4)), year >= 1970,
            date.dropFirst(4).first == "-", let day = FreezeWindow.MonthDay(String(date.dropFirst(5)))
        else { return nil }
        guard parts.count == 2 else {
            self.init(year: year, day, minute: isEnd ? 1_440 : 0)
            return
        }
        let time = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard time.count == 2, time.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(time[0]),
            let minute = Int(time[1]), (0...24).contains(hour), (0...59).contains(minute),
            hour * 60 + minute <= 1_440
        else { return nil }
        self.init(year: year, day, minute: hour * 60 + minute)
    }

    var text: String {
        "\(year)-\(date.text)T" + twoDigits(minute / 60) + ":" + twoDigits(minute % 60)
    }
}

private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

extension FreezeWindow {
    static func isTimeZone(_ name: String) -> Bool { TimeZone(identifier: name) != nil }
}
