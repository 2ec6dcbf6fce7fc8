import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about training sets and feature views on record, below `/api/martlet/1.0/`.
func addTrainingSetRoutes(to group: Routes, platform: Platform) {
    let features = platform.features
    group.on(CreateTrainingSet.self, "features.create_training_set", of: .workspace) { body, context in
        try await context.requireRun(body.runID, platform.tracking)
        return try await features.createTrainingSet(
            body.specification, spine: try body.spine.platform, into: body.table, isStrict: body.strict ?? false,
            runID: body.runID, by: context.caller)
    }
    group.on(LintTrainingSet.self, "features.get_findings", of: .workspace) { body, _ in
        LintTrainingSet.Response(findings: try await features.lintTrainingSet(body.specification))
    }
    group.on(ShowTrainingSet.self, "features.get_training_set", of: .table { "\($0.table)" }) { body, _ in
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
    group.on(ListTrainingSets.self, "features.list_training_sets", of: .table { $0.table.map { "\($0)" } }) { body, _ in
        ListTrainingSets.Response(trainingSets: try await features.trainingSetRecords(body.table))
    }
    group.on(ListFeatureViews.self, "features.list_views", of: .visible(.featureTable)) { body, context in
        let visible = context.visible(.featureTable)
        return ListFeatureViews.Response(
            views: try await features.viewRecords(body.name).filter { visible.contains($0.view.name) })
    }
    group.on(ShowFeatureView.self, "features.get_view", of: .table { $0.name }) { body, _ in
        try await features.viewRecord(body.name, version: body.version)
    }
}
