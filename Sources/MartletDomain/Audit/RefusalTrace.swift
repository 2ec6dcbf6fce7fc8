import Synchronization

/// Whether a refusal that comes out of a request is in the log already: because a change was refused, or nearer to it.
public final class RefusalTrace: Sendable {
    @TaskLocal public static var current: RefusalTrace?

    private let isLogged = Atomic(false)

    public init() {}

    public var wasLogged: Bool { isLogged.load(ordering: .relaxed) }

    public func noteLogged() { isLogged.store(true, ordering: .relaxed) }
}
