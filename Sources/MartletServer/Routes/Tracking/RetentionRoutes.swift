import Hummingbird
import MartletAPI
import Platform

/// Martlet's own requests that remove what was deleted, below `/api/martlet/1.0/`.
func addRetentionRoutes(to group: RouterGroup<MartletContext>, _ retention: Retention) {
    group.on(PurgeRuns.self) { body, context in
        Purged(
            try await retention.purgeRuns(
                body.runIDs, olderThan: body.olderThan, isDryRun: body.isDryRun ?? false, by: context.caller))
    }
    group.on(PurgeLoggedModels.self) { body, context in
        Purged(
            try await retention.purgeLoggedModels(
                body.modelIDs, olderThan: body.olderThan, isDryRun: body.isDryRun ?? false, by: context.caller))
    }
    group.on(PurgeExperiments.self) { body, context in
        Purged(
            try await retention.purgeExperiments(
                body.experimentIDs, named: body.names, olderThan: body.olderThan,
                isDryRun: body.isDryRun ?? false, by: context.caller))
    }
}

extension Purged {
    fileprivate init(_ purged: Retention.Purged) {
        self.init(purged: purged.purged, kept: purged.kept.map { Kept(id: $0.id, reason: $0.reason) })
    }
}
