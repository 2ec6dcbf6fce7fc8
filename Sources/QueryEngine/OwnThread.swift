import Foundation
import Synchronization

/// Runs work that blocks or computes for long on a thread of its own.
///
/// The threads of Swift's concurrency are few and must not block, and on Linux Dispatch's queues share them: a thread for
/// each is the only one that surely runs.
///
/// The work, with all that it holds, is let go of before the thread ends. `Thread` itself keeps its block until after the
/// thread's C++ thread-local objects are gone, and whoever looks into one of them when freed, as a model of XGBoost does,
/// would then write into freed memory.
package func runOnOwnThread<Result: Sendable>(
    named name: String, _ work: @escaping @Sendable () throws -> Result, then leave: @escaping @Sendable () -> Void = {}
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let task = ThreadTask {
            let result = Swift.Result(catching: work)
            leave()
            continuation.resume(with: result)
        }
        let thread = Thread { task.run() }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }
}

private final class ThreadTask: Sendable {
    private let body: Mutex<(@Sendable () -> Void)?>

    init(_ body: @escaping @Sendable () -> Void) { self.body = Mutex(body) }

    /// Once; nothing of it is left afterwards.
    func run() {
        let body = body.withLock { body in
            defer { body = nil }
            return body
        }
        body?()
    }
}
