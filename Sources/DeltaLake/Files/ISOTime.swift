import Foundation

/// Dates and instants as ISO 8601 text, proleptic Gregorian, UTC.
enum ISOTime {
    /// `2024-01-31` of days since 1970-01-01; nil outside the years 1 to 9999, which not every reader parses.
    static func date(_ days: Int64) -> String? {
        guard (-719_162...2_932_896).contains(days) else { return nil }
        // Count from 1 March of year 0: 400 years have 146,097 days, and leap days come last.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// `2024-01-31T23:59:59.999Z` of microseconds since 1970, cut to milliseconds downwards or upwards; nil outside the
    /// years 1 to 9999.
    static func timestamp(_ microseconds: Int64, roundingUp: Bool) -> String? {
        let (quotient, remainder) = floorDivide(microseconds, 1000)
        let milliseconds = quotient + (roundingUp && remainder > 0 ? 1 : 0)
        let (days, ofDay) = floorDivide(milliseconds, 86_400_000)
        guard let date = date(days) else { return nil }
        let (seconds, fraction) = (ofDay / 1000, ofDay % 1000)
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(date)T\(clock).\(padded(fraction, 3))Z"
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Date {
    /// Rounded down; nil when it does not fit.
    var millisecondsSince1970: Int64? { Int64(exactly: (timeIntervalSince1970 * 1000).rounded(.down)) }

    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
