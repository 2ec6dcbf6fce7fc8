/// Which events an aggregate at a label time `t` takes in.
///
/// Unless said otherwise windows hold their start and not their end: `[t − d, t)`.
public struct FeatureWindow: Sendable, Hashable {
    /// All lengths in microseconds, at least 1.
    public enum Extent: Sendable, Hashable {
        /// `[t − d, t)`.
        case rolling(Int64)
        /// Calendar months in UTC, at least 1; a day that the earlier month lacks becomes its last day.
        case months(Int)
        /// The last whole one of the windows that follow each other from the epoch plus the offset.
        case tumbling(Int64, offset: Int64)
        /// Ends at the newest instant at or before `t` on the grid `offset + every · n`.
        case sliding(Int64, every: Int64, offset: Int64)
        /// All before `t`.
        case lifetime
    }

    public var extent: Extent
    /// Shifts the window back: `[t − delay − d, t − delay)`. Microseconds, at least 0.
    public var delay: Int64
    /// `(t − d, t]` in place of `[t − d, t)`.
    public var includesEnd: Bool

    public init(_ extent: Extent, delay: Int64 = 0, includesEnd: Bool = false) {
        (self.extent, self.delay, self.includesEnd) = (extent, delay, includesEnd)
    }

    public static func duration(_ microseconds: Int64) -> Self { Self(.rolling(microseconds)) }
    public static func months(_ count: Int) -> Self { Self(.months(count)) }
    public static let lifetime = Self(.lifetime)

    /// The event times that count at `time`: from `start` up to but without `end`. Microseconds since the epoch.
    ///
    /// `end` never decreases with `time`; `start` may, by a day's time, where calendar months are clamped.
    public func bounds(at time: Int64) -> (start: Int64, end: Int64) {
        let shifted = Self.subtract(delay, from: time)
        var bounds: (start: Int64, end: Int64)
        switch extent {
        case .lifetime: bounds = (.min, shifted)
        case .rolling(let duration): bounds = (Self.subtract(duration, from: shifted), shifted)
        case .months(let months): bounds = (Self.subtract(months: months, from: shifted), shifted)
        case .tumbling(let duration, let offset):
            let end = Self.boundary(at: shifted, every: duration, offset: offset)
            bounds = (Self.subtract(duration, from: end), end)
        case .sliding(let duration, let every, let offset):
            let end = Self.boundary(at: shifted, every: every, offset: offset)
            bounds = (Self.subtract(duration, from: end), end)
        }
        guard includesEnd else { return bounds }
        if bounds.start != .min { bounds.start = Self.subtract(-1, from: bounds.start) }
        bounds.end = Self.subtract(-1, from: bounds.end)
        return bounds
    }

    /// A length of time as ISO 8601 spells it: `P1D`, `PT6H`. Nil for months, and for anything else.
    public static func microseconds(of text: String) -> Int64? {
        guard case .microseconds(let length) = CalendarDuration(text) else { return nil }
        return length
    }

    /// The first instant of the window that ends before `time`. All in microseconds since the epoch.
    public func start(before time: Int64) -> Int64 { bounds(at: time).start }

    /// The newest instant at or before `time` on the grid `offset + every · n`.
    private static func boundary(at time: Int64, every: Int64, offset: Int64) -> Int64 {
        let (shifted, overflow) = time.subtractingReportingOverflow(offset)
        guard !overflow, every > 0 else { return time }
        let remainder = shifted % every
        return subtract(remainder < 0 ? remainder + every : remainder, from: time)
    }

    /// Ends at the ends of 64 bits.
    private static func subtract(_ duration: Int64, from time: Int64) -> Int64 {
        let (result, overflow) = time.subtractingReportingOverflow(duration)
        return overflow ? (duration > 0 ? .min : .max) : result
    }

    private static let day: Int64 = 86_400_000_000

    /// `time` less whole months at the same time of day, clamped to the end of the month: 31 March − 1 month = 28 or
    /// 29 February. Day numbers by the usual era arithmetic of the proleptic Gregorian calendar.
    static func subtract(months: Int, from time: Int64) -> Int64 {
        var days = time / day
        var ofDay = time % day
        if ofDay < 0 { (days, ofDay) = (days - 1, ofDay + day) }
        let date = civil(days)
        let month = date.year * 12 + Int64(date.month - 1) - Int64(months)
        let year = month >= 0 ? month / 12 : (month - 11) / 12
        let ofYear = Int(month - year * 12) + 1
        let start = daysSinceEpoch(year, ofYear, min(date.day, length(of: ofYear, year)))
        let (whole, overflow) = start.multipliedReportingOverflow(by: day)
        let (sum, carry) = whole.addingReportingOverflow(ofDay)
        return overflow || carry ? .min : sum
    }

    private static func length(of month: Int, _ year: Int64) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func civil(_ days: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, Int(ofYear - (153 * shiftedMonth + 2) / 5) + 1)
    }

    private static func daysSinceEpoch(_ year: Int64, _ month: Int, _ day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let ofYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
    }
}

/// A length of time as ISO 8601 spells it: `P30D`, `PT6H`, `P12M`, `P1DT12H`, `PT0.5S`, `P0D`.
enum CalendarDuration: Equatable {
    case microseconds(Int64)
    case months(Int)

    /// Nil for anything else: a sign, months together with days or hours, no part at all, over 10,000 years.
    init?(_ text: String) {
        guard text.utf8.count <= 40, text.hasPrefix("P") else { return nil }
        var (months, microseconds) = (Int64(0), Int64(0))
        var (hasMonths, hasTime, inTime, digits) = (false, false, false, "")
        for character in text.dropFirst() {
            if character == "T" {
                guard !inTime, digits.isEmpty else { return nil }
                inTime = true
            } else if character.isASCII, character.isNumber || character == "." {
                digits.append(character)
            } else {
                guard let part = Self.part(character, digits, inTime: inTime) else { return nil }
                let sum: (partialValue: Int64, overflow: Bool)
                if part.calendar {
                    sum = months.addingReportingOverflow(part.amount)
                    (months, hasMonths) = (sum.partialValue, true)
                } else {
                    sum = microseconds.addingReportingOverflow(part.amount)
                    (microseconds, hasTime) = (sum.partialValue, true)
                }
                guard !sum.overflow else { return nil }
                digits = ""
            }
        }
        guard digits.isEmpty, !text.hasSuffix("T"), hasMonths != hasTime, months <= 120_000,
            microseconds <= 3_652_500 * 86_400_000_000
        else { return nil }
        self = hasMonths ? .months(Int(months)) : .microseconds(microseconds)
    }

    private static func part(_ unit: Character, _ digits: String, inTime: Bool) -> (calendar: Bool, amount: Int64)? {
        let second: Int64 = 1_000_000
        if unit == "S", inTime {
            let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), let whole = Int64(parts[0]) else { return nil }
            let fraction = parts.count == 2 ? String(parts[1]) : "0"
            guard (1...6).contains(fraction.count),
                let micros = Int64(fraction + String(repeating: "0", count: 6 - fraction.count))
            else { return nil }
            let (amount, overflow) = whole.multipliedReportingOverflow(by: second)
            let (sum, carry) = amount.addingReportingOverflow(micros)
            return overflow || carry ? nil : (false, sum)
        }
        let scale: (calendar: Bool, unit: Int64)
        switch (unit, inTime) {
        case ("Y", false): scale = (true, 12)
        case ("M", false): scale = (true, 1)
        case ("W", false): scale = (false, 7 * 86_400 * second)
        case ("D", false): scale = (false, 86_400 * second)
        case ("H", true): scale = (false, 3_600 * second)
        case ("M", true): scale = (false, 60 * second)
        default: return nil
        }
        guard let count = Int64(digits) else { return nil }
        let (amount, overflow) = count.multipliedReportingOverflow(by: scale.unit)
        return overflow ? nil : (scale.calendar, amount)
    }
}
