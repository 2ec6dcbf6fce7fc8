import Foundation
package import MartletDomain
import Metadata

extension Retention {
    /// Removes deleted experiments for good, with all runs and logged models in them; their names are free after that.
    ///
    /// - Parameters:
    ///   - ids: These experiments, all of them or, when one of them must stay, none; every deleted one when neither ids
    ///     nor names are given.
    ///   - names: The same by name.
    ///   - olderThan: Only what was deleted at least so long ago: `30d`.
    ///   - isDryRun: Says what would be done and does nothing.
    /// - Returns: Ids.
    /// - Throws: ``RetentionError`` for what was asked for and must stay.
    package func purgeExperiments(
        _ ids: [String]? = nil, named names: [String]? = nil, olderThan: String? = nil, isDryRun: Bool = false,
        by caller: Caller
    ) async throws -> Purged {
        try Self.check((ids ?? []) + (names ?? []))
        let numbers = try ids?.map { try Experiment.number(of: $0) }
        let latest = try Self.latest(olderThan, now: store.clock.now)
        let (experiments, kept) = try await store.read { db -> ([Deletable], [Kept]) in
            guard numbers != nil || names != nil else { return try db.deletedExperiments(by: latest, olderThan) }
            return (try db.experimentsToPurge(numbers ?? [], names ?? [], latest, olderThan), [])
        }
        var result = Purged(kept: kept)
        for experiment in experiments {
            do {
                if !isDryRun { try await purge(experiment, latest, olderThan, by: caller) }
                result.purged.append(experiment.id)
            } catch let error as RetentionError where numbers == nil && names == nil {
                result.kept.append(Kept(id: experiment.id, reason: error.message))
            }
        }
        return result
    }

    /// Run by run and model by model, the experiment last: what is broken off goes on when it is asked for again.
    private func purge(
        _ experiment: Deletable, _ latest: Int64, _ olderThan: String?, by caller: Caller
    ) async throws {
        let (runs, models) = try await store.read { db in
            (
                try db.deletableRuns("experiment_id = ?", [.integer(experiment.number)]),
                try db.deletableModels("experiment_id = ?", [.integer(experiment.number)])
            )
        }
        // The experiment was deleted, so its models were, too, though they do not say so.
        _ = try await remove(runs, .run, .max, nil, by: caller)
        for slice in models.slices(of: Self.batch) {
            try await removeModels(Array(slice), of: experiment.number, by: caller)
        }
        let folder = try await store.change(
            AuditAction("tracking", "purge_experiment", ["experiment_id": experiment.id]), by: caller
        ) { db in
            guard let now = try db.deletableExperiments("experiment_id = ?", [.integer(experiment.number)]).first else {
                throw RetentionError.missing(.experiment, id: experiment.id)
            }
            let reason = try now.reasonToStay(deletedBy: latest, olderThan) ?? db.reasonToKeep(experiment: now)
            if let reason { throw reason }
            guard try db.deletableRuns("experiment_id = ?", [.integer(now.number)]).isEmpty,
                try db.deletableModels("experiment_id = ?", [.integer(now.number)]).isEmpty
            else { throw RetentionError.notDeleted(.experiment, id: now.id) }
            try db.removeExperiment(now.number)
            return try? ArtifactPath.inStore(uri: now.artifactURI)
        }
        // Only when nothing is left in it: others may keep files there.
        if let folder, !folder.names.isEmpty, let url = try? artifacts.localURL(folder) {
            FileSystem.removeIfEmpty(url.appending(path: "models").path)
            FileSystem.removeIfEmpty(url.path)
        }
    }

    private func removeModels(_ models: [Deletable], of experiment: Int64, by caller: Caller) async throws {
        try await artifacts.changeFiles(
            AuditAction("tracking", "purge_logged_models", ["count": "\(models.count)"]), by: caller
        ) { [artifacts] db, id in
            guard let now = try db.deletableExperiments("experiment_id = ?", [.integer(experiment)]).first,
                now.isDeleted
            else { throw RetentionError.notDeleted(.experiment, id: "\(experiment)") }
            for model in models { if let reason = try db.reasonToKeep(model) { throw reason } }
            try db.removeModels(models)
            try artifacts.discard(models, for: id, in: db)
        }
    }
}

extension Snapshot {
    /// What in an experiment keeps it, ten reasons at most.
    fileprivate func reasonToKeep(experiment: Deletable) throws -> RetentionError? {
        guard experiment.id != Experiment.defaultID else { return .alwaysThere(id: experiment.id) }
        var reasons: [String] = []
        for run in try deletableRuns("experiment_id = ?", [.integer(experiment.number)]) where reasons.count < 10 {
            let reason = run.isDeleted ? try reasonToKeep(run) : .notDeleted(.run, id: run.id)
            if let reason { reasons.append(reason.message) }
        }
        for model in try deletableModels("experiment_id = ?", [.integer(experiment.number)]) where reasons.count < 10 {
            if let reason = try reasonToKeep(model) { reasons.append(reason.message) }
        }
        return reasons.isEmpty ? nil : .holds(experiment: experiment.id, reasons: reasons)
    }

    fileprivate func deletedExperiments(
        by latest: Int64, _ olderThan: String?
    ) throws -> ([Deletable], [Retention.Kept]) {
        var (free, kept): ([Deletable], [Retention.Kept]) = ([], [])
        let deleted = try deletableExperiments(
            "lifecycle_stage = 'deleted' AND last_update_time <= ?", [.integer(latest)])
        for experiment in deleted {
            if let reason = try reasonToKeep(experiment: experiment) {
                kept.append(Retention.Kept(id: experiment.id, reason: reason.message))
            } else {
                free.append(experiment)
            }
        }
        return (free, kept)
    }

    fileprivate func experimentsToPurge(
        _ numbers: [Int64], _ names: [String], _ latest: Int64, _ olderThan: String?
    ) throws -> [Deletable] {
        var (free, errors, seen): ([Deletable], [RetentionError], Set<Int64>) = ([], [], [])
        let asked =
            numbers.map { ("experiment_id = ?", SQLValue.integer($0), "\($0)") }
            + names.map { ("name = ?", SQLValue.text($0), $0) }
        for (condition, value, name) in asked {
            guard let experiment = try deletableExperiments(condition, [value]).first else {
                errors.append(.missing(.experiment, id: name))
                continue
            }
            guard seen.insert(experiment.number).inserted else { continue }
            let reason =
                try experiment.reasonToStay(deletedBy: latest, olderThan) ?? reasonToKeep(experiment: experiment)
            if let reason { errors.append(reason) } else { free.append(experiment) }
        }
        try Retention.refuse(errors)
        return free
    }
}
