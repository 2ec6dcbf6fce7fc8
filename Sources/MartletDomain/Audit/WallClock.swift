import Foundation

/// What time it is: the machine's, or another one where a test plays through a year.
public struct WallClock: Sendable {
    private let read: @Sendable () -> Int64

    /// - Parameter read: Milliseconds since 1970-01-01T00:00:00Z.
    public init(_ read: @escaping @Sendable () -> Int64) { self.read = read }

    /// The machine's.
    public static let system = WallClock { Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)) }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var now: Int64 { read() }
}
