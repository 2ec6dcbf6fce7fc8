import Foundation

/// Reads what commits say about themselves. Other programs write what they like there, so nothing is required.
enum CommitHistory {
    static func record(_ version: Int64, _ milliseconds: Int64, _ log: LogFolder) throws(DeltaError) -> CommitRecord {
        var record = CommitRecord(
            version: version, timestamp: Date(milliseconds: milliseconds), operation: nil, parameters: [:],
            userName: nil,
            runID: nil, extra: [:], engine: nil, rows: 0)
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
            record.engine = info["engineInfo"] as? String
            record.parameters = strings(info["operationParameters"])
            let ours = info["martlet"] as? [String: Any]
            record.runID = ours?["runId"] as? String
            record.extra = strings(ours?["extra"])
        }
        return record
    }

    private static func strings(_ value: Any?) -> [String: String] {
        guard let members = value as? [String: Any] else { return [:] }
        return members.compactMapValues { $0 is NSNull ? nil : $0 as? String ?? String(describing: $0) }
    }
}
