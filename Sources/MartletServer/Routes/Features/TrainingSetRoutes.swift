import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about training sets and feature views on record, below `/api/martlet/1.0/`.
func addTrainingSetRoutes(to group: RouterGroup<MartletContext>, platform: Platform) {
    let features = platform.features
    group.on(CreateTrainingSet.self) { body, context in
        try await features.createTrainingSet(
            body.specification, spine: try body.spine.platform, into: body.table, isStrict: body.strict ?? false,
            runID: body.runID, by: context.caller)
    }
    group.on(LintTrainingSet.self) { body, _ in
        LintTrainingSet.Response(findings: try await features.lintTrainingSet(body.specification))
    }
    group.on(ShowTrainingSet.self) { body, _ in
        let record = try await features.trainingSetRecord(body.table, version: body.version)
        guard body.check == true else { return ShowTrainingSet.Response(record: record, check: nil) }
        let stored = try await features.content(of: record.table)
        let recomputed = try await features.recomputeTrainingSet(record)
        return ShowTrainingSet.Response(
            record: record,
            check: .init(
                stored: stored.differences(from: record.content),
                recomputed: recomputed.differences(from: record.content)))
    }
    group.on(ListTrainingSets.self) { body, _ in
        ListTrainingSets.Response(trainingSets: try await features.trainingSetRecords(body.table))
    }
    group.on(ListFeatureViews.self) { body, _ in
        ListFeatureViews.Response(views: try await features.viewRecords(body.name))
    }
    group.on(ShowFeatureView.self) { body, _ in
        try await features.viewRecord(body.name, version: body.version)
    }
}
