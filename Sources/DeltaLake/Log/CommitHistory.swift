import Foundation

/// Reads what commits say about themselves. Other programs write what they like there, so nothing is required.
enum CommitHistory {
    static func record(_ version: Int64, _ milliseconds: Int64, _ log: LogFolder) throws(DeltaError) -> CommitRecord {
        var record = CommitRecord(
            version: version, timestamp: Date(milliseconds: milliseconds), operation: nil, parameters: [:],
            userName: nil, userID: nil, runID: nil, jobRunID: nil, extra: [:], engine: nil, rows: 0)
        let decoder = JSONDecoder()
        try log.read(version, decoder) { action in
            guard let add = action.add, add.dataChange != false else { return }
            let added = add.rowCount?.subtractingReportingOverflow(add.deletionVector?.cardinality ?? 0)
            let sum = added.flatMap { rows in record.rows?.addingReportingOverflow(rows.partialValue) }
            record.rows = sum.flatMap { $0.overflow || added?.overflow == true ? nil : $0.partialValue }
        }
        let marker = Data("\"commitInfo\"".utf8)
        for line in try log.content(version).split(separator: UInt8(ascii: "\n")) where line.range(of: marker) != nil {
            guard let object = (try? JSONSerialization.jsonObject(with: line)) as? [String: Any],
                let info = object["commitInfo"] as? [String: Any]
            else { continue }
            record.operation = info["operation"] as? String
            record.userName = info["userName"] as? String
            record.userID = info["userId"] as? String
            record.isolation = info["isolationLevel"] as? String
            record.engine = info["engineInfo"] as? String
            record.parameters = strings(info["operationParameters"])
            let ours = info["martlet"] as? [String: Any]
            record.runID = ours?["runId"] as? String
            record.jobRunID = ours?["jobRunId"] as? String
            record.extra = strings(ours?["extra"])
            if let text = info["userMetadata"] as? String {
                record.userMetadata = text
                let metadata = try? decoder.decode(UserMetadata.self, from: Data(text.utf8))
                (record.upstream, record.note) = (metadata?.upstream ?? [], metadata?.note)
            }
        }
        return record
    }

    /// What we put into `userMetadata`, and nothing that others do.
    private struct UserMetadata: Decodable {
        var upstream: [CommitInfo.Upstream]?
        var note: String?
    }

    private static func strings(_ value: Any?) -> [String: String] {
        guard let members = value as? [String: Any] else { return [:] }
        return members.compactMapValues { $0 is NSNull ? nil : $0 as? String ?? String(describing: $0) }
    }
}
