package import MartletDomain
import Synchronization

/// A clock that a test turns.
package final class SettableClock: Sendable {
    private let milliseconds: Mutex<Int64>
    private let step: Int64

    /// - Parameters:
    ///   - milliseconds: Since 1970 UTC; 2026-01-01 unless said otherwise.
    ///   - step: By how much it goes on with each look, in milliseconds.
    package init(_ milliseconds: Int64 = 1_767_225_600_000, step: Int64 = 0) {
        self.milliseconds = Mutex(milliseconds)
        self.step = step
    }

    /// - Parameter text: RFC 3339.
    package convenience init(_ text: String, step: Int64 = 0) throws {
        self.init(try Instant(text).microseconds / 1_000, step: step)
    }

    package var now: Int64 { milliseconds.withLock { $0 } }

    package func advance(by span: Int64) { milliseconds.withLock { $0 += span } }
    package func advance(days: Int64 = 0, minutes: Int64 = 0) { advance(by: (days * 1_440 + minutes) * 60_000) }

    /// - Parameter text: RFC 3339.
    package func set(_ text: String) throws {
        let time = try Instant(text).microseconds / 1_000
        milliseconds.withLock { $0 = time }
    }

    package var wall: WallClock {
        WallClock { [self] in
            milliseconds.withLock { time in
                time += step
                return time
            }
        }
    }
}
