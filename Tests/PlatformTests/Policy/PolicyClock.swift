import MartletDomain
import Synchronization

/// A clock that a test turns.
final class PolicyClock: Sendable {
    private let time: Mutex<Int64>

    /// - Parameter start: RFC 3339.
    init(_ start: String = "2026-03-02T09:00:00Z") throws { time = Mutex(try Instant(start).microseconds / 1_000) }

    var clock: WallClock { WallClock { self.now } }
    /// Milliseconds since 1970 UTC.
    var now: Int64 { time.withLock { $0 } }

    func advance(days: Int64 = 0, minutes: Int64 = 0) {
        time.withLock { $0 += days * 86_400_000 + minutes * 60_000 }
    }
}
