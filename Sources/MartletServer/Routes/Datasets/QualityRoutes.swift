import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about data quality, below `/api/martlet/1.0/`.
func addQualityRoutes(to group: Routes, platform: Platform) {
    group.on(RunQuality.self, "quality.run", of: .workspace) { body, context in
        let verdicts = try await platform.quality.run(
            body.suite, asOf: body.asOf?.microseconds, by: context.caller)
        return RunQuality.Response(reports: verdicts.map { QualityReport(table: $0.table, result: $0.result) })
    }
}
