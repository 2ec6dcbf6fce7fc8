import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import NIOCore
import Platform

/// Martlet's own requests about training and gates, below `/api/martlet/1.0/`.
func addModelRoutes(to group: Routes, platform: Platform) {
    addEvaluationRoutes(to: group, platform: platform)
    group.on(TrainModel.self, "models.train", of: .workspace) { body, context in
        try await platform.models.train(body.specification, by: context.caller)
    }
    group.on(
        EvaluateGate.self, "models.evaluate_gate",
        of: .all([.registeredModel, .featureTable]) {
            [.registeredModels([$0.model]), .tables(["\($0.on.name)"])]
        }
    ) { body, context in
        guard let version = Int64(body.version), version > 0 else {
            throw InvalidRequest("'\(body.version)' is not a version: versions are 1, 2, 3 …")
        }
        return try await platform.models.evaluateGate(
            ModelVersion.ID(name: body.model, version: version), on: body.on,
            minimumAreaUnderROC: body.minimumAreaUnderROC, by: context.caller)
    }
}

/// Martlet's own requests about predictions, below `/api/martlet/1.0/`.
func addScoringRoutes(to group: Routes, platform: Platform) {
    let scoring = platform.scoring
    group.on(
        ScoreBatch.self, "scoring.score_batch",
        of: .all([.registeredModel, .experiment, .featureTable]) {
            [.modelURI($0.modelURI), .tables(["\($0.predictions)"])]
        }
    ) { body, context in
        try await scoring.scoreBatch(
            body.modelURI, in: TimeWindow(from: body.from, to: body.to), into: body.predictions,
            driftReason: body.allowDrift, history: body.history ?? false, by: context.caller)
    }
    group.on(FindPredictions.self, "scoring.list_predictions", of: .table { "\($0.table)" }) { body, _ in
        let found = try await scoring.predictions(
            in: body.table, TimeWindow(from: body.from, to: body.to), limit: body.limit)
        return FindPredictions.Response(predictions: found.map { .init(id: $0.id, asOf: $0.asOf, score: $0.score) })
    }
    group.on(ExplainPrediction.self, "scoring.get_explanation", of: .workspace) { body, _ in
        try await scoring.explain(body.predictionID)
    }
    group.respond(
        to: ExplainPrediction.self, at: ExplainPrediction.pagePath, "scoring.get_explanation", of: .workspace
    ) { body, _ in
        let page = whyPage(try await scoring.explain(body.predictionID))
        return Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
    }
}

/// Martlet's own requests about models in service, below `/api/martlet/1.0/`.
func addMonitoringRoutes(to group: Routes, platform: Platform) {
    group.on(
        CheckModel.self, "monitoring.check",
        of: .all([.registeredModel, .featureTable, .experiment]) {
            [
                .registeredModels([$0.model]), .experimentNamed($0.experiment),
                $0.predictions.map { .tables(["\($0)"]) } ?? .plannedTable(model: $0.model),
            ]
        }
    ) { body, context in
        try await platform.monitoring.check(
            body.model, predictions: body.predictions, in: TimeWindow(from: body.from, to: body.to),
            labelsKnownAt: body.labelsKnownAt?.microseconds, experiment: body.experiment, by: context.caller)
    }
}
