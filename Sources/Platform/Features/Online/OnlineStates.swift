import MartletDomain
import QueryEngine
import Synchronization

/// What is in memory, by name.
final class OnlineStates: Sendable {
    private enum Entry {
        case loading(Task<ServedFeatures, any Error>, planHash: String)
        case ready(ServedFeatures)

        var planHash: String {
            switch self {
            case .loading(_, let hash): hash
            case .ready(let served): served.record.planHash
            }
        }
    }

    private struct Entries {
        var named: [String: Entry] = [:]
        /// Not answering yet: what is pushed goes into them, too.
        var joining: [ServedFeatures] = []
    }

    private let entries = Mutex(Entries())
    /// Pushes that are not in memory yet: when they came, by source.
    private let pushes = Mutex<[TableName: [Int64: Int]]>([:])

    func beginPush(to source: TableName, at time: Int64) {
        pushes.withLock { $0[source, default: [:]][time, default: 0] += 1 }
    }

    func endPush(to source: TableName, at time: Int64) {
        pushes.withLock { pushes in
            guard let count = pushes[source]?[time] else { return }
            pushes[source]?[time] = count > 1 ? count - 1 : nil
            if pushes[source]?.isEmpty == true { pushes[source] = nil }
        }
    }

    /// Whether a push that came by then is not in memory yet.
    func isPushing(to source: TableName?, by time: Int64) -> Bool {
        guard let source else { return false }
        return pushes.withLock { $0[source]?.keys.contains { $0 <= time } ?? false }
    }

    func ready(_ name: String) -> ServedFeatures? {
        entries.withLock { entries in
            if case .ready(let served) = entries.named[name] { served } else { nil }
        }
    }

    /// Those of a source that answer.
    func ready(of source: TableName) -> [ServedFeatures] { all.filter { $0.record.source == source } }

    /// Those of a source that answer or are about to: what is pushed goes into all of them.
    func reached(of source: TableName) -> [ServedFeatures] {
        entries.withLock { entries in
            let ready = entries.named.values.compactMap { if case .ready(let served) = $0 { served } else { nil } }
            return (ready + entries.joining).filter { $0.record.source == source }
        }
    }

    var all: [ServedFeatures] {
        entries.withLock { $0.named.values.compactMap { if case .ready(let served) = $0 { served } else { nil } } }
    }

    /// Loads once for all who ask at the same time.
    func load(
        _ record: OnlineFeatures, _ body: @escaping @Sendable () async throws -> ServedFeatures
    ) async throws -> ServedFeatures {
        let task = entries.withLock { entries -> Task<ServedFeatures, any Error> in
            switch entries.named[record.name] {
            case .ready(let served): return Task { served }
            case .loading(let task, _): return task
            case nil:
                // Whoever asked first may go: the others still wait for it.
                let task = Task { try await QueryInterruption.$current.withValue(nil) { try await body() } }
                entries.named[record.name] = .loading(task, planHash: record.planHash)
                return task
            }
        }
        do {
            return try await task.value
        } catch {
            entries.withLock { entries in
                if case .loading(let other, _) = entries.named[record.name], other == task {
                    entries.named[record.name] = nil
                }
            }
            throw error
        }
    }

    /// What is pushed from now on goes into these, too, until they leave.
    func join(_ served: ServedFeatures) { entries.withLock { $0.joining.append(served) } }

    func leave(_ served: ServedFeatures) { entries.withLock { $0.joining.removeAll { $0 === served } } }

    /// From now on this answers, in the place of what does or is being loaded by the same plan.
    /// - Returns: Whether it does: not when serving stopped meanwhile, or goes by another plan.
    func publish(_ served: ServedFeatures) -> Bool {
        entries.withLock { entries in
            guard entries.named[served.record.name]?.planHash == served.record.planHash else { return false }
            entries.named[served.record.name] = .ready(served)
            return true
        }
    }

    func forget(_ name: String) { entries.withLock { $0.named[name] = nil } }

    /// Lets go of what goes by another plan.
    func keep(_ record: OnlineFeatures) {
        entries.withLock { entries in
            if entries.named[record.name]?.planHash != record.planHash { entries.named[record.name] = nil }
        }
    }
}

/// What was brought into memory is not served any more, or by another plan.
struct SupersededLoad: Error {}
