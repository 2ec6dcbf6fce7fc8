import Foundation
import Synchronization

/// Threads that each do the same, for work that waits.
struct Threads<Outcome: Sendable>: Sendable {
    private let outcomes = Shared(Mutex<[Result<Outcome, any Error>]>([]))
    private let done = DispatchGroup()

    /// Starts them.
    init(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Outcome) {
        for number in 0..<count {
            done.enter()
            let thread = Thread { [done, outcomes] in
                let outcome = Result { try body(number) }
                outcomes.value.withLock { $0.append(outcome) }
                done.leave()
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    /// Waits until all are done. Throws what the first to fail threw.
    func join() throws -> [Outcome] {
        done.wait()
        return try outcomes.value.withLock { try $0.map { try $0.get() } }
    }
}

/// Lends a thing that cannot be copied to several threads.
final class Shared<Value: ~Copyable & Sendable>: Sendable {
    let value: Value
    init(_ value: consuming Value) { self.value = value }
}
