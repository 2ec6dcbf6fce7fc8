package import Foundation

/// Who commits what, written into the log beside the change itself.
package struct CommitInfo: Sendable, Equatable {
    /// Delta's word for the change: `WRITE`, `CREATE TABLE`, `DELETE` …
    package var operation: String
    package var userName: String?
    /// The run that made the rows.
    package var runID: String?
    /// Anything else that whoever reads the history should see.
    package var extra: [String: String]

    package init(
        operation: String = "WRITE", userName: String? = nil, runID: String? = nil, extra: [String: String] = [:]
    ) {
        (self.operation, self.userName, self.runID, self.extra) = (operation, userName, runID, extra)
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
    /// Whether the table had this batch of the application already, so that nothing was written; `version` is then
    /// the newest.
    package var alreadyDone: Bool

    package init(
        version: Int64, rowCount: Int64, files: Int, bytes: Int64, removedFiles: Int = 0, alreadyDone: Bool = false
    ) {
        (self.version, self.rowCount, self.files, self.bytes) = (version, rowCount, files, bytes)
        (self.removedFiles, self.alreadyDone) = (removedFiles, alreadyDone)
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
    package var runID: String?
    package var extra: [String: String]
    /// The program that committed.
    package var engine: String?
    /// Rows in the files added; nil when a file says nothing of its rows.
    package var rows: Int64?
}
