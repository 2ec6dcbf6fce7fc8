extension CommitInfo {
    /// The action that tells who did what. Readers parse it, so a version that is not known is left out and not
    /// negative, and what is ours stands in `martlet` or, as JSON, in the text `userMetadata`.
    /// - Parameters:
    ///   - readVersion: The version that the commit builds on; nil when it makes the table.
    ///   - metrics: Delta's words and numbers for what was done.
    func action(
        at milliseconds: Int64, parameters: [String: String], isBlindAppend: Bool, readVersion: Int64?,
        isolation: String? = nil, metrics: [String: Int64] = [:]
    ) -> JSONText {
        var members: [(String, JSONText)] = [
            ("timestamp", .integer(milliseconds)), ("operation", .string(operation)),
            ("operationParameters", .strings(self.parameters.merging(parameters) { $1 })),
        ]
        if let userID { members.append(("userId", .string(userID))) }
        if let userName { members.append(("userName", .string(userName))) }
        if let readVersion { members.append(("readVersion", .integer(readVersion))) }
        if let isolation { members.append(("isolationLevel", .string(isolation))) }
        members += [("isBlindAppend", .boolean(isBlindAppend)), ("engineInfo", .string("Martlet"))]
        if !metrics.isEmpty { members.append(("operationMetrics", .strings(metrics.mapValues { String($0) }))) }
        if let userMetadata { members.append(("userMetadata", .string(userMetadata))) }
        var ours: [(String, JSONText)] = []
        if let runID { ours.append(("runId", .string(runID))) }
        if let jobRunID { ours.append(("jobRunId", .string(jobRunID))) }
        if !extra.isEmpty { ours.append(("extra", .strings(extra))) }
        if !ours.isEmpty { members.append(("martlet", .object(ours))) }
        return .object([("commitInfo", .object(members))])
    }

    private var userMetadata: String? {
        var members: [(String, JSONText)] = []
        if !upstream.isEmpty {
            let tables = upstream.map {
                JSONText.object([("table", .string($0.table)), ("version", .integer($0.version))])
            }
            members.append(("upstream", .array(tables)))
        }
        if let note { members.append(("note", .string(note))) }
        return members.isEmpty ? nil : JSONText.object(members).text
    }
}
