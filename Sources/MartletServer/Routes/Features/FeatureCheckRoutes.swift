import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests that compare served features with batches, below `/api/martlet/1.0/`.
func addFeatureCheckRoutes(to group: Routes, online: OnlineStore, registry: Registry) {
    group.on(VerifyFeatures.self, "features.verify", of: .tables { [$0.view] + ($0.requests.map { ["\($0)"] } ?? []) })
    { body, context in
        try await online.verify(
            body.view, version: body.version, hash: body.hash, in: TimeWindow(from: body.from, to: body.to),
            requests: body.requests, at: body.at,
            by: context.caller)
    }
    group.on(
        VerifyModelFeatures.self, "features.verify",
        of: .all([.registeredModel, .experiment, .featureTable]) {
            [.modelURI($0.modelURI), .tables($0.requests.map { ["\($0)"] } ?? [])]
        }
    ) { body, context in
        VerifyModelFeatures.Response(
            checks: try await online.verify(
                model: try await registry.resolve(body.modelURI).id, in: TimeWindow(from: body.from, to: body.to),
                requests: body.requests, at: body.at, by: context.caller))
    }
    group.on(RecomputeFeatures.self, "features.recompute", of: .table { $0.view }) { body, context in
        RecomputeFeatures.Response(
            checks: try await online.recompute(
                body.view, from: body.from?.microseconds, to: body.to?.microseconds, by: context.caller))
    }
    group.on(MaterializeFeatures.self, "features.materialize_grid", of: .tables { [$0.view, "\($0.into)"] }) {
        body, context in
        let grid = try FeatureGrid(
            from: body.from.microseconds, to: body.to.microseconds, every: try microseconds(body.every))
        let result = try await online.materialize(
            body.view, over: grid, into: body.into, full: body.full ?? false, by: context.caller)
        return MaterializeFeatures.Response(table: result.table, rows: result.rows, instants: result.instants)
    }
    group.on(ListFeatureChecks.self, "features.list_checks", of: .table { $0.view }) { body, _ in
        ListFeatureChecks.Response(checks: try await online.checks(of: body.view))
    }
}

/// A length of time as ISO 8601 spells it, without months.
private func microseconds(_ text: String) throws -> Int64 {
    guard let length = FeatureWindow.microseconds(of: text), length > 0 else {
        throw InvalidRequest("'\(text)' is not a length of time: write P1D or PT1H.")
    }
    return length
}
