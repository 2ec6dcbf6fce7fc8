import MartletDomain
import Metadata

/// What becomes of what was deleted. Deleting loses nothing and takes no name out of use; this removes it for good.
package struct Retention: Sendable {
    let store: Store
    let artifacts: Artifacts

    init(store: Store, artifacts: Artifacts) { (self.store, self.artifacts) = (store, artifacts) }

    /// How many things one change removes: enough that a commit counts for little, few enough that others need not wait.
    static let batch = 100

    /// One thing that could not be removed, and why.
    package struct Kept: Sendable, Hashable {
        package var id: String
        package var reason: String
    }

    /// What was removed, by id, and what was not.
    package struct Purged: Sendable, Hashable {
        package var purged: [String] = []
        package var kept: [Kept] = []

        package init(purged: [String] = [], kept: [Kept] = []) { (self.purged, self.kept) = (purged, kept) }
    }

    /// The time before which something must have been deleted, in milliseconds since 1970 UTC.
    static func latest(_ olderThan: String?, now: Int64) throws -> Int64 {
        let age = try olderThan.map { try Age.milliseconds(of: $0) } ?? 0
        let (time, overflow) = now.subtractingReportingOverflow(age)
        return overflow ? .min : time
    }

    /// Throws what keeps things that were asked for by name; a list of reasons when there are several.
    static func refuse(_ errors: [RetentionError]) throws {
        if errors.count == 1, let error = errors.first { throw error }
        guard errors.isEmpty else { throw RetentionError.refused(errors.map(\.message)) }
    }

    /// Refuses a list that is longer than a request may have.
    static func check(_ ids: [String]) throws {
        guard ids.count <= 10_000 else { throw InvalidRequest("A request names at most 10000 things to remove.") }
    }
}

extension Array {
    /// Slices of at most `size`.
    func slices(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
