import Foundation
import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about features that travel with models, below `/api/martlet/1.0/`.
func addPackedFeatureRoutes(to group: Routes, platform: Platform) {
    let (features, registry, scoring) = (platform.features, platform.registry, platform.scoring)
    group.on(PackFeatures.self, "features.get_packed", of: .table { "\($0.table)" }) { body, _ in
        let packed = try await features.pack(body.table, version: body.version)
        return PackFeatures.Response(
            files: Dictionary(uniqueKeysWithValues: try packed.files.map { ($0.name, $0.text) }), features: packed)
    }
    group.on(ShowPackedFeatures.self, "registry.get_features", of: .modelURI { $0.modelURI }) { body, _ in
        let version = try await registry.resolve(body.modelURI)
        return ShowPackedFeatures.Response(
            model: version.id.name, version: version.id.version,
            features: try await registry.packedFeatures(of: version.id))
    }
    group.on(
        ScoreRowsInto.self, "scoring.score_rows",
        of: .all([.registeredModel, .experiment, .featureTable]) {
            [.modelURI($0.score.modelURI), .tables(["\($0.predictions)"] + $0.score.rows.tablesRead)]
        }
    ) { body, context in
        try await scoring.scoreRows(try body.score.platform, into: body.predictions, by: context.caller)
    }
    group.on(ScoreServed.self, "scoring.score_served", of: .modelURI { $0.modelURI }) { body, context in
        let done = try await scoring.scoreServed(
            ServedScoringRequest(
                modelURI: body.modelURI, rows: body.columns, driftReason: body.allowDrift,
                isHistory: body.history ?? false), by: context.caller)
        return ScoreServed.Response(done.scoring, predictions: done.predictions, statuses: done.statuses)
    }
    group.on(ShowRowScoring.self, "scoring.get_row_scoring", of: .workspace) { body, _ in
        try await scoring.rowScoring(body.id)
    }
    group.respond(
        to: ReadModelRows.self, at: ReadModelRows.path, "features.read_training_rows", of: .table { "\($0.table)" }
    ) { body, context in
        let (table, file) = try await features.modelRows(body.table, version: body.version, by: context.caller)
        return try scratchFileResponse(file, named: "\(table.name)-\(table.version).parquet")
    }
    group.respond(
        to: ScoreRows.self, at: ScoreRows.path, "scoring.score_rows",
        of: .all([.registeredModel, .experiment, .featureTable]) {
            [.modelURI($0.modelURI), .tables($0.rows.tablesRead)]
        }
    ) { body, context in
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
