import Synchronization

/// Does what must be done although the task is cancelled, such as recording that it was; but no longer than `grace`
/// after the cancellation.
func uncancelled<Value: Sendable>(
    grace: Duration, _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await Task { try await operation() }.result(within: grace).get()
}

extension Task {
    /// Waits for the task, which goes on when the waiting one is cancelled and is cancelled itself `grace` later.
    func result(within grace: Duration) async -> Result<Success, Failure> {
        let timer = Mutex<Task<Void, Never>?>(nil)
        defer { timer.withLock { $0?.cancel() } }
        return await withTaskCancellationHandler {
            await result
        } onCancel: {
            timer.withLock { timer in
                timer = Task<Void, Never> {
                    guard (try? await Task<Never, Never>.sleep(for: grace)) != nil else { return }
                    cancel()
                }
            }
        }
    }
}
