import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests that remove what was deleted, below `/api/martlet/1.0/`.
func addRetentionRoutes(to group: Routes, _ retention: Retention) {
    group.on(
        PurgeRuns.self, "tracking.purge_runs",
        of: Locator([.experiment]) { $0.runIDs.map { Resource.runs($0) } ?? .workspace }
    ) { body, context in
        try requireChoice(body.runIDs != nil, body.all, "run_ids")
        return Purged(
            try await retention.purgeRuns(
                body.runIDs, olderThan: body.olderThan, isDryRun: body.isDryRun ?? false, by: context.caller))
    }
    group.on(
        PurgeLoggedModels.self, "tracking.purge_logged_models",
        of: Locator([.experiment]) { $0.modelIDs.map { Resource.loggedModels($0) } ?? .workspace }
    ) { body, context in
        try requireChoice(body.modelIDs != nil, body.all, "model_ids")
        return Purged(
            try await retention.purgeLoggedModels(
                body.modelIDs, olderThan: body.olderThan, isDryRun: body.isDryRun ?? false, by: context.caller))
    }
    group.on(
        PurgeExperiments.self, "tracking.purge_experiment",
        of: Locator([.experiment]) {
            $0.names == nil ? $0.experimentIDs.map { Resource.experiments($0) } ?? .workspace : .workspace
        }
    ) { body, context in
        try requireChoice(body.experimentIDs != nil || body.names != nil, body.all, "experiment_ids' or 'names")
        return Purged(
            try await retention.purgeExperiments(
                body.experimentIDs, named: body.names, olderThan: body.olderThan,
                isDryRun: body.isDryRun ?? false, by: context.caller))
    }
}

/// A slip of the pen must not remove everything.
private func requireChoice(_ isNamed: Bool, _ all: Bool?, _ names: String) throws {
    guard isNamed != (all ?? false) else {
        throw InvalidRequest(
            "Say what to remove for good: '\(names)', or \"all\": true for whatever is deleted, and not both.")
    }
}

extension Purged {
    fileprivate init(_ purged: Retention.Purged) {
        self.init(purged: purged.purged, kept: purged.kept.map { Kept(id: $0.id, reason: $0.reason) })
    }
}
