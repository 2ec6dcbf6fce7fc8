package import MartletDomain
import Metadata

extension Datasets {
    /// What a version was computed from, and what was computed from it and used it, each up to a depth.
    ///
    /// - Parameters:
    ///   - table: The newest version is meant where none is named.
    ///   - depth: 1 to 50 steps each way.
    package func lineage(
        of name: TableName, version: Int64? = nil, depth: Int = 5
    ) async throws -> DatasetLineage {
        guard (1...50).contains(depth) else { throw InvalidRequest("A depth is 1 to 50 steps, not \(depth).") }
        let table =
            if let version { TableReference(name, version: version) } else { try await latest(name) }
        // One that is not on record may still be in the log, without anything known of where it came from.
        if try await self.version(table) == nil { _ = try await snapshot(table) }
        return try await store.read { db in
            var up = LineageWalk(db: db, seen: [table])
            let upstream = try up.upstream(of: table, depth: depth)
            var down = LineageWalk(db: db, seen: [table])
            return DatasetLineage(
                table: table, upstream: upstream, downstream: try down.downstream(of: table, depth: depth))
        }
    }
}

/// Walks from version to version. Each is opened once; where it is met again it is only named.
struct LineageWalk {
    let db: Snapshot
    var seen: Set<TableReference>

    /// Things at one place of the tree, at most.
    private static let limit = 1_000

    mutating func upstream(of table: TableReference, depth: Int) throws -> [DatasetLineage.Node] {
        guard let version = try record(table) else { return [] }
        var nodes: [DatasetLineage.Node] = []
        for input in version.inputs {
            nodes.append(try node(input, depth, more: hasInputs) { try $0.upstream(of: input, depth: depth - 1) })
        }
        if version.inputs.isEmpty, let source = version.source {
            nodes += source.split(separator: "\n").prefix(Self.limit).map { .init(.source, String($0)) }
        }
        if let run = version.runID { nodes.append(.init(.run, run)) }
        return nodes
    }

    mutating func downstream(of table: TableReference, depth: Int) throws -> [DatasetLineage.Node] {
        var nodes: [DatasetLineage.Node] = []
        let key: [SQLValue] = [.text(table.name.description), .integer(table.version)]
        let users = try db.rows(
            "SELECT name, version FROM dataset_inputs WHERE input_name = ? AND input_version = ? "
                + "ORDER BY name, version LIMIT \(Self.limit)", key
        ).map { TableReference(try TableName($0.text("name")), version: try $0.integer("version")) }
        for user in users {
            nodes.append(try node(user, depth, more: hasUsers) { try $0.downstream(of: user, depth: depth - 1) })
        }
        for row in try db.rows(
            "SELECT run_id, model_id FROM trained_models WHERE training_table = ? AND training_version = ? "
                + "ORDER BY run_id LIMIT \(Self.limit)", key)
        {
            let (run, model) = (try row.text("run_id"), try row.text("model_id"))
            let versions = try db.rows(
                """
                SELECT m.name, v.version, v.stage FROM model_versions AS v
                JOIN registered_models AS m ON m.number = v.model
                WHERE v.run_id = ? AND v.deleted_at IS NULL ORDER BY m.name, v.version
                """, [.text(run)]
            ).map {
                DatasetLineage.Node(
                    .modelVersion, "\(try $0.text("name"))/\(try $0.integer("version"))",
                    detail: try $0.text("stage"))
            }
            nodes.append(.init(.model, model, detail: "run \(run)", next: versions))
        }
        for check in try db.monitoringChecks(naming: table.name)
        where [check.reference, check.predictions, check.outcomes].contains(table) {
            nodes.append(.init(.monitoringCheck, check.id, detail: "\(check.model)/\(check.modelVersion)"))
        }
        return nodes
    }

    private mutating func node(
        _ table: TableReference, _ depth: Int, more: (TableReference) throws -> Bool,
        _ next: (inout Self) throws -> [DatasetLineage.Node]
    ) throws -> DatasetLineage.Node {
        let version = try record(table)
        let kind: DatasetLineage.Node.Kind =
            switch version?.operation {
            case .trainingSet: .trainingSet
            case .predictions: .predictions
            default: .table
            }
        var node = DatasetLineage.Node(
            kind, table.description,
            detail: version.map { "\($0.operation.rawValue) by \($0.writtenBy)" })
        if seen.contains(table) {
            node.isRepeated = true
        } else if depth > 1 {
            seen.insert(table)
            node.next = try next(&self)
        } else {
            node.isCut = try more(table)
        }
        return node
    }

    private func hasInputs(_ table: TableReference) throws -> Bool {
        try db.row(
            "SELECT input_name FROM dataset_inputs WHERE name = ? AND version = ? LIMIT 1",
            [.text(table.name.description), .integer(table.version)]) != nil
    }

    private func hasUsers(_ table: TableReference) throws -> Bool {
        let key: [SQLValue] = [.text(table.name.description), .integer(table.version)]
        return try db.row(
            "SELECT name FROM dataset_inputs WHERE input_name = ? AND input_version = ? LIMIT 1", key) != nil
            || db.row(
                "SELECT run_id FROM trained_models WHERE training_table = ? AND training_version = ? LIMIT 1", key)
                != nil
    }

    private func record(_ table: TableReference) throws -> DatasetVersion? {
        try db.row(
            "SELECT * FROM dataset_versions WHERE name = ? AND version = ?",
            [.text(table.name.description), .integer(table.version)]
        ).map { try db.datasetVersion($0) }
    }
}
