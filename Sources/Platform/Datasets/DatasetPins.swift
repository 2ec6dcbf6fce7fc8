import DeltaLake
package import MartletDomain
package import Metadata

extension Datasets {
    /// The versions of a table that must stay readable, and why, oldest first.
    package func pins(of name: TableName) async throws -> [DatasetPin] {
        let pins = try await store.read { try $0.pins(of: name) }
        let readable = try deltaTable(name).readableVersions()
        return pins.map { pin in
            var pin = pin
            pin.isReadable = readable.contains(pin.version)
            return pin
        }
    }
}

extension Snapshot {
    /// What training sets, models, predictions, checks and branches name of a table, oldest version first.
    package func pins(of name: TableName) throws -> [DatasetPin] {
        var reasons: [Int64: [String]] = [:]
        let table = SQLValue.text(name.description)
        let kept = "('training_set', 'predictions', 'monitoring')"
        func add(_ sql: String, _ values: [SQLValue], _ reason: (SQLRow) throws -> String) throws {
            for row in try rows(sql, values) { reasons[try row.integer("pinned"), default: []].append(try reason(row)) }
        }
        func words(_ row: SQLRow) throws -> String {
            let operation = try row.text("operation").replacing("_", with: " ")
            return "\(operation) \(try row.text("name"))@\(try row.integer("version"))"
        }
        try add(
            "SELECT version AS pinned, name, version, operation FROM dataset_versions "
                + "WHERE name = ? AND operation IN \(kept)", [table], words)
        try add(
            """
            SELECT i.input_version AS pinned, v.name, v.version, v.operation FROM dataset_inputs AS i
            JOIN dataset_versions AS v ON v.name = i.name AND v.version = i.version
            WHERE i.input_name = ? AND v.operation IN \(kept)
            """, [table], words)
        try add(
            "SELECT training_version AS pinned, model_id FROM trained_models WHERE training_table = ?", [table]
        ) { "model \(try $0.text("model_id"))" }
        try add(
            """
            SELECT t.training_version AS pinned, m.name, v.version FROM trained_models AS t
            JOIN model_versions AS v ON v.run_id = t.run_id AND v.deleted_at IS NULL
            JOIN registered_models AS m ON m.number = v.model
            WHERE t.training_table = ?
            """, [table]
        ) { "model version \(try $0.text("name"))/\(try $0.integer("version"))" }
        try add(
            "SELECT predictions_version AS pinned, id FROM scoring_runs WHERE predictions_table = ?", [table]
        ) { "scoring run \(try $0.text("id"))" }
        for row in try rows("SELECT id, inputs FROM dataset_transactions WHERE state = 'open'") {
            for input in try decoded([TableReference].self, from: row.text("inputs")) where input.name == name {
                reasons[input.version, default: []].append("open transaction \(try row.text("id"))")
            }
        }
        for check in try monitoringChecks(naming: name) {
            for reference in [check.reference, check.predictions, check.outcomes] where reference.name == name {
                reasons[reference.version, default: []].append("monitoring check \(check.id)")
            }
        }
        try add("SELECT base_version AS pinned, name FROM dataset_branches WHERE main = ?", [table]) {
            "branch \(try $0.text("name"))"
        }
        return reasons.sorted { $0.key < $1.key }.map { version, reasons in
            DatasetPin(version: version, reasons: Array(Set(reasons)).sorted(), isReadable: true)
        }
    }

    /// The checks whose record names any version of a table.
    func monitoringChecks(naming name: TableName) throws -> [MonitoringCheck] {
        // An underscore stands for any character here; those that do not name it are left out below.
        try rows("SELECT record FROM monitoring_checks WHERE record LIKE ?", [.text("%\"\(name)@%")])
            .map { try decoded(MonitoringCheck.self, from: $0.text("record")) }
            .filter { [$0.reference, $0.predictions, $0.outcomes].contains { $0.name == name } }
    }
}
