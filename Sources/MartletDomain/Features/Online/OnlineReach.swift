/// What is in the memory of served features: a version of their table, and pushes after it.
public struct OnlineReach: Sendable, Hashable, Codable {
    /// The version of the table that is in whole; -1 for none.
    public var tableVersion: Int64
    /// By destination, the number of the last push that is in. Pushes go in by their numbers, so all before it are, too.
    public var pushed: [String: Int64]

    public static let none = OnlineReach(tableVersion: -1, pushed: [:])

    public init(tableVersion: Int64, pushed: [String: Int64]) {
        (self.tableVersion, self.pushed) = (tableVersion, pushed)
    }

    /// Where a push stands.
    public enum Place: Sendable, Hashable {
        case isIn, isNext
        /// Pushes before it are not in, or there are none of those numbers any more.
        case isLater
    }

    public func through(_ destination: PushDestination) -> Int64 { pushed[destination.rawValue] ?? 0 }

    public func place(of sequence: Int64, to destination: PushDestination) -> Place {
        let through = through(destination)
        return sequence <= through ? .isIn : sequence - through == 1 ? .isNext : .isLater
    }

    /// Notes that a push is in, and all before it.
    public mutating func reach(_ sequence: Int64, of destination: PushDestination) {
        pushed[destination.rawValue] = max(through(destination), sequence)
    }
}

extension OnlineReach {
    /// Two lists of pushes, each in the order of its numbers, as one: by their times, and never a number before a lesser one
    /// of its own list, whatever the clock said.
    public static func merged<Push>(_ left: [Push], _ right: [Push], time: (Push) -> Int64) -> [Push] {
        var merged: [Push] = []
        merged.reserveCapacity(left.count + right.count)
        var (one, other) = (left[...], right[...])
        while let first = one.first, let second = other.first {
            if time(second) < time(first) {
                merged.append(second)
                other.removeFirst()
            } else {
                merged.append(first)
                one.removeFirst()
            }
        }
        return merged + one + other
    }
}
