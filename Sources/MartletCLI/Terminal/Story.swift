import Foundation
import Synchronization

/// A job told step by step, with the time that each took.
final class Story: Sendable {
    private let times = Mutex<[(title: String, seconds: Double)]>([])
    private let bar = Mutex<ProgressBar?>(nil)

    func step<Result>(_ title: String, _ work: () async throws -> Result) async throws -> Result {
        let number = times.withLock { $0.count + 1 }
        print("\n\(number). \(title)")
        flush()
        let start = ContinuousClock.now
        let result = try await work()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        bar.withLock { bar in
            bar?.finish()
            bar = nil
        }
        times.withLock { $0.append((title, seconds)) }
        say(String(format: "%.1f s", seconds))
        return result
    }

    func say(_ text: String) {
        print("   " + text.replacing("\n", with: "\n   "))
        flush()
    }

    func progress(_ title: String, _ done: Int64, _ total: Int64) {
        let bar = bar.withLock { bar in
            let current = bar ?? ProgressBar(title, unit: "B")
            bar = done < total ? current : nil
            return current
        }
        if done < total { bar.update(done, of: total) } else { bar.finish() }
    }

    func summary(_ lines: [String]) {
        print("\nSummary")
        for line in lines { say(line) }
        let slowest = times.withLock { $0.sorted { $0.seconds > $1.seconds }.prefix(3) }
        let all = times.withLock { $0.reduce(0) { $0 + $1.seconds } }
        say(
            String(format: "Time: %.1f s in all; most for ", all)
                + slowest.map { "“\($0.title)”" + String(format: " %.1f s", $0.seconds) }.joined(separator: ", "))
    }

    func end(workspace: String) {
        print(
            """

            Go on from here
               martlet server --workspace \(workspace)        MLflow's clients find it at http://127.0.0.1:5000
               export MLFLOW_TRACKING_TOKEN=$(cat \(workspace)/tokens/contributor)   who they are; reviewer and program_manager, too
               martlet audit verify --workspace \(workspace)  the log, held against its signed checkpoint
               Examples/flights/                              the same job as your own Swift program
            """)
    }

    private func flush() { fflush(nil) }
}
