import Foundation

/// How many values lie in bins of equal width. Every finite value is counted once.
///
/// Twenty bins from the 0.1 % to the 99.9 % quantile, and what lies outside; from the least to the greatest value when
/// there are a thousand values or fewer. Whole numbers of a narrow range have a bin each. A bin holds its upper edge, the
/// first its lower too.
public struct ProfileHistogram: Sendable, Hashable, Codable {
    /// One more than there are bins: numbers, days since 1970-01-01 or microseconds since 1970-01-01T00:00:00Z.
    public var edges: [Double]
    public var counts: [Int64]
    public var below: Int64
    public var above: Int64

    public init(edges: [Double], counts: [Int64], below: Int64, above: Int64) {
        (self.edges, self.counts, self.below, self.above) = (edges, counts, below, above)
    }

    /// How many bins there are at most.
    public static let binCount = 20

    /// The edges between two finite numbers, ascending; two of them when there is one value only.
    /// - Parameter areWhole: Whether all values are whole numbers.
    public static func edges(from low: Double, to high: Double, areWhole: Bool) -> [Double] {
        guard low < high else { return [low, low] }
        let (first, last) = (low.rounded(.down), high.rounded(.up))
        if areWhole, last - first < Double(binCount), abs(first) < 1e15 {
            return stride(from: first - 0.5, through: last + 0.5, by: 1).map { $0 }
        }
        var edges: [Double] = []
        for step in 0...binCount {
            let share = Double(step) / Double(binCount)
            let width = high - low
            let inner = width.isFinite ? low + width * share : low * (1 - share) + high * share
            let edge = step == binCount ? high : inner
            if edges.last.map({ $0 < edge }) ?? true { edges.append(min(edge, high)) }
        }
        return edges
    }
}

/// A value as exactly as JSON can say it: a number, or text for what is none, for dates, times and decimals.
public enum ProfileValue: Sendable, Hashable {
    case whole(Int64)
    case number(Double)
    case text(String)

    /// A finite number; one that a 64-bit integer holds is ``whole(_:)``, as JSON does not tell them apart.
    public init(_ number: Double) {
        if let whole = Int64(exactly: number) {
            self = .whole(whole)
        } else {
            self = .number(number)
        }
    }

    /// A place on the axis of a histogram or a quantile, in the words of the column's type.
    public init(_ place: Double, of type: DataType) {
        switch type {
        case .date: self = .text(Self.day(place) ?? "\(place)")
        case .timestamp:
            let micros = Int64(exactly: place.rounded())
            self = .text(micros.map { Instant(microseconds: $0).description } ?? "\(place)")
        default: self = ProfileValue(place)
        }
    }

    private static func day(_ place: Double) -> String? {
        guard let days = Int64(exactly: place.rounded()) else { return nil }
        let micros = days.multipliedReportingOverflow(by: 86_400_000_000)
        guard !micros.overflow else { return nil }
        let text = Instant(microseconds: micros.partialValue).description
        return text.split(separator: "T").first.map(String.init)
    }
}

extension ProfileValue: CustomStringConvertible {
    /// For people: six significant digits.
    public var description: String {
        switch self {
        case .whole(let value): "\(value)"
        case .number(let value): String(format: "%.6g", value)
        case .text(let text): text
        }
    }
}

extension ProfileValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let whole = try? container.decode(Int64.self) {
            self = .whole(whole)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .whole(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let text): try container.encode(text)
        }
    }
}
