public import Foundation
public import MartletDomain

/// Logs to a run without waiting for the server: for the inner loop of training.
///
/// What is logged goes into a queue of ``LoggingOptions/capacity`` entries, from which it is sent in the same order,
/// many entries to a request. When the queue is full, `log` waits and `offer` says no; nothing is ever dropped. While
/// the server is away, requests are tried again for ``LoggingOptions/patience``.
///
/// What was logged before a ``flush()`` that returned is on the server's disk. `withRun` flushes at its end, and throws
/// ``IncompleteRun`` with all that could not be written.
///
/// ```swift
/// for (step, batch) in batches.enumerated() {
///     let loss = model.train(on: batch)
///     try await run.logger.log(metric: "loss", loss, step: step)
/// }
/// ```
public struct RunLogger: Sendable {
    let queue: LogQueue
    /// How long a cancelled run may still take to put things in order.
    let cancellationGrace: Duration

    /// How many entries are not on the server yet.
    public var waiting: Int { queue.unsettled }

    /// Logs a measurement, as of now unless `time` says otherwise.
    ///
    /// - Parameters:
    ///   - step: The training step that the value belongs to.
    ///   - dataset: What it was measured on.
    ///   - model: The logged model that was measured.
    /// - Throws: `InvalidRequest` when MLflow takes no such key, ``IncompleteRun`` when nothing more can be written,
    ///   `CancellationError` when cancelled while the queue is full.
    public func log(
        metric key: String, _ value: Double, step: Int = 0, at time: Date = .now, dataset: DatasetInput? = nil,
        model: TrackedModel? = nil
    ) async throws {
        try await log(metrics: [key: value], step: step, at: time, dataset: dataset, model: model)
    }

    /// As ``log(metric:_:step:at:dataset:model:)-(String,Double,_,_,_,_)``, for a `Float` or any other number.
    public func log(
        metric key: String, _ value: some BinaryFloatingPoint, step: Int = 0, at time: Date = .now,
        dataset: DatasetInput? = nil, model: TrackedModel? = nil
    ) async throws {
        try await log(metrics: [key: Double(value)], step: step, at: time, dataset: dataset, model: model)
    }

    /// Logs several measurements of one step.
    public func log(
        metrics: [String: Double], step: Int = 0, at time: Date = .now, dataset: DatasetInput? = nil,
        model: TrackedModel? = nil
    ) async throws {
        try await log(
            LogEntry.metrics(metrics, step: step, at: time.milliseconds, dataset: dataset, modelID: model?.id))
    }

    /// Logs a parameter. Again only with the same value: another one is refused by the server, which `flush` and the
    /// end of the run report.
    public func log(param key: String, _ value: some CustomStringConvertible) async throws {
        try await log(params: [key: value])
    }

    /// Logs parameters.
    public func log(params: [String: any CustomStringConvertible]) async throws {
        try await log(LogEntry.params(params))
    }

    /// Sets a tag; the last one set stays.
    public func set(tag key: String, _ value: String) async throws { try await set(tags: [key: value]) }

    /// Sets tags.
    public func set(tags: [String: String]) async throws { try await log(LogEntry.tags(tags)) }

    /// Logs entries that are made already, such as a history from elsewhere.
    public func log(_ entries: [LogEntry]) async throws {
        try LogEntry.check(entries)
        try await queue.append(entries)
    }

    /// Logs a measurement if there is room for it, without waiting: for code that cannot.
    ///
    /// - Returns: Whether it was taken. When not, nothing is logged; offer it again later.
    /// - Throws: `InvalidRequest` when MLflow takes no such key, ``IncompleteRun`` when nothing more can be written.
    public func offer(
        metric key: String, _ value: Double, step: Int = 0, at time: Date = .now, dataset: DatasetInput? = nil,
        model: TrackedModel? = nil
    ) throws -> Bool {
        try offer(
            LogEntry.metrics([key: value], step: step, at: time.milliseconds, dataset: dataset, modelID: model?.id))
    }

    /// Logs entries if there is room for all of them, without waiting.
    /// - Returns: Whether they were taken: all or none.
    public func offer(_ entries: [LogEntry]) throws -> Bool {
        try LogEntry.check(entries)
        return try queue.offer(entries)
    }

    /// Waits until everything logged so far is on the server.
    /// - Throws: ``IncompleteRun`` when something of this run could not be written, now or before.
    public func flush() async throws { try await queue.flush() }
}

extension Date {
    /// Since 1970 UTC, rounded down; within what a clock can mean.
    var milliseconds: Int64 {
        let milliseconds = (timeIntervalSince1970 * 1_000).rounded(.down)
        return Int64(exactly: milliseconds) ?? (milliseconds > 0 ? .max : 0)
    }
}
