/// One at a time for each key: whoever comes second to the same work waits, then finds it done. Lives as long as the process.
actor Turns {
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

    nonisolated func inTurn<Result: Sendable>(_ key: String, _ body: () async throws -> Result) async throws -> Result {
        await take(key)
        do {
            let result = try await body()
            await give(key)
            return result
        } catch {
            await give(key)
            throw error
        }
    }

    private func take(_ key: String) async {
        guard waiting[key] != nil else { return waiting[key] = [] }
        await withCheckedContinuation { waiting[key, default: []].append($0) }
    }

    private func give(_ key: String) {
        guard var queue = waiting[key], !queue.isEmpty else { return waiting[key] = nil }
        let next = queue.removeFirst()
        waiting[key] = queue
        next.resume()
    }
}
