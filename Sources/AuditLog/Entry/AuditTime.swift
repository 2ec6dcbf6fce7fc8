package import Foundation

/// Instants as audit entries spell them: RFC 3339, UTC, six decimals (`2026-03-01T09:30:00.123456Z`).
package enum AuditTime {
    /// `date` rounded to the nearest microsecond, since a `Date` can't hold most of them exactly; outside the years
    /// 0001–9999 the nearest second within.
    package static func text(_ date: Date) -> String {
        // Years 1 to 9999, counted as Date stores it: a sum with another epoch would round once more.
        let interval = date.timeIntervalSinceReferenceDate
        let bounded = interval.isNaN ? 0 : min(max(interval, -63_113_904_000), 252_423_993_599)
        var second = Int(bounded.rounded(.down)) + 978_307_200
        var micros = Int(((bounded - bounded.rounded(.down)) * 1_000_000).rounded())
        if micros == 1_000_000 { (second, micros) = (second + 1, 0) }
        let (days, timeOfDay) = second.quotientAndRemainder(dividingByFloored: 86_400)
        let (year, month, day) = civil(daysSince1970: days)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
            + padded(timeOfDay / 3600, 2) + ":" + padded(timeOfDay / 60 % 60, 2) + ":" + padded(timeOfDay % 60, 2)
            + "." + padded(micros, 6) + "Z"
    }

    /// The instant that `text` spells, or nil if it is not spelt exactly as ``text(_:)`` does.
    package static func date(_ text: String) -> Date? {
        let bytes = Array(text.utf8)
        guard bytes.count == 27 else { return nil }
        var numbers: [Int] = []
        let pattern = Array("0000-00-00T00:00:00.000000Z".utf8)
        var number = 0
        for (byte, expected) in zip(bytes, pattern) {
            if expected == UInt8(ascii: "0") {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                number = number * 10 + Int(byte - UInt8(ascii: "0"))
            } else {
                guard byte == expected else { return nil }
                numbers.append(number)
                number = 0
            }
        }
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        let days = daysSince1970(year: year, month: month, day: day)
        guard year >= 1, civil(daysSince1970: days) == (year, month, day), numbers[3] < 24, numbers[4] < 60,
            numbers[5] < 60
        else { return nil }
        let seconds = days * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
        return Date(timeIntervalSinceReferenceDate: Double(seconds - 978_307_200) + Double(numbers[6]) / 1_000_000)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Proleptic Gregorian calendar; years are counted from March in eras of 400 years (146,097 days).
    private static func civil(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingByFloored: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
    }

    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).quotientAndRemainder(dividingByFloored: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int {
    fileprivate func quotientAndRemainder(dividingByFloored divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
