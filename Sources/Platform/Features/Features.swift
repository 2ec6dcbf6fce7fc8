import DeltaLake
import Foundation
package import MartletDomain
package import Metadata
package import QueryEngine

/// Declared features: kept by the hash of what they mean, computed for any rows as of each row's own time.
package struct Features: Sendable {
    let store: Store
    let datasets: Datasets
    /// Writes to one feature table go one after the other.
    let turns = Turns()

    package init(store: Store, datasets: Datasets) { (self.store, self.datasets) = (store, datasets) }

    /// Keeps a file of feature views, and makes it what its name stands for. One that means the same as a kept one is that
    /// one, under the name that it was given last.
    package func apply(_ definition: String, named name: String, by caller: Caller) async throws -> FeatureSet {
        guard !name.isEmpty, name.utf8.count <= 128, name.wholeMatch(of: #/[0-9a-f]{64}/#) == nil else {
            throw InvalidRequest(
                "'\(name)' cannot name a feature set: a name has 1 to 128 bytes and is not itself a hash.")
        }
        let views = try FeatureView.views(declared: definition)
        let hash = FeatureView.planDigest(of: views)
        let action = AuditAction("features", "apply", ["name": name, "hash": hash])
        return try await store.change(action, by: caller) { db in
            try db.insert(views, of: hash)
            try db.execute(
                """
                INSERT INTO feature_sets (hash, name, definition, created_by, created_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (hash) DO UPDATE SET name = excluded.name, definition = excluded.definition,
                    created_by = excluded.created_by, created_at = excluded.created_at
                """,
                [
                    .text(hash), .text(name), .text(definition), .text(caller.user.name), .integer(db.now),
                ])
            return try db.featureSet(hash)
        }
    }

    /// The feature set of that hash, or the newest of that name.
    package func featureSet(_ nameOrHash: String) async throws -> FeatureSet {
        try await store.read { try $0.featureSet(nameOrHash) }
    }

    package func computation(_ featureSet: FeatureSet) throws -> FeatureComputation {
        FeatureComputation(views: try FeatureView.views(declared: featureSet.definition))
    }

    /// The newest version of each table that the features read, pinned.
    /// - Throws: ``FeatureError/issues(_:)`` for every view that passes over when a table's rows became known.
    package func pinSources(of computation: FeatureComputation) async throws -> [TableReference] {
        var issues: [FeatureIssue] = []
        for view in computation.views {
            guard let table = view.source?.table else { continue }
            let record = try await tableIfPresent(TableName(table))
            if let issue = view.issue(withTableKnownAt: record?.keys.availableAt) { issues.append(issue) }
        }
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        var pinned: [TableReference] = []
        for table in computation.tables { pinned.append(try await datasets.latest(TableName(table))) }
        return pinned
    }

    /// Adds the declared features to rows, reading each table as it was at the pinned version.
    package func compute(
        _ computation: FeatureComputation, for spine: RecordBatch, time: String, from sources: [TableReference]
    ) async throws -> RecordBatch {
        var relations: [String: String] = [:]
        for source in sources { relations[source.name.description] = try await datasets.snapshot(source).relation }
        return try await computation.compute(
            spine: spine, time: time, sources: relations, engine: datasets.engine)
    }

    /// The rows of a recipe's spine whose time is in `window`, in order of time and key: key, time, kept columns, and, if
    /// asked for, the outcome and when it was known.
    package func spine(
        _ recipe: FeatureRecipe, at version: Int64, in window: TimeWindow, needing needed: [String], withLabel: Bool
    ) async throws -> RecordBatch {
        let snapshot = try await datasets.snapshot(recipe.spine, version: version)
        var columns = recipe.key + [recipe.time] + recipe.spineColumns + needed
        if withLabel { columns += [recipe.label] + [recipe.labelAvailableAt].compactMap { $0 } }
        columns = columns.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        let missing = columns.filter { snapshot.schema[$0] == nil }
        guard missing.isEmpty else {
            throw DatasetError.missingColumns(missing, table: recipe.spine.description)
        }
        guard snapshot.schema[recipe.time]?.type == .timestamp else {
            throw InvalidRequest(
                "\(recipe.time) of \(recipe.spine) must be a timestamp: features are computed as of it.")
        }
        let selected = columns.map(quotedIdentifier).joined(separator: ", ")
        // Rows of one time and key come in the order of what else is read of them.
        let order = ([recipe.time] + recipe.key + columns).map(quotedIdentifier).joined(separator: ", ")
        let time = quotedIdentifier(recipe.time)
        let sql = "SELECT \(selected) FROM \(snapshot.relation) WHERE \(time) >= ? AND \(time) < ? ORDER BY \(order)"
        return try await datasets.engine.withSession {
            try $0.collect(sql, [.timestamp(window.start), .timestamp(window.end)])
        }
    }
}

extension Snapshot {
    func featureSet(_ nameOrHash: String) throws -> FeatureSet {
        let found = try row(
            "SELECT * FROM feature_sets WHERE hash = ? OR name = ? "
                + "ORDER BY CASE WHEN hash = ? THEN 0 ELSE 1 END, created_at DESC, hash LIMIT 1",
            [.text(nameOrHash), .text(nameOrHash), .text(nameOrHash)])
        guard let found else { throw UnknownFeatureSet(name: nameOrHash) }
        return FeatureSet(
            name: try found.text("name"), hash: try found.text("hash"), definition: try found.text("definition"),
            createdBy: try found.text("created_by"), createdAt: try found.integer("created_at"))
    }
}

struct UnknownFeatureSet: MartletError {
    var name: String

    var code: ErrorCode { .resourceDoesNotExist }
    var message: String { "There is no feature set \(name). Declare it with `martlet features apply FILE`." }
}
