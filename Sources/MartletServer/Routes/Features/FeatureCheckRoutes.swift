import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests that compare served features with batches, below `/api/martlet/1.0/`.
func addFeatureCheckRoutes(to group: RouterGroup<MartletContext>, online: OnlineStore) {
    group.on(VerifyFeatures.self) { body, context in
        try await online.verify(
            body.view, in: TimeWindow(from: body.from, to: body.to), requests: body.requests, at: body.at,
            by: context.caller)
    }
    group.on(RecomputeFeatures.self) { body, context in
        RecomputeFeatures.Response(
            checks: try await online.recompute(
                body.view, from: body.from?.microseconds, to: body.to?.microseconds, by: context.caller))
    }
    group.on(ListFeatureChecks.self) { body, _ in
        ListFeatureChecks.Response(checks: try await online.checks(of: body.view))
    }
}
