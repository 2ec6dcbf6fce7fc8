extension DeltaTable {
    /// Runs a change of rows again as long as somebody else's gets in between: a merge or a deletion is then right on
    /// what the other left. Not for an overwrite `since` a version, whose rows were computed from it.
    ///
    /// Waits between attempts, longer each time, up to half a second.
    /// - Throws: The last ``DeltaError/conflict(table:version:reason:)`` when all attempts met one; any other error at
    ///   once.
    package func retryingConflicts<Result: Sendable>(
        _ attempts: Int = 50, _ change: @Sendable () async throws -> Result
    ) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await change()
            } catch let error as DeltaError {
                guard case .conflict = error, attempt < attempts else { throw error }
            }
            attempt += 1
            let longest = min(500, 10 << min(attempt, 6))
            try await Task.sleep(for: .milliseconds(Int.random(in: 1...longest)))
        }
    }
}
