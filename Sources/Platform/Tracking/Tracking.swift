import MartletDomain
package import Metadata

/// Experiments, runs and logged models: what was tried, with what, and how it went.
package struct Tracking: Sendable {
    package let store: Store

    /// A search looks at each run that meets one of its conditions when at most so many do.
    let fewRuns: Int

    package init(store: Store, fewRuns: Int = 5_000) { (self.store, self.fewRuns) = (store, fewRuns) }

    /// One change, named in the audit log as tracking's.
    func change<Result: Sendable>(
        _ verb: String, _ parameters: [String: String?], by caller: Caller,
        _ body: @escaping @Sendable (Transaction) throws -> Result
    ) async throws -> Result {
        try await store.change(AuditAction("tracking", verb, parameters), by: caller, body)
    }
}

/// Throws all of `problems` at once, if there are any.
func refuse(_ problems: [String]) throws {
    guard problems.isEmpty else { throw InvalidRequest(problems) }
}

extension Transaction {
    /// Where something logged now stands in the order of logging.
    func position(_ index: Int = 0) -> SQLValue { .integer(now &* 10_000 &+ Int64(index)) }
}
