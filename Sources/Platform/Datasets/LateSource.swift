import Synchronization

/// What a version came from, which may be known only once its rows are written.
final class LateSource: Sendable {
    private let state: Mutex<String?>

    init(_ source: String?) { state = Mutex(source) }

    var value: String? { state.withLock { $0 } }

    func set(_ source: String) -> String {
        state.withLock { $0 = source }
        return source
    }
}
