import Foundation
import Synchronization

/// Fills an experiment over HTTP: a run and its params and metrics at a time.
struct SeedClient: LoadClient {
    private let calls: TrackingCalls
    private let experiment: String
    private let next: Counter
    private let runs: Int

    final class Counter: Sendable {
        private let value = Atomic(0)
        func take() -> Int { value.add(1, ordering: .relaxed).oldValue }
    }

    init(_ calls: TrackingCalls, experiment: String, runs: Int, _ next: Counter) {
        (self.calls, self.experiment, self.runs, self.next) = (calls, experiment, runs, next)
    }

    mutating func request(_ connection: BlockingConnection) throws -> Answer {
        let index = next.take()
        guard index < runs else { throw LoadEnded() }
        let run = SeededRun(index: index)
        let id = try calls.createRun(in: experiment, named: run.name, startTime: run.startTime)
        let metrics = (0..<SeededRun.keys).map {
            #"{"key": "m\#($0)", "value": \#(run.metric($0)), "timestamp": \#(run.startTime), "step": 0}"#
        }
        let params = (0..<SeededRun.keys).map { #"{"key": "p\#($0)", "value": "\#(run.param($0))"}"# }
        return try calls.post(
            "runs/log-batch",
            #"{"run_id": "\#(id)", "metrics": [\#(metrics.joined(separator: ", "))], "#
                + #""params": [\#(params.joined(separator: ", "))]}"#)
    }
}
