import MartletDomain
import QueryEngine

extension DeltaTable {
    /// The newest batch of each application that the table had at a version, by the application's id: which of them need
    /// not be written again, and which the rows of that version hold.
    package func batches(at version: Int64) async throws -> [String: Int64] {
        try await engine.withSession { [log] session in
            guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
            return try Self.replay(log, listing, to: version, session).transactions.mapValues(\.version)
        }
    }
}
