import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about declared features, below `/api/martlet/1.0/`.
func addFeatureRoutes(to group: Routes, platform: Platform) {
    group.on(ApplyFeatures.self, "features.apply", of: .workspace) { body, context in
        try await platform.features.apply(body.definition, named: body.name, by: context.caller)
    }
    group.on(BuildTrainingSet.self, "features.create_training_set", of: .workspace) { body, context in
        let version = try await platform.features.trainingSet(
            body.recipe, at: body.spineVersion, in: TimeWindow(from: body.from, to: body.to),
            knownAt: body.knownAt?.microseconds, into: body.table, by: context.caller)
        return try await platform.datasets.summary(version.table)
    }
}

extension TimeWindow {
    init(from start: Instant, to end: Instant) throws {
        self = try TimeWindow(from: start.microseconds, to: end.microseconds)
    }
}
