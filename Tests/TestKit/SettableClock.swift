package import MartletDomain
import Synchronization

/// A clock that a test sets.
package final class SettableClock: Sendable {
    private let milliseconds: Mutex<Int64>

    /// - Parameter milliseconds: Since 1970 UTC; 2026-01-01 unless said otherwise.
    package init(_ milliseconds: Int64 = 1_767_225_600_000) { self.milliseconds = Mutex(milliseconds) }

    package var now: Int64 { milliseconds.withLock { $0 } }
    package func advance(by span: Int64) { milliseconds.withLock { $0 += span } }

    package var wall: WallClock { WallClock { self.now } }
}
