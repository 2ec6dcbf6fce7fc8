import Foundation
import MartletDomain
import QueryEngine

/// A value that bounds others, in an order that files' statistics and queries agree on.
enum StatisticsBound {
    /// Integers, and instants in microseconds since 1970.
    case long(Int64)
    /// Compared byte by byte; dates too.
    case text(String)

    /// Which end of a file's values a statistic gives. Writers cut instants to milliseconds, some downwards even where
    /// it is the greatest.
    enum End { case least, greatest, exact }

    static func isCompared(_ type: DataType) -> Bool {
        switch type {
        case .byte, .short, .integer, .long, .string, .date, .timestamp: true
        default: false
        }
    }

    func precedes(_ other: StatisticsBound) -> Bool {
        switch (self, other) {
        case (.long(let one), .long(let other)): one < other
        case (.text(let one), .text(let other)): one.utf8.lexicographicallyPrecedes(other.utf8)
        default: false
        }
    }

    /// A value of a file's statistics or partition; nil when it says nothing that can be compared.
    init?(_ value: Any, _ type: DataType, _ end: End) {
        switch type {
        case .string:
            guard let text = value as? String else { return nil }
            self = .text(text)
        case .date:
            guard let text = value as? String, PartitionValue.isValid(text, .date), !text.isEmpty else { return nil }
            self = .text(text)
        case .timestamp:
            guard let text = value as? String, let instant = ISOTime.microseconds(text) else { return nil }
            self = .long(end == .greatest ? instant &+ 999 : instant)
        default:
            if let text = value as? String {
                guard let long = Int64(text) else { return nil }
                self = .long(long)
                return
            }
            // A number with a point is another writer's; it says nothing exact.
            guard let number = value as? NSNumber, let long = Int64(number.stringValue) else { return nil }
            self = .long(long)
        }
    }

    /// A value of a query; nil when it is not of the column's type.
    init?(_ value: QueryValue, _ type: DataType) {
        switch (type, value) {
        case (.byte, .long(let long)), (.short, .long(let long)), (.integer, .long(let long)),
            (.long, .long(let long)), (.timestamp, .timestamp(let long)):
            self = .long(long)
        case (.string, .string(let text)): self = .text(text)
        case (.date, .date(let days)):
            guard let text = ISOTime.date(Int64(days)) else { return nil }
            self = .text(text)
        case (.date, .string(let text)), (.timestamp, .string(let text)): self.init(text, type, .exact)
        default: return nil
        }
    }
}
