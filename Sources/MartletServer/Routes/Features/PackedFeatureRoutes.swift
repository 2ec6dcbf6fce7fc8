import Foundation
import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about features that travel with models, below `/api/martlet/1.0/`.
func addPackedFeatureRoutes(to group: RouterGroup<MartletContext>, platform: Platform) {
    let (features, registry, scoring) = (platform.features, platform.registry, platform.scoring)
    group.on(PackFeatures.self) { body, _ in
        let packed = try await features.pack(body.table, version: body.version)
        return PackFeatures.Response(
            files: Dictionary(uniqueKeysWithValues: try packed.files.map { ($0.name, $0.text) }), features: packed)
    }
    group.on(ShowPackedFeatures.self) { body, _ in
        let version = try await registry.resolve(body.modelURI)
        return ShowPackedFeatures.Response(
            model: version.id.name, version: version.id.version,
            features: try await registry.packedFeatures(of: version.id))
    }
    group.on(ScoreRowsInto.self) { body, context in
        try await scoring.scoreRows(try body.score.platform, into: body.predictions, by: context.caller)
    }
    group.on(ScoreServed.self) { body, context in
        let done = try await scoring.scoreServed(
            ServedScoringRequest(
                modelURI: body.modelURI, rows: body.columns, driftReason: body.allowDrift,
                isHistory: body.history ?? false), by: context.caller)
        return ScoreServed.Response(done.scoring, predictions: done.predictions, statuses: done.statuses)
    }
    group.on(ShowRowScoring.self) { body, _ in try await scoring.rowScoring(body.id) }
    group.post(RouterPath(ReadModelRows.path)) { request, context in
        let body = try await request.decode(ReadModelRows.self)
        let (table, file) = try await features.modelRows(body.table, version: body.version, by: context.caller)
        return try scratchFileResponse(file, named: "\(table.name)-\(table.version).parquet")
    }
    group.post(RouterPath(ScoreRows.path)) { request, context in
        let body = try await request.decode(ScoreRows.self)
        let (done, file) = try await scoring.scoreRows(try body.platform, by: context.caller)
        var response = try scratchFileResponse(file, named: "\(done.model)-\(done.modelVersion).parquet".asFileName)
        if let name = HTTPField.Name(ScoreRows.scoringHeader) { response.headers[name] = done.id }
        return response
    }
}

extension ScoreRows {
    fileprivate var platform: RowScoringRequest {
        get throws {
            RowScoringRequest(
                modelURI: modelURI, rows: try rows.platform, isFeaturesOnly: featuresOnly ?? false,
                driftReason: allowDrift, isHistory: history ?? false)
        }
    }
}

extension String {
    /// Fit for a header's quotes.
    fileprivate var asFileName: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.isASCII && $0.value > 0x1F && $0 != "\"" ? $0 : "_" }))
    }
}
