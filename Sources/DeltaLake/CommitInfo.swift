package import Foundation

/// Who commits what and from what, written into the log beside the change itself, so that it outlives every database.
package struct CommitInfo: Sendable, Equatable {
    /// A version of another table, or of this one, that rows were computed from.
    package struct Upstream: Sendable, Hashable, Codable {
        package var table: String
        package var version: Int64

        package init(table: String, version: Int64) { (self.table, self.version) = (table, version) }
    }

    /// Delta's word for the change: `WRITE`, `CREATE TABLE`, `DELETE` …
    package var operation: String
    /// What the operation was told; what the table itself knows of it (`mode`, `predicate` …) is added.
    package var parameters: [String: String]
    package var userName: String?
    package var userID: String?
    /// The run that made the rows.
    package var runID: String?
    /// The run of a job that made them.
    package var jobRunID: String?
    /// What they were made from.
    package var upstream: [Upstream]
    /// A sentence of whoever committed.
    package var note: String?
    /// Anything else that whoever reads the history should see.
    package var extra: [String: String]
    /// What the table has to be when the commit is made, besides what the change itself asks for. Not written down.
    package var expectation = Expectation.any

    package enum Expectation: Sendable, Hashable {
        case any
        /// There is none yet.
        case absent
        /// No rows were changed since that version, which the new ones were computed from.
        case unchanged(since: Int64)
    }

    package init(
        operation: String = "WRITE", parameters: [String: String] = [:], userName: String? = nil,
        userID: String? = nil, runID: String? = nil, jobRunID: String? = nil, upstream: [Upstream] = [],
        note: String? = nil, extra: [String: String] = [:]
    ) {
        (self.operation, self.parameters, self.userName, self.userID) = (operation, parameters, userName, userID)
        (self.runID, self.jobRunID, self.upstream, self.note) = (runID, jobRunID, upstream, note)
        self.extra = extra
    }
}

/// What one commit added.
package struct CommitResult: Sendable, Equatable {
    package var version: Int64
    package var rowCount: Int64
    /// Number of data files added.
    package var files: Int
    /// Size of those files together.
    package var bytes: Int64
    /// Number of data files taken out.
    package var removedFiles: Int
    /// Rows that a deletion took out; 0 for what else takes rows out.
    package var deletedRows: Int64
    /// Whether the table had this batch of the application already, so that nothing was written; `version` is then
    /// the newest.
    package var alreadyDone: Bool

    package init(
        version: Int64, rowCount: Int64, files: Int, bytes: Int64, removedFiles: Int = 0, deletedRows: Int64 = 0,
        alreadyDone: Bool = false
    ) {
        (self.version, self.rowCount, self.files, self.bytes) = (version, rowCount, files, bytes)
        (self.removedFiles, self.deletedRows, self.alreadyDone) = (removedFiles, deletedRows, alreadyDone)
    }
}

/// Which state of a table is meant.
package enum TableVersion: Sendable, Hashable {
    case latest
    case version(Int64)
    /// The newest version that was there at that moment.
    case timestamp(Date)
}

/// One line of a table's history, as its log tells it; what another writer left out is nil.
package struct CommitRecord: Sendable, Equatable {
    package var version: Int64
    /// The moment that time travel goes by: never earlier than the version before.
    package var timestamp: Date
    package var operation: String?
    package var parameters: [String: String]
    package var userName: String?
    package var userID: String?
    package var runID: String?
    package var jobRunID: String?
    package var upstream: [CommitInfo.Upstream] = []
    package var note: String?
    package var extra: [String: String]
    /// `Serializable`, `SnapshotIsolation` …
    package var isolation: String?
    /// What the writer put beside the commit, whoever it was; ours is JSON.
    package var userMetadata: String?
    /// The program that committed.
    package var engine: String?
    /// Rows in the files added; nil when a file says nothing of its rows.
    package var rows: Int64?
}
