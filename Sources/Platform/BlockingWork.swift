import QueryEngine

/// Runs work that blocks or computes for long on a thread of its own. Dispatch's threads are also Swift's, and many such
/// calls at once would leave none for anybody else.
func offTheCooperativePool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await runOnOwnThread(named: "work", body)
}
