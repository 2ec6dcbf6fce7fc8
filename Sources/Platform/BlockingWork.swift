import Foundation

/// Runs work that blocks or computes for long on a thread of its own. Dispatch's threads are also Swift's, and many such
/// calls at once would leave none for anybody else.
func offTheCooperativePool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Swift.Result { try body() }) }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
