/// How far an application has got with its own batches, as the log keeps it.
///
/// Source: delta-io/delta, PROTOCOL.md, "Transaction Identifiers".
struct TransactionAction: Decodable, Equatable {
    var appId: String
    var version: Int64
    /// Milliseconds since 1970.
    var lastUpdated: Int64?

    var json: JSONText {
        var members: [(String, JSONText)] = [("appId", .string(appId)), ("version", .integer(version))]
        if let lastUpdated { members.append(("lastUpdated", .integer(lastUpdated))) }
        return .object([("txn", .object(members))])
    }
}

/// Names one batch of an application, so that writing it again does nothing.
package struct AppTransaction: Sendable, Hashable {
    /// Who numbers the batches: a stream, a job.
    package var appID: String
    /// The number of the batch; each later one must be greater.
    package var version: Int64

    package init(appID: String, version: Int64) { (self.appID, self.version) = (appID, version) }

    /// Whether the table has this batch or a later one.
    func isDone(in replay: LogReplay) -> Bool { replay.transactions[appID].map { $0.version >= version } ?? false }
}
