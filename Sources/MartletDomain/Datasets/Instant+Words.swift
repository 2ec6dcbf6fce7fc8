/// Instants as clients of other programs spell them, read and written without a calendar: there may be very many.
extension Instant {
    /// Reads `2022-05-13T10:59:42.5Z` and its relatives: a space for the T, a zone of hours or none, which means UTC, seconds
    /// and up to six digits after them or none, a date alone.
    /// - Returns: Nil for anything else.
    public static func microseconds(of text: String) -> Int64? {
        var text = text
        return text.withUTF8 { bytes in
            var reader = Reader(bytes: bytes)
            return reader.instant()
        }
    }

    /// Appends `2022-05-13T10:59:42.5Z`, digits after the seconds only where they are needed.
    public static func append(_ microseconds: Int64, to bytes: inout [UInt8]) {
        var (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        if fraction < 0 { (seconds, fraction) = (seconds - 1, fraction + 1_000_000) }
        var (days, ofDay) = seconds.quotientAndRemainder(dividingBy: 86_400)
        if ofDay < 0 { (days, ofDay) = (days - 1, ofDay + 86_400) }
        append(day: days, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        append(ofDay / 3_600, 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        append(ofDay / 60 % 60, 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        append(ofDay % 60, 2, to: &bytes)
        if fraction != 0 {
            bytes.append(UInt8(ascii: "."))
            append(fraction, 6, to: &bytes)
            while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
        }
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Appends `2022-05-13`, by its number of days since 1970-01-01.
    public static func append(day: Int64, to bytes: inout [UInt8]) {
        // Days to civil dates by eras of 400 years, as in `FeatureWindow`.
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * ofYear + 2) / 153
        let civilMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
        if (0...9_999).contains(year) {
            append(year, 4, to: &bytes)
        } else {
            bytes.append(contentsOf: String(year).utf8)
        }
        bytes.append(UInt8(ascii: "-"))
        append(civilMonth, 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        append(ofYear - (153 * month + 2) / 5 + 1, 2, to: &bytes)
    }

    /// The day's number since 1970-01-01 of `2022-05-13`; nil for anything else.
    public static func day(of text: String) -> Int32? {
        guard text.utf8.count == 10, let time = microseconds(of: text) else { return nil }
        return Int32(exactly: (time - (time % 86_400_000_000)) / 86_400_000_000)
    }

    private static func append(_ number: Int64, _ width: Int, to bytes: inout [UInt8]) {
        var scale: Int64 = 1
        for _ in 1..<width { scale *= 10 }
        while scale > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / scale % 10))
            scale /= 10
        }
    }

    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        var place = 0

        mutating func instant() -> Int64? {
            guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2),
                (1...12).contains(month), (1...Self.length(of: month, year)).contains(day)
            else { return nil }
            let days = Self.days(year, month, day)
            guard place < bytes.count else { return days * 86_400_000_000 }
            guard take("T") || take(" "), let hour = digits(2), take(":"), let minute = digits(2), hour < 24,
                minute < 60
            else { return nil }
            var (second, fraction) = (Int64(0), Int64(0))
            if take(":") {
                guard let whole = digits(2), whole < 60 else { return nil }
                second = whole
                if take(".") {
                    guard let part = self.fraction() else { return nil }
                    fraction = part
                }
            }
            guard let offset = zone(), place == bytes.count else { return nil }
            let ofDay = (hour * 60 + minute - offset) * 60 + second
            return (days * 86_400 + ofDay) * 1_000_000 + fraction
        }

        /// Minutes east of UTC.
        private mutating func zone() -> Int64? {
            if place == bytes.count || take("Z") { return 0 }
            if take(" ") {
                guard take("U"), take("T"), take("C") else { return nil }
                return 0
            }
            let sign: Int64 = take("+") ? 1 : -1
            guard sign == 1 || take("-"), let hours = digits(2), hours < 24 else { return nil }
            guard place < bytes.count else { return sign * hours * 60 }
            _ = take(":")
            guard let minutes = digits(2), minutes < 60 else { return nil }
            return sign * (hours * 60 + minutes)
        }

        private mutating func fraction() -> Int64? {
            let start = place
            var value: Int64 = 0
            while place < bytes.count, let digit = digit(bytes[place]) {
                // Finer than microseconds would be cut: that is another instant, unless it is zeros.
                if place - start < 6 { value = value * 10 + digit } else if digit != 0 { return nil }
                place += 1
            }
            guard place > start, place - start <= 9 else { return nil }
            for _ in min(6, place - start)..<6 { value *= 10 }
            return value
        }

        private mutating func digits(_ count: Int) -> Int64? {
            guard place + count <= bytes.count else { return nil }
            var value: Int64 = 0
            for index in place..<(place + count) {
                guard let digit = digit(bytes[index]) else { return nil }
                value = value * 10 + digit
            }
            place += count
            return value
        }

        private func digit(_ byte: UInt8) -> Int64? {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int64(byte - UInt8(ascii: "0")) : nil
        }

        private mutating func take(_ sign: Unicode.Scalar) -> Bool {
            guard place < bytes.count, UInt32(bytes[place]) == sign.value else { return false }
            place += 1
            return true
        }

        private static func length(of month: Int64, _ year: Int64) -> Int64 {
            switch month {
            case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        }

        private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
            let shifted = month <= 2 ? year - 1 : year
            let era = (shifted >= 0 ? shifted : shifted - 399) / 400
            let yearOfEra = shifted - era * 400
            let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
            return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
        }
    }
}
