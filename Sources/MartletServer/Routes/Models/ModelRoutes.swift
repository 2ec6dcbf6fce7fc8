import AuditLog
import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import NIOCore
import Platform

/// Martlet's own requests about training and gates, below `/api/martlet/1.0/`.
func addModelRoutes(to group: RouterGroup<MartletContext>, platform: Platform) {
    group.on(TrainModel.self) { body, context in
        try await platform.models.train(body.specification, by: context.caller)
    }
    group.on(EvaluateGate.self) { body, context in
        guard let version = Int64(body.version), version > 0 else {
            throw InvalidRequest("'\(body.version)' is not a version: versions are 1, 2, 3 …")
        }
        return try await platform.models.evaluateGate(
            ModelVersion.ID(name: body.model, version: version), on: body.on,
            minimumAreaUnderROC: body.minimumAreaUnderROC, by: context.caller)
    }
}

/// Martlet's own requests about predictions, below `/api/martlet/1.0/`.
func addScoringRoutes(to group: RouterGroup<MartletContext>, platform: Platform) {
    let scoring = platform.scoring
    group.on(ScoreBatch.self) { body, context in
        try await scoring.scoreBatch(
            body.modelURI, in: TimeWindow(from: body.from, to: body.to), into: body.predictions,
            driftReason: body.allowDrift, history: body.history ?? false, by: context.caller)
    }
    group.on(FindPredictions.self) { body, _ in
        let found = try await scoring.predictions(
            in: body.table, TimeWindow(from: body.from, to: body.to), limit: body.limit)
        return FindPredictions.Response(predictions: found.map { .init(id: $0.id, asOf: $0.asOf, score: $0.score) })
    }
    group.on(ExplainPrediction.self) { body, _ in try await scoring.explain(body.predictionID) }
    group.post(RouterPath(ExplainPrediction.pagePath)) { request, _ in
        let body = try await request.decode(ExplainPrediction.self)
        let page = whyPage(try await scoring.explain(body.predictionID))
        return Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
    }
}

/// Martlet's own requests about models in service, below `/api/martlet/1.0/`.
func addMonitoringRoutes(to group: RouterGroup<MartletContext>, platform: Platform) {
    group.on(CheckModel.self) { body, context in
        try await platform.monitoring.check(
            body.model, predictions: body.predictions, in: TimeWindow(from: body.from, to: body.to),
            labelsKnownAt: body.labelsKnownAt?.microseconds, experiment: body.experiment, by: context.caller)
    }
}

/// Martlet's own requests about the log, below `/api/martlet/1.0/`.
func addAuditRoutes(to group: RouterGroup<MartletContext>, platform: Platform) {
    let audit = platform.audit
    group.on(GetCheckpoint.self) { _, _ in
        GetCheckpoint.Response(key: audit.verificationKey.description, checkpoint: try await audit.checkpoint())
    }
    group.on(VerifyAudit.self) { _, _ in
        let found = try await audit.verify()
        return VerifyAudit.Response(
            ok: found.isIntact, size: found.size, root: found.root.hex,
            problems: found.problems.map { .init(position: $0.position, lastPosition: $0.lastPosition, what: $0.what) })
    }
    group.on(ListAuditEntries.self) { body, _ in
        let entries = try await audit.entries(from: body.from, limit: body.limit)
        return ListAuditEntries.Response(
            entries: entries.map { position, entry in
                .init(
                    position: position, time: entry.eventTime, user: entry.userIdentity.name,
                    action: "\(entry.serviceName).\(entry.actionName)", parameters: entry.requestParams,
                    status: entry.response.statusCode, error: entry.response.errorMessage)
            })
    }
}
