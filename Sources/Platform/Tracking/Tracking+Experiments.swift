import Foundation
package import MartletDomain
import Metadata

extension Tracking {
    /// Makes an experiment.
    /// - Parameter artifactLocation: Where its runs' files go; Martlet's own store when nil or empty. A relative path is
    ///   one below the folder that this process runs in, as with MLflow.
    /// - Returns: Its id.
    /// - Throws: ``TrackingError/experimentExists(name:isDeleted:)``, or ``InvalidRequest`` with all that is wrong.
    @discardableResult
    package func createExperiment(
        name: String, artifactLocation: String? = nil, tags: [KeyedText] = [], by caller: Caller
    ) async throws -> String {
        try refuse(TrackingLimits.problems(experimentName: name, tags: tags))
        let location = artifactLocation.flatMap { $0.isEmpty ? nil : $0 }.map {
            ArtifactLocation.resolved($0, in: FileManager.default.currentDirectoryPath)
        }
        try refuse(location.map { ArtifactLocation.problems($0) } ?? [])
        let repeated = TrackingLimits.repeatedKeys(in: tags)
        guard repeated.isEmpty else { throw TrackingError.experimentTagsRepeated(name: name, keys: repeated) }
        return try await change("create_experiment", ["name": name, "artifact_location": location], by: caller) { db in
            try db.requireFree(experimentName: name)
            let number = try db.next("experiment")
            try db.execute(
                "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, "
                    + "last_update_time) VALUES (?, ?, ?, 'active', ?, ?)",
                [
                    .integer(number), .text(name), .text(location ?? "mlflow-artifacts:/\(number)"), .integer(db.now),
                    .integer(db.now),
                ])
            for tag in tags { try db.set(tag, ofExperiment: number) }
            db.note("experiment_id", "\(number)")
            return "\(number)"
        }
    }

    /// Gives an experiment another name.
    package func renameExperiment(_ id: String, to name: String, by caller: Caller) async throws {
        try refuse(TrackingLimits.problems(experimentName: name, tags: []))
        let number = try Experiment.number(of: id)
        try await change("rename_experiment", ["experiment_id": id, "name": name], by: caller) { db in
            let experiment = try db.experiment(number)
            guard experiment.lifecycleStage == .active else { throw TrackingError.renameOfDeleted(id: id) }
            if ExactText(experiment.name) != ExactText(name), let taken = try db.lifecycleStage(ofExperimentNamed: name)
            {
                throw TrackingError.nameTaken(id: id, name: name, isDeleted: taken == .deleted)
            }
            try db.execute(
                "UPDATE experiments SET name = ?, last_update_time = ? WHERE experiment_id = ?",
                [.text(name), .integer(db.now), .integer(number)])
        }
    }

    /// Puts an experiment and its runs in the bin. Nothing is lost; its name stays taken.
    package func deleteExperiment(_ id: String, by caller: Caller) async throws {
        try await move(id, from: .active, to: .deleted, "delete_experiment", by: caller)
    }

    /// Takes an experiment and all its runs out of the bin.
    package func restoreExperiment(_ id: String, by caller: Caller) async throws {
        try await move(id, from: .deleted, to: .active, "restore_experiment", by: caller)
    }

    private func move(
        _ id: String, from: LifecycleStage, to: LifecycleStage, _ verb: String, by caller: Caller
    ) async throws {
        let number = try Experiment.number(of: id)
        try await change(verb, ["experiment_id": id], by: caller) { db in
            guard try db.experiment(number).lifecycleStage == from else { throw TrackingError.noExperiment(id: id) }
            try db.execute(
                "UPDATE experiments SET lifecycle_stage = ?, last_update_time = ? WHERE experiment_id = ?",
                [.text(to.rawValue), .integer(db.now), .integer(number)])
            try db.execute(
                "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE experiment_id = ?",
                [.text(to.rawValue), to == .deleted ? .integer(db.now) : .null, .integer(number)])
        }
    }

    package func setExperimentTag(_ tag: KeyedText, of id: String, by caller: Caller) async throws {
        try refuse(TrackingLimits.problems(experimentTag: tag))
        let number = try Experiment.number(of: id)
        try await change(
            "set_experiment_tag", ["experiment_id": id, "key": tag.key, "value": tag.value], by: caller
        ) { db in
            try db.requireActive(experiment: number)
            try db.set(tag, ofExperiment: number)
        }
    }

    package func deleteExperimentTag(_ key: String, of id: String, by caller: Caller) async throws {
        let number = try Experiment.number(of: id)
        try await change("delete_experiment_tag", ["experiment_id": id, "key": key], by: caller) { db in
            try db.requireActive(experiment: number)
            let deleted = try db.execute(
                "DELETE FROM experiment_tags WHERE experiment_id = ? AND key = ?", [.integer(number), .text(key)])
            guard deleted > 0 else { throw TrackingError.noTag(key: key, of: "experiment with id \(id)") }
        }
    }
}

extension Snapshot {
    func experiment(_ number: Int64) throws -> Experiment {
        guard
            let found = try experiments(
                "SELECT * FROM experiments WHERE experiment_id = ?", [.integer(number)]
            ).first
        else { throw TrackingError.noExperiment(id: "\(number)") }
        return found
    }

    /// - Returns: Where the files of its runs go.
    /// - Throws: ``TrackingError``, when there is no such experiment or it is in the bin.
    @discardableResult
    func requireActive(experiment number: Int64) throws -> String {
        let found = try row(
            "SELECT artifact_location, lifecycle_stage FROM experiments WHERE experiment_id = ?", [.integer(number)])
        guard let found else { throw TrackingError.noExperiment(id: "\(number)") }
        guard try found.text("lifecycle_stage") == LifecycleStage.active.rawValue else {
            throw TrackingError.experimentNotActive(id: "\(number)")
        }
        return try found.text("artifact_location")
    }

    func requireFree(experimentName name: String) throws {
        if let taken = try lifecycleStage(ofExperimentNamed: name) {
            throw TrackingError.experimentExists(name: name, isDeleted: taken == .deleted)
        }
    }

    /// Nil when no experiment has that name.
    fileprivate func lifecycleStage(ofExperimentNamed name: String) throws -> LifecycleStage? {
        let row = try row("SELECT lifecycle_stage FROM experiments WHERE name = ?", [.text(name)])
        return try row.map { LifecycleStage(rawValue: try $0.text("lifecycle_stage")) ?? .active }
    }

    /// The experiments that a query on their table finds, in its order, with their tags.
    func experiments(
        _ sql: String, _ arguments: [SQLValue], isComposed: Bool = false
    ) throws -> [Experiment] {
        var found = try rows(sql, arguments, isComposed: isComposed).map { row in
            Experiment(
                id: "\(try row.integer("experiment_id"))", name: try row.text("name"),
                artifactLocation: try row.text("artifact_location"),
                lifecycleStage: LifecycleStage(rawValue: try row.text("lifecycle_stage")) ?? .active,
                creationTime: try row.integer("creation_time"), lastUpdateTime: try row.integer("last_update_time"),
                tags: [])
        }
        let places = Dictionary(uniqueKeysWithValues: found.enumerated().map { ($0.element.id, $0.offset) })
        try forEach(
            "SELECT experiment_id, key, value FROM experiment_tags WHERE experiment_id",
            in: found.compactMap { Int64($0.id) }, "ORDER BY key"
        ) { row in
            guard let place = places["\(try row.integer("experiment_id"))"] else { return }
            found[place].tags.append(KeyedText(try row.text("key"), try row.text("value")))
        }
        return found
    }

    /// Runs a query on a list of numbers, however long the list, a few hundred at a time.
    ///
    /// The lists' lengths are padded to a few sizes, so that few statements are prepared.
    /// - Parameters:
    ///   - sql: The query until the column that is looked for in the list.
    ///   - end: The rest of the query.
    func forEach(_ sql: String, in numbers: [Int64], _ end: String = "", _ body: (SQLRow) throws -> Void) throws {
        var rest = numbers[...]
        while let last = rest.first {
            let chunk = rest.prefix(500)
            rest = rest.dropFirst(chunk.count)
            let (size, list) = inLists.first { $0.size >= chunk.count } ?? inLists[inLists.count - 1]
            let padded =
                chunk.map { SQLValue.integer($0) } + Array(repeating: .integer(last), count: size - chunk.count)
            try forEach("\(sql)\(list)\(end)", padded, body)
        }
    }
}

/// ` IN (?, ?, …) ` for the sizes of lists that are asked for.
private let inLists = [1, 10, 100, 500].map { (size: $0, sql: " IN \(placeholders($0)) ") }

/// `(?, ?, ?)`.
func placeholders(_ count: Int) -> String { "(" + Array(repeating: "?", count: count).joined(separator: ", ") + ")" }

extension Transaction {
    fileprivate func set(_ tag: KeyedText, ofExperiment number: Int64) throws {
        try execute(
            "INSERT INTO experiment_tags (experiment_id, key, value) VALUES (?, ?, ?) "
                + "ON CONFLICT (experiment_id, key) DO UPDATE SET value = excluded.value",
            [.integer(number), .text(tag.key), .text(tag.value)])
    }
}
