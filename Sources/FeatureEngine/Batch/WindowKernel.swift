import Dispatch
import Foundation
import MartletDomain
import Synchronization

/// Aggregates over windows of the events of each key, at many label times at once.
///
/// Per key the events are sorted by time once; each window then slides over them, exactly: what leaves is taken away
/// from sums that lose nothing, and the least, greatest, first and last come from a tree. Keys are spread over the cores.
package struct WindowKernel: Sendable {
    package struct Output: Sendable {
        var rule: AggregateRule
        /// Index into the events' inputs; nil for `count` of rows.
        var input: Int?
        /// Index into the events' conditions.
        var condition: Int?
        /// Index into the windows.
        var window: Int

        package init(rule: AggregateRule, input: Int?, condition: Int?, window: Int) {
            (self.rule, self.input, self.condition, self.window) = (rule, input, condition, window)
        }
    }

    /// Why an answer cannot be given: the output, and the number of the key.
    struct Refusal: Error {
        var output: Int
        var key: Int
        var isOverflow: Bool
    }

    let labels: LabelIndex
    let windows: [WindowBounds]
    let outputs: [Output]

    package init(labels: LabelIndex, windows: [WindowBounds], outputs: [Output]) {
        (self.labels, self.windows, self.outputs) = (labels, windows, outputs)
    }

    /// For each key the event times that some window of it can hold.
    package func spans() -> [Range<Int64>] {
        (0..<labels.keyCount).map { key in
            let (first, last) = (labels.offsets[key], labels.offsets[key + 1] - 1)
            guard first <= last else { return 0..<0 }
            var (start, end) = (Int64.max, Int64.min)
            for window in windows {
                // A clamped month can start up to three days before that of an earlier label.
                let slack: Int64 = 4 * 86_400_000_000 * (window.isInNanoseconds ? 1000 : 1)
                let low = window.bounds(at: labels.times[first]).start
                start = min(start, low < .min + slack ? .min : low - slack)
                end = max(end, window.bounds(at: labels.times[last]).end)
            }
            return start < end ? start..<end : 0..<0
        }
    }

    /// For each output its answers by row of the spine: of no events where there is no key, null where there is no time.
    package func answers(_ events: EventTable, threads: Int) throws -> [[CellValue]] {
        let none = outputs.map { output -> CellValue in
            if case .value(let value) = output.rule.answer(output.rule.empty) { value } else { .null }
        }
        var results = none.map { [CellValue](repeating: $0, count: labels.rowCount) }
        let refusal = Mutex(Refusal?.none)
        let next = Atomic(0)
        let step = max(1, min(1024, labels.keyCount / (8 * max(1, threads))))
        var columns: [UnsafeMutablePointer<CellValue>] = []
        for index in results.indices {
            // Each label's row is written by the one that has its key, and the arrays outlive the work.
            let column = UnsafeMutablePointer<CellValue>.allocate(capacity: max(1, labels.rowCount))
            column.initialize(from: results[index], count: labels.rowCount)
            for row in labels.untimed { column[Int(row)] = .null }
            columns.append(column)
        }
        results = []
        defer {
            for column in columns {
                column.deinitialize(count: labels.rowCount)
                column.deallocate()
            }
        }
        nonisolated(unsafe) let written = columns
        DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
            var worker = WindowWorker(self, events)
            while true {
                let first = next.add(step, ordering: .relaxed).oldValue
                guard first < labels.keyCount, refusal.withLock({ $0 == nil }) else { return }
                for key in first..<min(first + step, labels.keyCount) {
                    do throws(Refusal) {
                        try worker.answer(key, into: written)
                    } catch {
                        return refusal.withLock { $0 = $0 ?? error }
                    }
                }
            }
        }
        if let refusal = refusal.withLock({ $0 }) { throw refusal }
        return columns.map { Array(UnsafeBufferPointer(start: $0, count: labels.rowCount)) }
    }
}
