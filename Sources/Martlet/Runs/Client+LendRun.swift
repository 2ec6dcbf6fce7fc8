import MartletAPI
import MartletDomain

extension Client {
    /// Lends a run that is RUNNING to `body`; then writes what waits, and ends it.
    ///
    /// - Parameter firstStep: Of the system metrics.
    func lend<Value>(
        _ run: TrackedRun, _ systemMetrics: SystemMetricsOptions?, _ logging: LoggingOptions, firstStep: Int,
        isolation: isolated (any Actor)? = #isolation, _ body: (TrackedRun) async throws -> Value
    ) async throws -> Value {
        // Both are awaited below on every way out. They are no child tasks, because a cancelled run still writes what
        // was logged, and a child would be cancelled with it.
        let queue = run.logger.queue
        let writing = Task { await LogWriter(client: self, queue: queue, options: logging).run() }
        let watching = Task {
            guard let systemMetrics else { return }
            await SystemMetricsMonitor(options: systemMetrics, logger: run.logger).run(from: firstStep)
        }
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await body(run))
        } catch {
            outcome = .failure(error)
        }
        watching.cancel()
        await watching.value
        queue.close()
        _ = await writing.result(within: logging.cancellationGrace)

        var failure = IncompleteRun(runID: run.id, problems: queue.problems)
        if case .failure(let error) = outcome { failure.bodyError = error }
        do {
            let status = status(of: failure)
            try await uncancelled(grace: logging.cancellationGrace) { try await run.end(status) }
        } catch {
            failure.problems.append(.init(entries: [], reason: error))
        }
        guard failure.problems.isEmpty else { throw failure }
        return try outcome.get()
    }

    /// A run is FINISHED only if all of it is on the server.
    private func status(of failure: IncompleteRun) -> RunStatus {
        if let error = failure.bodyError {
            return error is CancellationError || Task.isCancelled ? .killed : .failed
        }
        return failure.problems.isEmpty ? .finished : .failed
    }
}
