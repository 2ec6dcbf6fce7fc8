import Foundation

/// A moment, to the microsecond. As text it is RFC 3339 in UTC; a date alone means its midnight.
public struct Instant: Sendable, Hashable, Comparable, Codable {
    /// Since 1970-01-01T00:00:00Z.
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The start of a millisecond since 1970.
    public init(milliseconds: Int64) { microseconds = milliseconds.multipliedReportingOverflow(by: 1_000).partialValue }

    /// - Throws: ``InvalidRequest`` unless `text` is `YYYY-MM-DD` or an RFC 3339 time with a zone.
    public init(_ text: String) throws(InvalidRequest) {
        let hasZone = text.utf8.count == 10 || text.last == "Z" || text.dropFirst(10).contains { "+-".contains($0) }
        guard hasZone, let microseconds = Self.microseconds(of: text) else {
            throw InvalidRequest("'\(text)' is not a time: write 2013-07-01 or 2013-07-01T12:00:00Z.")
        }
        self.microseconds = microseconds
    }

    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    public init(from decoder: any Decoder) throws {
        self = try Instant(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Instant: CustomStringConvertible {
    public var description: String {
        let seconds = Date(timeIntervalSince1970: Double(microseconds.dividedDown(by: 1_000_000)))
        let fraction = microseconds - microseconds.dividedDown(by: 1_000_000) * 1_000_000
        let text = seconds.formatted(.iso8601)
        guard fraction != 0 else { return text }
        let digits = String(fraction)
        return text.dropLast() + "." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
    }
}

extension Int64 {
    /// The quotient rounded towards minus infinity.
    func dividedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
