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

    /// Microseconds since 1970 of `2024-01-31T23:59:59.999Z`; nil for another spelling or a year before 1.
    ///
    /// The clock may be missing, a space may stand for `T`, there may be up to nine digits of a fraction (those after
    /// the sixth are left out), and a zone that is missing is UTC.
    static func microseconds(_ text: String) -> Int64? {
        let characters = Array(text.utf8)
        guard characters.count >= 10, characters[4] == 0x2D, characters[7] == 0x2D,
            let year = number(characters[0..<4]), let month = number(characters[5..<7]),
            let day = number(characters[8..<10]), year >= 1, (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let days = days(year, month, day)
        guard date(days) == String(decoding: characters[..<10], as: UTF8.self) else { return nil }
        guard let clock = clock(characters[10...]) else { return nil }
        return days * 86_400_000_000 + clock
    }

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return shifted / 400 * 146_097 + dayOfEra - 719_468
    }

    /// Microseconds since midnight, UTC, of `T23:59:59.999+01:00`.
    private static func clock(_ text: ArraySlice<UInt8>) -> Int64? {
        guard let separator = text.first else { return 0 }
        var rest = text.dropFirst()
        guard separator == 0x54 || separator == 0x20, rest.count >= 8 else { return nil }
        let words = rest.prefix(8).split(separator: 0x3A, omittingEmptySubsequences: false)
        guard words.count == 3, words.allSatisfy({ $0.count == 2 }), let hour = number(words[0]),
            let minute = number(words[1]), let second = number(words[2]), hour < 24, minute < 60, second < 60
        else { return nil }
        rest = rest.dropFirst(8)
        var fraction: Int64 = 0
        if rest.first == 0x2E {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            let kept = [UInt8](digits.prefix(6)) + [UInt8](repeating: 0x30, count: max(0, 6 - digits.count))
            fraction = number(kept[...]) ?? 0
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let zone = zone(rest) else { return nil }
        return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction - zone * 60_000_000
    }

    /// Minutes east of UTC.
    private static func zone(_ text: ArraySlice<UInt8>) -> Int64? {
        guard let sign = text.first else { return 0 }
        if sign == 0x5A { return text.count == 1 ? 0 : nil }
        let digits = text.dropFirst().filter { $0 != 0x3A }
        guard sign == 0x2B || sign == 0x2D, digits.count == 2 || digits.count == 4,
            let hours = number(digits[..<2]), let minutes = digits.count == 2 ? 0 : number(digits[2...])
        else { return nil }
        return (hours * 60 + minutes) * (sign == 0x2D ? -1 : 1)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self))
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
