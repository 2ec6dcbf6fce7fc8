import ServiceLifecycle

/// Serves until it is asked to stop, and finishes what was accepted; queries have so long for it, and are interrupted then.
struct DrainService: Service {
    let serving: any Service
    let grace: Duration
    let interruptQueries: @Sendable () -> Void

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: grace)
                interruptQueries()
            }
            try await serving.run()
            group.cancelAll()
        }
    }
}
